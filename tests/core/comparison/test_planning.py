"""What a comparison would take is counted and timed over its variants, what they share once.

Modules: ``potluck.comparison.planning``, ``potluck.runs.planning``, ``potluck.planning.measured``,
``potluck.tasks.plan``.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from potluck import Recipe
from potluck.cli import potluck
from potluck.contracts import TuningRequest
from potluck.durations import Duration
from potluck.loading.planned_load import PlannedLoad
from potluck.questions.question_file import QuestionFile, read_question_file
from potluck.results.stages import ComparisonPlanResult
from potluck.stages.load import Loaded, load_documents
from potluck.tuning.probe import probe_training
from support.commands import invoke, potluck_json
from support.planted import plant

ITEMS = 14
AXES = {"retriever.k": {"一": 1, "二": 2}, "chat.max_tokens": {"short": 8, "long": 9}}


def write(home: Path, axes: Any) -> Path:
    path = plant(home, ITEMS)
    said = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps({**said, "compare": axes}), encoding="utf-8")
    return path


@pytest.fixture
def path(home: Path) -> Path:
    return write(home, AXES)


def counts(plan: ComparisonPlanResult) -> tuple[int, int, int, int]:
    return plan.variants, plan.texts_to_embed, plan.trainings, plan.answers


def parts(plan: ComparisonPlanResult) -> dict[str, int]:
    return {part.action: part.count for part in plan.work}


def asked(home: Path) -> list[str]:
    log = home.parent / "asked.log"
    return log.read_text(encoding="utf-8").splitlines() if log.exists() else []


def plan_of(path: Path) -> ComparisonPlanResult:
    with Recipe.load(path) as opened:
        found = opened.plan().comparison
    assert found is not None
    return found


def check_total(plan: ComparisonPlanResult) -> None:
    """The total is that of all parts that are left, answers included."""
    todo = [part for part in plan.work if not part.is_done]
    assert plan.seconds == pytest.approx(sum(part.seconds or 0.0 for part in todo))
    assert plan.seconds_low == pytest.approx(sum(part.seconds_low or 0.0 for part in todo))
    assert plan.seconds_high == pytest.approx(sum(part.seconds_high or 0.0 for part in todo))
    assert plan.seconds_low is not None
    assert plan.seconds is not None
    assert plan.seconds_high is not None
    assert 0 < plan.seconds_low <= plan.seconds <= plan.seconds_high


def test_variants_that_share_an_index_load_and_embed_once_and_each_is_asked(home: Path, path: Path) -> None:
    plan = plan_of(path)

    texts = plan.texts_to_embed
    assert texts > 0
    assert counts(plan) == (4, texts, 0, 4 * ITEMS)
    assert parts(plan) == {"load": texts, "split": texts, "embed": texts, "answer": 4 * ITEMS}
    check_total(plan)
    assert not (home / ".potluck").exists()
    assert 5 <= len(asked(home)) <= 10, "one or two for each variant, and for the recipe without its axes"


def test_documents_are_loaded_once_for_the_run_and_all_variants(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    loaded, read = list[str](), list[Path]()

    def loading(planned: Sequence[PlannedLoad], *others: Any) -> Loaded:
        found = load_documents(planned, *others)
        loaded.extend([one.source.name for one in planned][: found.new])
        return found

    def reading(file: Path, limit: int | None = None) -> QuestionFile:
        read.append(file)
        return read_question_file(file, limit)

    monkeypatch.setattr("potluck.planning.plan.load_documents", loading)
    monkeypatch.setattr("potluck.document_qa.workload.read_question_file", reading)
    axes = {"splitter.chunk_size": {"short": 40, "long": 400}, "retriever.k": {"一": 1, "二": 2}}
    plan = plan_of(write(home, axes))

    assert len(loaded) == len(set(loaded)) > 0
    assert len(read) == 1
    assert parts(plan)["load"] == len(loaded)
    assert parts(plan)["split"] > len(loaded), "each splitter splits them"


def test_answers_of_earlier_runs_tell_the_time_of_other_prompts(home: Path) -> None:
    path = write(home, {"prompt": {"甲": "回答：{context}\n{question}", "B": "Answer: {context}\n{question}"}})
    with Recipe.load(path) as opened:
        opened.run()
    before = asked(home)

    plan = plan_of(path)

    assert len(before) == ITEMS
    assert asked(home) == before
    assert parts(plan) == {"answer": 2 * ITEMS}
    check_total(plan)


def test_what_a_remote_model_takes_is_known_from_earlier_runs_alone(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "none")
    said = json.loads(path.read_text(encoding="utf-8"))
    said["chat"] = {"use": "openai", "model": "gpt-4o-mini", "base_url": "https://models.invalid/v1"}
    path.write_text(json.dumps(said), encoding="utf-8")

    plan = plan_of(path)

    (answers,) = (part for part in plan.work if part.action == "answer")
    assert (answers.count, answers.seconds) == (4 * ITEMS, None)
    assert answers.unknown == "models.invalid answers, which a plan does not ask"
    assert plan.seconds is None


def test_the_command_says_it_part_by_part_and_in_all(home: Path, path: Path) -> None:
    done = invoke(potluck, "plan", str(path))

    assert done.exit_code == 0, done.output
    said = done.stdout[done.stdout.index("to compare") :].splitlines()
    assert [re.sub(r"(less than|about).*", "TIME", line) for line in said] == [
        "to compare 4 variants, asking 56 times in all:",
        "  load 16 files, TIME",
        "  split 16 documents, TIME",
        "  embed 16 texts, TIME",
        "  answer 56 questions, TIME",
        "  in all TIME",
    ]
    assert not (home / ".potluck").exists()


def test_axes_of_the_command_are_planned_instead_of_the_recipes_own(home: Path) -> None:
    path = write(home, {"retriever.k": {"一": 1, "二": 2, "三": 3}})
    with Recipe.load(path) as opened:
        found = opened.plan(["chat.max_tokens=4,5", "retriever.k=1,2"], "paired").comparison

    assert found is not None
    assert found.variants == 2
    said = invoke(potluck, "plan", str(path), "--swap", "chat.max_tokens=4,5", "--swap", "retriever.k=1,2").stdout
    assert f"to compare 4 variants, asking {4 * ITEMS} times in all:" in said


def test_after_the_comparison_nothing_is_left(path: Path) -> None:
    with Recipe.load(path) as opened:
        opened.compare()

    assert plan_of(path).work == ()
    assert "nothing is to be computed: all is kept from before" in invoke(potluck, "plan", str(path)).stdout


def test_a_recipe_without_axes_has_no_comparison(home: Path) -> None:
    assert potluck_json("plan", str(write(home, None)))["comparison"] is None


def test_programs_get_the_figures(path: Path) -> None:
    found: Any = potluck_json("plan", str(path))["comparison"]

    assert (found["variants"], found["answers"], found["trainings"]) == (4, 4 * ITEMS, 0)
    assert [one["action"] for one in found["work"]] == ["load", "split", "embed", "answer"]
    assert isinstance(found["seconds"], float)


def test_a_model_that_variants_share_is_trained_once_and_not_again_where_it_was_trained(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("peft")
    from support import tuning

    probed = list[object]()

    def probing(method: Any, request: TuningRequest) -> Duration:
        probed.append(request)
        return probe_training(method, request)

    monkeypatch.setattr("potluck.tuning.probe.probe_training", probing)
    home = tuning.write_home(tmp_path, tuning.make_model(tmp_path / "tiny"))
    axes = {"chat.max_tokens": {"四": 4, "五": 5}}
    chat = {"use": "transformers", "temperature": 0}
    with tuning.recipe(home, task="generation", chat=chat, compare=axes, questions="test.jsonl") as opened:
        path = opened.model.path
        first = plan_of(path)
        trained = opened.tune().adapter
        again = plan_of(path)

    assert (first.variants, first.trainings, again.trainings) == (2, 1, 0)
    assert parts(first) == {"train": 1, "answer": 16}
    assert parts(again)["answer"] > 0
    assert "train" not in parts(again)
    assert len(probed) == 1, "for the run and for both variants"
    check_total(first)
    check_total(again)
    assert trained.is_dir()


def test_a_training_whose_time_is_unknown_is_listed_with_the_reason(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("peft")
    from support import tuning

    monkeypatch.setattr("potluck.tuning.probe.probe_training", lambda method, request: None)
    home = tuning.write_home(tmp_path, tuning.make_model(tmp_path / "tiny"))
    axes = {"chat.max_tokens": {"四": 4, "五": 5}}
    chat = {"use": "transformers", "temperature": 0}
    with tuning.recipe(home, task="generation", chat=chat, compare=axes, questions="test.jsonl") as opened:
        (training,) = [part for part in plan_of(opened.model.path).work if part.action == "train"]

    assert (training.count, training.seconds) == (1, None)
    assert training.unknown == "the tuner does not say it, or the memory does not suffice"
