"""A plan says what a run over documents would load, split, embed and answer, and how long each part takes.

Modules: ``potluck.document_qa.planned_work``, ``potluck.planning.work``.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from potluck import Recipe
from potluck.cli import potluck
from potluck.durations import Duration
from potluck.planning.measured import Measured, time_of_answers
from potluck.results.stages import PlannedWork
from potluck.workspace.answer_cache import KeptTime
from support.commands import invoke, potluck_json
from support.fake_plugins import visible
from support.planted import install_planted, plant

ITEMS = 5


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    folder = tmp_path / "home"
    folder.mkdir()
    monkeypatch.setenv("ASKED_LOG", str(tmp_path / "asked.log"))
    with visible(install_planted(tmp_path / "site"), monkeypatch):
        yield folder


@pytest.fixture
def path(home: Path) -> Path:
    path = plant(home, ITEMS)
    set_in(path, compare=None)
    return path


def set_in(path: Path, **changes: Any) -> None:
    path.write_text(json.dumps({**json.loads(path.read_text(encoding="utf-8")), **changes}), encoding="utf-8")


def planned(path: Path) -> Mapping[str, PlannedWork]:
    with Recipe.load(path) as recipe:
        return {part.action: part for part in recipe.plan().work}


def asked(home: Path) -> int:
    log = home.parent / "asked.log"
    return len(log.read_text(encoding="utf-8").splitlines()) if log.exists() else 0


def test_before_the_first_run_all_is_to_do_and_nothing_is_written(home: Path, path: Path) -> None:
    work = planned(path)

    assert [*work] == ["load", "split", "embed", "answer"]
    for part in work.values():
        assert part.count > 0
        assert not part.is_done
        assert part.seconds is not None
        assert part.seconds_low is not None
        assert part.seconds_high is not None
        assert 0 < part.seconds_low <= part.seconds <= part.seconds_high
    assert work["answer"].count == ITEMS
    assert not (home / ".potluck").exists()
    assert asked(home) in (1, 2), "from some of the passages"


def test_questions_that_are_asked_to_measure_are_answered_for_the_run(home: Path, path: Path) -> None:
    with Recipe.load(path) as recipe:
        recipe.index()

    work = planned(path)

    assert [*work] == ["answer"]
    assert work["answer"].seconds is not None
    tried = asked(home)
    assert tried in (1, 2)
    assert work["answer"].count == ITEMS - tried
    with Recipe.load(path) as recipe:
        recipe.run()
    assert asked(home) == ITEMS


def test_a_second_plan_tells_the_time_from_the_kept_answers(home: Path, path: Path) -> None:
    with Recipe.load(path) as recipe:
        recipe.index()
    first, tried = planned(path), asked(home)

    second = planned(path)

    assert asked(home) == tried
    assert second["answer"].count == first["answer"].count
    assert second["answer"].seconds is not None


def test_after_a_run_there_is_nothing_to_do(path: Path) -> None:
    with Recipe.load(path) as recipe:
        recipe.run()

    assert planned(path) == {}


def test_kept_answers_of_another_prompt_tell_the_time_before_anything_is_indexed(home: Path, path: Path) -> None:
    with Recipe.load(path) as recipe:
        recipe.run()
    said = asked(home)
    set_in(
        path, prompt="回答：{context}\n{question}", splitter={"use": "recursive", "chunk_size": 40, "chunk_overlap": 0}
    )

    work = planned(path)

    assert (work["answer"].count, asked(home)) == (ITEMS, said)
    assert work["answer"].seconds is not None
    assert work["split"].is_done


def test_what_the_plan_loads_into_a_workspace_is_done(home: Path, path: Path) -> None:
    with Recipe.load(path) as recipe:
        recipe.index()
    (home / "b" / "新的.txt").write_text("key-99. 這是新的一頁。", encoding="utf-8")

    work = planned(path)

    assert (work["load"].count, work["load"].is_done) == (1, True)
    assert "load" not in planned(path)


def test_answers_that_would_not_be_kept_are_tried_and_all_to_be_made(home: Path, path: Path) -> None:
    set_in(path, chat={**_chat(path), "cache": False})
    with Recipe.load(path) as recipe:
        recipe.index()

    work = planned(path)

    assert asked(home) in (1, 2)
    assert work["answer"].count == ITEMS
    assert work["answer"].seconds is not None


def test_a_remote_model_is_not_asked(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "none")
    set_in(path, chat={"use": "openai", "model": "gpt-4o-mini", "base_url": "https://models.invalid/v1"})
    with Recipe.load(path) as recipe:
        recipe.index()

    work = planned(path)

    assert work["answer"].seconds is None
    assert (work["answer"].unknown or "").startswith("models.invalid answers")


def test_the_command_says_it_in_words_and_programs_get_it(path: Path) -> None:
    done = invoke(potluck, "plan", str(path))

    assert done.exit_code == 0, done.output
    said = done.stdout[done.stdout.index("a run would:") :].splitlines()
    assert [re.sub(r"less than.*|about.*", "TIME", line) for line in said] == [
        "a run would:",
        "  load 6 files, TIME",
        "  split 6 documents, TIME",
        "  embed 6 texts, TIME",
        "  answer 5 questions, TIME",
        "  in all TIME",
    ]
    found: Any = potluck_json("plan", str(path))["work"]
    assert [(one["action"], one["count"], one["is_done"]) for one in found] == [
        ("load", 6, False),
        ("split", 6, False),
        ("embed", 6, False),
        ("answer", 5, False),
    ]
    invoke(potluck, "run", str(path))
    assert "a run would compute nothing: all is kept from before" in invoke(potluck, "plan", str(path)).stdout


def test_the_spread_of_many_answers_is_that_of_groups_of_them() -> None:
    assert time_of_answers([1.0, 1.0, 1.0, 1.0, 3.0, 3.0, 3.0, 3.0]) == Duration(2.0, 1.8, 2.2)
    assert time_of_answers([1.0, 3.0]) == Duration(2.0, 1.0, 3.0)


def test_kept_answers_from_as_many_passages_tell_the_time_and_others_only_if_none_can_be_tried() -> None:
    few, many = KeptTime(1.0, 2, 100), KeptTime(9.0, 8, 900)
    measured = Measured()

    assert measured.answer_time("a", [few, many], lambda: [5.0], 2, 120) == time_of_answers([1.0])
    assert measured.answer_time("a", [few], lambda: [5.0], 4, 120) == time_of_answers([5.0])
    assert measured.answer_time("a", [few], lambda: [7.0], 4, 120) == time_of_answers([5.0]), "it was tried before"
    assert measured.answer_time("a2", [few], lambda: [5.0], 2, 201) == time_of_answers([5.0])
    assert measured.answer_time("b", [few], None, 8, 400) == Duration(2.5, 0.9, 4.4)
    assert measured.answer_time("b", [few], None, 1, 50) == Duration(0.75, 0.45, 1.1)
    assert measured.answer_time("b", [], None, 8, 400) is None
    assert measured.answer_time("c", [KeptTime(1.0)], None) == time_of_answers([1.0])


def _chat(path: Path) -> dict[str, Any]:
    chat = json.loads(path.read_text(encoding="utf-8"))["chat"]
    return chat if isinstance(chat, dict) else {"use": chat}
