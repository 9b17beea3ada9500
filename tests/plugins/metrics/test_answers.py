"""Exact match, F1, ROUGE-L and facts: of which answers they are given, and which.

Modules: ``potluck_plugins.metrics.answers``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from potluck.contracts import Attempt, Metric
from potluck.testing import component

ASKED = Attempt("How deep must the ballast be?", ("thirty centimetres",), answer="thirty centimetres", passages=())
WORDS = ("exact_match", "f1", "rouge_l")


@pytest.fixture
def metric(tmp_path: Path) -> Metric:
    made: Metric = component("metric", "answers", tmp_path)
    return made


def test_it_needs_an_answer_and_something_to_compare_it_with(metric: Metric) -> None:
    assert metric.needs == {"answer", "reference"}
    assert [measure.name for measure in metric.measures] == [*WORDS, "fact"]


@pytest.mark.parametrize(
    ("answer", "exact", "f1", "rouge"),
    [
        ("thirty centimetres", 1.0, 1.0, 1.0),
        ("The thirty  CENTIMETRES!", 1.0, 1.0, 1.0),
        ("It is thirty centimetres deep.", 0.0, 4 / 7, 4 / 7),
        ("centimetres: thirty", 0.0, 1.0, 0.5),
        ("thirty metres", 0.0, 0.5, 0.5),
        ("forty", 0.0, 0.0, 0.0),
        ("", 0.0, 0.0, 0.0),
    ],
)
def test_words_in_common_are_counted(metric: Metric, answer: str, exact: float, f1: float, rouge: float) -> None:
    found = metric.score(replace(ASKED, answer=answer))

    assert [found[name] for name in WORDS] == pytest.approx([exact, f1, rouge])
    assert found["fact"] == float("thirtycentimetres" in answer.lower().replace(" ", ""))


def test_chinese_is_compared_by_its_characters(metric: Metric) -> None:
    asked = Attempt("道碴多厚？", ("三十公分",), answer="厚度為三十公分。", passages=())

    assert metric.score(asked) == {
        "exact_match": 0.0,
        "f1": pytest.approx(8 / 11),
        "rouge_l": pytest.approx(8 / 11),
        "fact": 1.0,
    }


@pytest.mark.parametrize("passages", [(), None])
def test_a_right_answer_in_chinese_is_compared_as_chinese_whatever_was_asked(metric: Metric, passages: Any) -> None:
    asked = Attempt("How deep?", ("25 m", "30公分"), answer="30 公分", passages=passages)

    assert metric.score(replace(asked, answer="25m"))["exact_match"] == 1.0
    assert metric.score(asked)["exact_match"] == 1.0


@pytest.mark.parametrize("question", ["How deep?", "多深？"])
def test_the_script_of_an_answer_in_digits_is_that_of_its_question(metric: Metric, question: str) -> None:
    asked = Attempt(question, ("30 cm",), answer="30cm", passages=())

    assert metric.score(asked)["exact_match"] == float(question == "多深？")


def test_the_script_of_an_example_is_not_that_of_what_it_asks(metric: Metric) -> None:
    """A translation into English is compared as English, though the text to translate is Chinese."""
    translated = Attempt("請翻譯：道碴", ("the ballast",), answer="ballast")

    assert metric.score(translated) == {"exact_match": 1.0, "f1": 1.0, "rouge_l": 1.0}
    assert metric.score(replace(translated, passages=()))["exact_match"] == 0.0


def test_the_script_of_an_example_is_that_of_what_was_answered(metric: Metric) -> None:
    answered = Attempt("Translate: depth", ("30 cm",), answer="30cm厚")

    assert metric.score(answered)["f1"] == pytest.approx(4 / 5)


def test_the_nearest_of_several_right_answers_counts_measure_by_measure(metric: Metric) -> None:
    found = metric.score(replace(ASKED, answers=("centimetres thirty", "thirty metres more", "forty")))

    assert found == {"exact_match": 0.0, "f1": 1.0, "rouge_l": 0.5, "fact": 0.0}


@pytest.mark.parametrize("changes", [{"refused": True}, {"filtered": True}])
def test_who_refuses_or_is_withheld_has_no_word_right(metric: Metric, changes: Mapping[str, bool]) -> None:
    assert metric.score(replace(ASKED, **changes)) == {**dict.fromkeys(WORDS, 0.0), "fact": 1.0}  # type: ignore[arg-type]
    withheld = replace(ASKED, answer="", **changes)  # type: ignore[arg-type]
    assert metric.score(withheld) == dict.fromkeys((*WORDS, "fact"), 0.0)


def test_facts_stand_for_the_right_answers_where_there_are_some(metric: Metric) -> None:
    facts = replace(ASKED, facts=("thirty", "深"), answer="THIRTY centimetres")

    assert metric.score(facts)["fact"] == 0.5
    assert metric.score(replace(facts, answer="三十公分深，即 thirty"))["fact"] == 1.0
    assert metric.score(replace(facts, answer="forty"))["fact"] == 0.0


def test_facts_without_right_answers_are_looked_for_alone(metric: Metric) -> None:
    assert metric.score(Attempt("?", facts=("thirty",), answer="Thirty.", passages=())) == {"fact": 1.0}
    assert metric.score(Attempt("?", facts=("thirty",), answer="Thirty.")) == {"fact": 1.0}


def test_an_example_without_documents_has_no_facts_but_its_own(metric: Metric) -> None:
    example = replace(ASKED, passages=None)

    assert metric.score(example) == dict.fromkeys(WORDS, 1.0)
    assert metric.score(replace(example, facts=("forty",))) == {**dict.fromkeys(WORDS, 1.0), "fact": 0.0}


def test_a_label_that_was_chosen_has_no_words(metric: Metric) -> None:
    assert metric.score(Attempt("?", ("fruit",), answer="fruit", choices=("fruit", "tool"))) == {}


def test_no_answer_at_all_is_an_empty_one(metric: Metric) -> None:
    assert metric.score(replace(ASKED, answer=None)) == metric.score(replace(ASKED, answer=""))
