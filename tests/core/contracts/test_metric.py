"""What a measure is and what an attempt has.

Modules: ``potluck.contracts.metric``.
"""

from __future__ import annotations

import math
from typing import get_args

import pytest

from potluck.contracts import Attempt, Measure, Metric, Need, Scale
from potluck.contracts.metric import COUNTS, is_figure
from potluck.documents import Passage

EMPTY = Attempt("軌距？")
PASSAGE = Passage("id", "規範.txt", "字", 0, 1, 0.5)


@pytest.mark.parametrize(
    ("scale", "bounds"), [("share", (0, 1)), ("amount", (0, math.inf)), ("any", (-math.inf, math.inf))]
)
def test_the_scale_of_a_measure_says_which_values_it_may_have(scale: Scale, bounds: tuple[float, float]) -> None:
    assert Measure("f1", "how alike they are", scale=scale).bounds == bounds


@pytest.mark.parametrize(
    ("value", "expected"),
    [(1, True), (0.5, True), (True, False), (math.nan, False), (math.inf, False), ("1", False), (None, False)],
)
def test_a_figure_is_a_finite_number(value: object, expected: bool) -> None:
    assert is_figure(value) == expected


@pytest.mark.parametrize("need", get_args(Need))
def test_an_attempt_of_which_nothing_is_known_has_nothing(need: Need) -> None:
    assert not EMPTY.has(need)


@pytest.mark.parametrize(
    ("attempt", "needs"),
    [
        (Attempt("題", answer=""), {"answer"}),
        (Attempt("題", answers=("1435",)), {"answers", "reference"}),
        (Attempt("題", facts=("1435",)), {"reference"}),
        (Attempt("題", passages=()), {"passages"}),
        (Attempt("題", passages=(PASSAGE,), ranks=(None,)), {"passages", "gold"}),
        (Attempt("題", choices=("正面",)), {"choices"}),
        (Attempt("題", seconds=0.0), {"seconds"}),
        (Attempt("題", cost=0.0), {"cost"}),
        (Attempt("題", bits=0.0), {"bits"}),
        (Attempt("題", answer="我不知道", refused=True, answerable=False), {"answer"}),
    ],
)
def test_what_was_found_is_there_even_if_it_is_nothing(attempt: Attempt, needs: set[str]) -> None:
    assert {need for need in get_args(Need) if attempt.has(need)} == needs


def test_a_measure_that_says_no_more_is_a_share_of_answers_of_which_more_is_better() -> None:
    found = Measure("f1", "共同的字")

    assert (found.label, found.about, found.higher_is_better, found.scale, found.unit, found.paired) == (
        "", "answer", True, "share", "", True,
    )  # fmt: skip
    assert Metric.needs == {"answer"}
    assert {"answered", "refused", "filtered", "empty", "questions", "answerable", "with_gold"} == COUNTS


def test_of_an_attempt_it_is_assumed_that_there_was_a_right_answer_and_that_it_was_given() -> None:
    assert (EMPTY.answerable, EMPTY.refused, EMPTY.filtered, EMPTY.shown) == (True, False, False, 0)
