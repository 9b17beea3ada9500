"""Whether what an answer has to contain stands in the first passages.

Modules: ``potluck_plugins.metrics.reach``.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from potluck.contracts import Attempt, Metric
from potluck.documents import Passage
from potluck.testing import component


@pytest.fixture
def metric(tmp_path: Path) -> Metric:
    made: Metric = component("metric", "reach", tmp_path)
    return made


def passage(text: str, heading: str = "") -> Passage:
    return Passage(text, "notes.txt", text, 0, len(text), 0.5, heading)


def reached(metric: Metric, attempt: Attempt) -> list[float]:
    found = metric.score(attempt)
    assert list(found) == ["answer_recall@1", "answer_recall@2", "answer_recall@5"]
    return list(found.values())


def test_it_needs_passages_and_something_to_look_for(metric: Metric) -> None:
    assert metric.needs == {"passages", "reference"}
    assert {measure.about for measure in metric.measures} == {"retrieval"}


@pytest.mark.parametrize(
    ("place", "found"), [(0, [1, 1, 1]), (1, [0, 1, 1]), (2, [0, 0, 1]), (4, [0, 0, 1]), (5, [0, 0, 0])]
)
def test_an_answer_is_within_reach_from_where_it_stands_on(metric: Metric, place: int, found: list[float]) -> None:
    passages = [passage(f"Wear a helmet, {number}.") for number in range(7)]
    passages[place] = passage("The ballast is THIRTY  centimetres deep.")

    assert reached(metric, Attempt("?", ("thirty centimetres",), passages=tuple(passages))) == found


def test_one_of_the_right_answers_is_enough(metric: Metric) -> None:
    attempt = Attempt("?", ("forty", "３０公分", ""), passages=(passage("道碴厚度為30 公分。"),))

    assert reached(metric, attempt) == [1, 1, 1]


def test_of_facts_the_share_counts_and_the_right_answers_do_not(metric: Metric) -> None:
    passages = (passage("每週巡查"), passage("作成紀錄"), passage("完整的答案"))
    attempt = Attempt("?", ("完整的答案",), ("每週", "紀錄", "每月"), passages=passages)

    assert reached(metric, attempt) == pytest.approx([1 / 3, 2 / 3, 2 / 3])


def test_facts_are_enough(metric: Metric) -> None:
    assert reached(metric, Attempt("?", facts=("每週",), passages=(passage("每週巡查"),))) == [1, 1, 1]


def test_headings_count_but_nothing_across_two_texts(metric: Metric) -> None:
    headed = (passage("thirty", heading="Ballast depth"), passage("centimetres"))

    assert reached(metric, Attempt("?", ("ballast depth",), passages=headed)) == [1, 1, 1]
    assert reached(metric, Attempt("?", ("depth thirty",), passages=headed)) == [0, 0, 0]
    assert reached(metric, Attempt("?", ("thirty centimetres",), passages=headed)) == [0, 0, 0]


def test_of_no_passages_nothing_is_within_reach(metric: Metric) -> None:
    assert reached(metric, Attempt("?", ("thirty",), passages=())) == [0, 0, 0]
    assert reached(metric, Attempt("?", facts=("thirty",), passages=())) == [0, 0, 0]


def test_what_was_retrieved_counts_whatever_was_shown_and_answered(metric: Metric) -> None:
    attempt = Attempt("?", ("thirty",), answer="", filtered=True, passages=(passage("thirty"),), shown=0)

    assert reached(metric, attempt) == [1, 1, 1]
