"""What is said of a row besides its measures: worthless answers, a training that went wrong, a model that changed.

Modules: ``potluck.strategy.advice``, ``potluck.strategy.data``,
``potluck.strategy.document``, ``potluck.strategy.futility``,
``potluck.strategy.budget``, ``potluck.strategy.entrant_notes``,
``potluck.strategy.prompted``, ``potluck.strategy.quality``,
``potluck.strategy.race``, ``potluck.strategy.register``, ``potluck.strategy.protocol``,
``potluck.strategy.rule``, ``potluck.strategy.simple``, ``potluck.strategy.tuned``,
``potluck.strategy.message_vectors``.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from potluck import recipe as recipes
from potluck.cli import potluck as command
from potluck.results.strategy import StrategyResult
from potluck.strategy.results_table import summary_lines
from potluck.strategy.selection import SelectionPlan, strategy
from support.commands import invoke
from support.fake_plugins import visible
from support.labelled import install_labelled, messages, write
from support.scripted_server import Answer, Body, Reply, Scripted, chat, scripted_server

ROWS = ("majority", "zero-shot", "retrieval")


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    with visible(install_labelled(tmp_path / "site"), monkeypatch):
        write(tmp_path / "data.jsonl", messages(100))
        yield tmp_path


@pytest.fixture
def server() -> Iterator[Scripted]:
    with scripted_server(chat({"content": "garbage"})) as running:
        yield running


def knowing(asked: Body) -> Reply:
    text = asked["messages"][-1]["content"]
    return chat({"content": "garbage" if "中獎" in text else "ok"})(asked)


def named(fingerprint: str) -> Answer:
    """The same by a model in a state that the service names."""

    def answer(asked: Body) -> Reply:
        told = json.loads(knowing(asked).body)
        return Reply(json.dumps({**told, "system_fingerprint": fingerprint}).encode())

    return answer


def asked_of(server: Scripted) -> str:
    return json.dumps({"use": "openai", "model": "m", "base_url": server.url, "backoff": 0, "max_attempts": 1})


def outcome(home: Path, chat: str, **plan: Any) -> StrategyResult:
    model = recipes.loads("potluck: 1", home / "recipe.yaml", ["embedder=letters", f"chat={chat}"])
    return strategy(model, SelectionPlan(home / "data.jsonl", chat=True, rows=ROWS, full=True, **plan)).result


def notes(home: Path, chat: str, **plan: Any) -> dict[str, list[str]]:
    return {row.name: [*row.notes] for row in outcome(home, chat, **plan).rows}


@pytest.mark.parametrize("scores", [True, False])
def test_a_row_that_answers_one_label_to_everything_is_told(home: Path, scores: bool) -> None:
    clueless = json.dumps({"use": "tutor", "otherwise": "garbage", "scores": scores})

    result = outcome(home, clueless)

    found = {row.name: [*row.notes] for row in result.rows}
    one, no_better = found["zero-shot"]
    assert one.startswith("one label for everything: all 24 examples were answered 'garbage', and 12 of them are")
    assert no_better.startswith("no better than the commonest label: 12 of 24 examples are answered right")
    assert found["retrieval"] == []
    assert found["majority"] == [], "a baseline is there to do so"
    assert [line for line in summary_lines(result) if line.startswith("zero-shot: ")] == [
        f"zero-shot: {one}",
        f"zero-shot: {no_better}",
    ]


def test_answers_that_name_no_label_are_told_as_such(home: Path) -> None:
    mute = json.dumps({"use": "tutor", "otherwise": "?", "scores": False})

    none, no_better = notes(home, mute)["zero-shot"]

    assert none == "no label: 24 answers name none of the labels, of 24"
    assert no_better.startswith("no better than the commonest label: 0 of 24")


def test_answers_that_end_at_the_limit_are_told(home: Path, server: Scripted) -> None:
    server.answer = lambda asked: chat({"content": "ok" if "開會" in str(asked) else "garbage"}, "length")(asked)

    (note,) = notes(home, asked_of(server))["zero-shot"]

    limit = "cut answers: 24 of 24 (100%) ended at the limit of 256 tokens (chat.max_tokens)"
    assert note == f"{limit}: the model does not end its answers"


def test_answers_that_a_filter_withheld_are_told_with_their_number(home: Path, server: Scripted) -> None:
    server.answer = lambda asked: (
        chat({"content": ""}, "content_filter")(asked) if "中獎" in str(asked) else knowing(asked)
    )

    found = notes(home, asked_of(server))["zero-shot"]

    assert "12 of 24: the service's content filter withheld the answer" in found


def test_a_model_that_has_changed_since_an_earlier_run_is_told_until_all_is_asked_afresh(
    home: Path, server: Scripted
) -> None:
    model = asked_of(server)
    server.answer = named("old")
    assert notes(home, model, limit=10)["zero-shot"] == []
    server.answer = named("new")

    (note,) = notes(home, model)["zero-shot"]
    calls = len(server.asked)
    arguments = ["--embedder", "letters", "--chat", model, "--rows", ",".join(ROWS), "--full", "--fresh", "--json"]
    done = invoke(command, "strategy", str(home / "data.jsonl"), *arguments)

    assert "m new (14) answered now, m old (10) when the kept answers were given" in note
    assert note.endswith("--fresh")
    assert [row["notes"] for row in json.loads(done.stdout)["rows"]] == [[], [], []]
    assert len(server.asked) == calls + 24
    assert notes(home, model)["zero-shot"] == []
    assert len(server.asked) == calls + 24
