"""Which row is recommended: the best, a cheaper one that is as good, or none where too little was asked.

Modules: ``potluck.strategy.advice``.
"""

from __future__ import annotations

from typing import Any

import pytest

from potluck.strategy.advice import advise
from potluck.strategy.data import LabelledText
from potluck.strategy.protocol import StrategySpec
from potluck.strategy.race import Entrant, EntrantAnswer


def messages(n: int) -> list[LabelledText]:
    """As many messages, each of which stands for itself."""
    return [LabelledText(f"text {number}", "a", f"data.jsonl:{number}") for number in range(n)]


def entrant(
    name: str,
    right: int,
    of: int = 100,
    usd: float = 0.0,
    seconds: float = 0.001,
    outcome: str = "finished",
    baseline: bool = False,
) -> Entrant:
    """One that got the first ``right`` messages right."""
    made: Any = None  # no row is asked here
    asked = [EntrantAnswer("好", number < right, seconds, usd, 0) for number in range(of)]
    spec = StrategySpec("always the commonest label", made, baseline=baseline)
    return Entrant(name, spec, made, asked, outcome=outcome)


def test_the_best_is_taken_with_its_interval_and_its_share() -> None:
    advice = advise([entrant("worse", 40), entrant("較好", 90)], messages(200))

    assert advice.row == "較好"
    assert advice.words.startswith("Take 較好: accuracy 0.900 [0.8")
    assert "on 100 of 200 messages." in advice.words
    assert [(one.other, one.p_adjusted < 0.05) for one in advice.against] == [("worse", True)]


@pytest.mark.parametrize(
    ("cheap", "best", "price"),
    [
        ({"usd": 0.001}, {"usd": 0.002}, "(1.0000 USD per 1,000 against 2.0000 USD per 1,000)"),
        ({"seconds": 0.01}, {"seconds": 0.5}, "(10 ms per message against 500 ms per message)"),
    ],
)
def test_a_cheaper_row_that_is_not_shown_to_be_worse_is_taken(
    cheap: dict[str, Any], best: dict[str, Any], price: str
) -> None:
    advice = advise([entrant("best", 92, **best), entrant("便宜", 90, **cheap)], messages(100))

    assert advice.row == "便宜"
    assert "best has 0.920, but there is no evidence of a difference, and 便宜 is cheaper" in advice.words
    assert price in advice.words


def test_a_cheaper_row_that_is_worse_is_not_taken() -> None:
    assert advise([entrant("best", 92, usd=1.0), entrant("cheap", 60)], messages(100)).row == "best"


def test_a_baseline_is_compared_and_never_taken() -> None:
    advice = advise([entrant("majority", 95, baseline=True), entrant("row", 94)], messages(100))

    assert advice.row == "row"
    assert [one.other for one in advice.against] == ["majority"]
    assert advice.words.endswith("It is not shown to be better than always the commonest label.")


def test_rows_that_dropped_out_are_not_rivals_and_the_expensive_ones_are_named() -> None:
    rows = [entrant("a", 90), entrant("b", 10, 16, outcome="worse"), entrant("昂貴", 15, 16, outcome="expensive")]
    advice = advise(rows, messages(100))

    assert (advice.row, advice.against) == ("a", ())
    assert "More expensive, with hardly a chance of being worth it: 昂貴." in advice.words


def test_a_row_that_the_budget_stopped_at_once_leaves_the_others_their_messages() -> None:
    advice = advise([entrant("a", 90), entrant("b", 50), entrant("c", 3, 3, outcome="budget")], messages(100))

    assert advice.row == "a"
    assert " on 100 messages." in advice.words
    assert [one.other for one in advice.against] == ["b"]


@pytest.mark.parametrize("rows", [[], [entrant("a", 1, 1)], [entrant("a", 9, 9, outcome="failed")]])
def test_of_too_little_nothing_is_recommended(rows: list[Entrant]) -> None:
    advice = advise(rows, messages(100))

    assert (advice.row, advice.against) == (None, ())
    assert advice.words.startswith("too little was asked to recommend anything")


def test_an_interval_and_its_verdict_are_corrected_alike() -> None:
    """Alone 8 against 1 would be told apart (p .039); in a family of two it is not, and the interval holds 0."""
    first = entrant("甲", 90)
    rows = [entrant(name, 90) for name in ("乙", "丙")]
    for row, (wrong, gained) in zip(rows, ((range(8), range(90, 91)), (range(8), range(90, 92))), strict=True):
        row.asked[:] = [
            EntrantAnswer("好", (one.right and place not in wrong) or place in gained, one.seconds, one.usd, 0)
            for place, one in enumerate(row.asked)
        ]
    against = advise([first, *rows], messages(100)).against

    assert {one.other for one in against} == {"乙", "丙"}
    for one in against:
        assert (one.difference.low > 0 or one.difference.high < 0) == (one.p_adjusted <= 0.05)
