"""One question is answered with its passages, its citations and its ledger.

Modules: ``potluck.document_qa.ask``.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from potluck import Recipe, hookimpl
from potluck.document_qa.ask import AskReport, ask, passage_result, refuses
from potluck.documents import Answer, Passage, Usage
from potluck.errors import StoreMismatch
from potluck.evaluation.search import open_searcher
from potluck.hookspecs import StageEvent
from potluck.stages.answer import WorkedExample, no_examples
from support.fake_plugins import install_hashing, visible

PASSAGE = Passage("id", "規範.doc", "道碴", 3, 5, 1 / 3, "第1章", ("1.4", "1.5"), 2, "ii")


def test_a_passage_says_where_it_stands_and_its_score_to_six_digits() -> None:
    found = passage_result(PASSAGE)

    assert (found.source, found.start, found.end, found.text) == ("規範.doc", 3, 5, "道碴")
    assert (found.section, found.sections, found.page, found.page_label) == ("1.4", ("1.4", "1.5"), 2, "ii")
    assert found.score == 0.333333


def test_a_report_is_printed_with_all_that_led_to_the_answer() -> None:
    answer = Answer("二十", "length", Usage(1, 2, 3, 4), thoughts="嗯", served_by="gpt")
    report = AskReport("多厚？", answer, False, [PASSAGE], [PASSAGE, PASSAGE], 3, seconds=1.23456)

    found = report.as_json()

    assert len(found.pop("citations")) == 1  # type: ignore[arg-type]
    assert len(found.pop("retrieved")) == 2  # type: ignore[arg-type]
    assert found == {
        "question": "多厚？",
        "answer": "二十",
        "refused": False,
        "finish": "length",
        "thoughts": "嗯",
        "served_by": "gpt",
        "ledger": {},
        "seconds": 1.235,
        "tokens": {"prompt": 1, "completion": 2, "cached": 3, "reasoning": 4},
    }


@pytest.mark.parametrize(
    ("answer", "refused"),
    [
        (Answer("二十公分。"), False),
        (Answer("I don't know"), True),
        (Answer("我不知道。"), True),
        (Answer("I don't know", "length"), True),
        (Answer("I don't know", "filter"), False),
        (Answer("", "filter"), False),
    ],
)
def test_an_answer_refuses_where_its_words_say_so_and_no_filter_withheld_it(answer: Answer, refused: bool) -> None:
    assert refuses(answer) is refused


@pytest.fixture
def recipe(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Recipe]:
    for number in range(3):
        (tmp_path / f"{number}.txt").write_text(f"第{number}站的月台長{number}00公尺。", encoding="utf-8")
    text = 'documents: "*.txt"\nembedder: hashing\nchat: extractive\nretriever: {k: 2}\n'
    (tmp_path / "recipe.yaml").write_text(text, encoding="utf-8")
    with visible(install_hashing(tmp_path / "site"), monkeypatch), Recipe.load(tmp_path / "recipe.yaml") as opened:
        opened.index()
        yield opened


def test_a_question_is_answered_from_the_nearest_passages_with_its_ledger(recipe: Recipe) -> None:
    stages: list[tuple[str, str, int, str]] = []

    class Stages:
        @hookimpl
        def potluck_stage_finished(self, event: StageEvent) -> None:
            stages.append((event.stage, event.unit, event.done, event.component))

    recipe.observers.register(Stages())
    said: list[str] = []
    shown: list[str] = []

    def examples(question: str) -> list[WorkedExample]:
        shown.append(question)
        return []

    question = "第1站的月台長100公尺。"
    with closing(open_searcher(recipe.components, recipe.workspace)) as searcher:
        report = ask(
            question, recipe.model, recipe.components, searcher, recipe.observers, examples=examples,
            on_text=said.append, notes=["索引少了一份文件"],
        )  # fmt: skip

    assert (report.question, report.refused, report.calls) == (question, False, 1)
    assert next(one.source for one in report.retrieved) == "1.txt"
    assert len(report.retrieved) == 2
    assert report.citations[0].text in "第1站的月台長100公尺。"
    assert "".join(said) == report.answer.text
    assert shown == [question]
    assert list(report.ledger.accounts()) == ["retrieve", "answer"]
    assert report.ledger.accounts()["retrieve"].notes == ("索引少了一份文件",)
    assert report.ledger.accounts()["answer"].in_.items == 2
    assert stages == [("retrieve", "questions", 1, "hashing"), ("answer", "questions", 1, "extractive")]
    assert 0 < report.seconds < 600


def test_vectors_of_another_length_are_noted_for_the_next_indexing(
    recipe: Recipe, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HASHING_LENGTH", "8")
    with Recipe.load(recipe.model.path) as other:
        before = other.components.embedder_fingerprint
        with closing(open_searcher(other.components, other.workspace)) as searcher, pytest.raises(StoreMismatch):
            ask("多長？", other.model, other.components, searcher, other.observers, examples=no_examples)
    with Recipe.load(recipe.model.path) as later:
        assert later.components.embedder_fingerprint != before
