"""Kept answers: taken, asked for again where that is wanted, and told where the service's model has changed since.

Modules: ``potluck.document_qa.answer_cache``, ``potluck.answering.remarks``.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from potluck import Recipe
from potluck.comparison.compare import Plan
from potluck.document_qa.answer_cache import Asked, _pack, _unpack
from potluck.documents import Answer, Passage, Quote, Usage
from potluck.evaluation.results import EvaluationReport
from potluck.ledger import Amount, Ledger
from potluck.stages.answer import AnswerWithSources
from support.commands import invoke, potluck
from support.scripted_server import Body, Reply, Scripted, chat, refused, scripted_server

QUESTIONS = ["Where does the pump stand?", "泵在哪一室？", "Which room holds the pump?"]


@pytest.fixture
def server() -> Iterator[Scripted]:
    with scripted_server(chat({"content": "Room 7 第七室"}, system_fingerprint="fp_old")) as running:
        yield running


@pytest.fixture
def home(tmp_path: Path, server: Scripted) -> Path:
    (tmp_path / "doc.txt").write_text("The pump stands in room 7. 泵在第七室。\n", encoding="utf-8")
    lines = [{"question_id": f"q{n}", "question": text, "answers": ["Room 7"]} for n, text in enumerate(QUESTIONS)]
    (tmp_path / "q.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    service = f"{{use: openai, model: m, base_url: '{server.url}', backoff: 0, max_attempts: 1}}"
    (tmp_path / "recipe.yaml").write_text(
        f"documents: doc.txt\nchat: {service}\nquestions: q.jsonl\n", encoding="utf-8"
    )
    return tmp_path


def evaluate(home: Path, *overrides: str, fresh: bool = False, limit: int | None = None) -> EvaluationReport:
    with Recipe.load(home / "recipe.yaml", overrides, fresh) as recipe:
        return recipe.evaluate(limit=limit)


def test_an_answer_is_asked_for_once_unless_it_is_to_be_fresh(home: Path, server: Scripted) -> None:
    for fresh, asked in ((False, 3), (False, 3), (True, 6), (False, 6)):
        found = evaluate(home, fresh=fresh)
        assert len(server.asked) == asked
        assert all(0 < one.seconds < 60 for one in found.answered)


def test_a_fresh_answer_takes_the_place_of_the_one_that_was_kept(home: Path, server: Scripted) -> None:
    evaluate(home)
    server.answer = chat({"content": "Room 9"})
    evaluate(home, fresh=True)

    assert {one.answer.text for one in evaluate(home).answered} == {"Room 9"}


def test_without_a_cache_every_run_asks_and_nothing_is_kept(home: Path, server: Scripted) -> None:
    off = "chat.cache=false"

    evaluate(home, off)
    evaluate(home, off)
    evaluate(home)

    assert len(server.asked) == 9


def test_one_run_asks_each_thing_once_even_if_it_is_fresh(home: Path, server: Scripted) -> None:
    with Recipe.load(home / "recipe.yaml", [], fresh=True) as recipe:
        recipe.evaluate()
        recipe.evaluate()

    assert len(server.asked) == 3


@pytest.mark.parametrize("command", [pytest.param("evaluate", marks=pytest.mark.slow), "run"])
def test_commands_ask_again_with_fresh(home: Path, server: Scripted, command: str) -> None:
    for arguments, asked in (([], 3), ([], 3), (["--fresh"], 6)):
        assert potluck(command, str(home / "recipe.yaml"), "--json", *arguments).returncode == 0
        assert len(server.asked) == asked


def test_a_model_that_has_changed_since_some_answers_were_kept_is_told(home: Path, server: Scripted) -> None:
    evaluate(home, limit=2)
    server.answer = chat({"content": "Room 7"}, system_fingerprint="fp_new")

    notes = evaluate(home).ledger.entries[-1].notes

    (note,) = [note for note in notes if "has changed" in note]
    assert "m fp_new (1) answered now, m fp_old (2) when the kept answers were given" in note
    assert "--fresh" in note
    assert not [note for note in evaluate(home, fresh=True).ledger.entries[-1].notes if "has changed" in note]


def test_a_comparison_tells_that_its_variants_were_answered_by_two_states_of_one_model(
    home: Path, server: Scripted
) -> None:
    evaluate(home)
    server.answer = chat({"content": "Room 7"}, system_fingerprint="fp_new")
    plan = Plan(swaps=("answer.method=stuff,refine",))

    with Recipe.load(home / "recipe.yaml") as recipe:
        compared = recipe.compare(plan)
    with Recipe.load(home / "recipe.yaml", fresh=True) as recipe:
        again = recipe.compare(plan)

    (note,) = [note for note in compared.notes if "has changed" in note]
    assert "m fp_new (3) answered now, m fp_old (3) when" in note
    assert not [note for note in again.notes if "has changed" in note]


def filtering(asked: Body) -> Reply:
    if "哪一室" in asked["messages"][-1]["content"]:
        return refused(400, "The response was filtered.", code="content_filter")
    return chat({"content": "Room 7", "reasoning": "Maybe 9?"})(asked)


def test_a_question_that_a_filter_refuses_is_scored_and_ends_no_run(home: Path, server: Scripted) -> None:
    server.answer = filtering

    report = evaluate(home)

    assert (report.metrics["filtered"], report.metrics["refused"], report.metrics["empty"]) == (1, 0, 0)
    assert report.metrics["exact_match"] == pytest.approx(2 / 3)
    assert [one.answer.finish for one in report.answered] == ["stop", "filter", "stop"]
    notes = report.ledger.entries[-1].notes
    assert any(note.startswith("q1: the service's content filter withheld the answer") for note in notes)
    assert any(note.startswith("thoughts: 16 characters, ") and note.endswith("from 2 answers") for note in notes)
    document: Any = report.as_json()
    assert document["questions"][1]["scores"]["filtered"] is True
    assert document["questions"][0]["thoughts"] == "Maybe 9?"
    assert document["tokens"]["reasoning"] > 0


def test_a_comparison_goes_on_past_a_filter_and_tells_it(home: Path, server: Scripted) -> None:
    server.answer = filtering

    with Recipe.load(home / "recipe.yaml") as recipe:
        compared = recipe.compare(Plan(swaps=("retriever.k=1,2",)))

    assert compared.failed == {}
    assert any("q1: the service's content filter" in note for note in compared.notes)


def test_an_answer_cut_in_its_thoughts_is_told_on_the_terminal(home: Path, server: Scripted) -> None:
    server.answer = chat({"content": None, "reasoning": "Maybe 9?"}, "length")
    from potluck.cli import potluck as command

    done = invoke(command, "ask", str(home / "recipe.yaml"), "Where?")

    assert "no answer: the token limit ended the model's thoughts" in done.output
    assert "raise chat.max_tokens" in done.output
    assert "Maybe 9" not in done.output


@pytest.mark.parametrize("content", ["", " \n", None])
def test_an_answer_without_a_word_is_told_on_the_terminal(home: Path, server: Scripted, content: str | None) -> None:
    server.answer = chat({"content": content}, "stop")
    from potluck.cli import potluck as command

    done = invoke(command, "ask", str(home / "recipe.yaml"), "Where?")

    assert "(no answer: the model wrote nothing)" in done.output


def test_an_answer_with_words_is_told_as_it_is(home: Path, server: Scripted) -> None:
    server.answer = chat({"content": "第七室"}, "stop")
    from potluck.cli import potluck as command

    done = invoke(command, "ask", str(home / "recipe.yaml"), "Where?")

    assert "第七室" in done.output
    assert "no answer" not in done.output


PASSAGES = [Passage(f"p{n}", "規範.txt", f"第{n}條道碴厚度", n * 10, n * 10 + 7, 0.5) for n in range(4)]


@pytest.mark.parametrize(
    "used", [[], PASSAGES, PASSAGES[2:0:-1], [PASSAGES[3], replace(PASSAGES[1], text="道碴", start=13, end=15)]]
)
def test_a_kept_answer_comes_back_with_the_passages_that_it_rests_on(used: list[Passage]) -> None:
    ledger = Ledger()
    entry = ledger.open("answer", "passages")
    entry.came_in = Amount(4, sum(len(one.text) for one in PASSAGES))
    entry.went_out, entry.dropped = Amount(2, 9, 5), Amount(1, 7)
    entry.notes.append("一段太長")
    answer = Answer("二十五公分", "length", Usage(1, 2, 3, 4), (Quote(1, 0, 2),), "嗯", ("note",), "m fp")
    asked = Asked(AnswerWithSources(answer, tuple(used), 3), ledger, 1.5)

    kept = json.loads(json.dumps(_pack(asked, PASSAGES)))

    assert _unpack(kept, PASSAGES) == replace(asked, cached=True)
