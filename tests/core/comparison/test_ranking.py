"""The order of variants by the chosen measure, and which one to take.

Modules: ``potluck.comparison.ranking``, ``potluck.comparison.differences``.
"""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from support.variant_tables import LATENCY, Made, concluded

N = 60


def right(share: float, seed: int = 0) -> list[float]:
    """So many of the questions right, the same ones for each share."""
    order = np.random.default_rng(seed).permutation(N)
    return [float(place < share * N) for place in order]


def test_the_best_mean_stands_first_and_each_is_held_against_it_and_the_baseline() -> None:
    made = [Made({"embedder": name}, right(share)) for name, share in (("舊", 0.5), ("新", 0.8), ("壞", 0.2))]
    found = concluded(*made)

    assert [(one.rank, one.variant) for one in found.ranking] == [(1, "新"), (2, "舊"), (3, "壞")]
    best, old, bad = found.ranking
    assert best.against_best is None
    assert best.against_baseline is not None
    assert old.against_best is not None
    assert best.against_baseline.difference == pytest.approx(0.3) == -old.against_best.difference
    assert (best.against_baseline.verdict, old.against_best.verdict) == ("better", "worse")
    assert (old.against_best.low, old.against_best.high) == (-best.against_baseline.high, -best.against_baseline.low)
    assert old.against_baseline is None
    assert [one.standing for one in found.ranking] == ["taken", "worse", "worse"]
    assert bad.metric.mean == pytest.approx(0.2)


def test_one_that_is_much_cheaper_and_not_shown_to_be_worse_is_taken() -> None:
    made = [
        Made({"chat": "large"}, right(0.80), seconds=2.0),
        Made({"chat": "medium"}, right(0.78), seconds=1.9),
        Made({"chat": "small"}, right(0.77), seconds=0.2),
        Made({"chat": "tiny"}, right(0.30), seconds=0.01),
    ]
    found = concluded(*made)

    assert {one.variant: one.standing for one in found.ranking} == {
        "large": "best",
        "medium": "not shown to be worse",
        "small": "taken",
        "tiny": "worse",
    }


def test_a_little_faster_is_not_a_reason_since_times_vary() -> None:
    found = concluded(Made({"chat": "a"}, right(0.8), seconds=1.0), Made({"chat": "b"}, right(0.78), seconds=0.85))

    assert found.conclusion.take == "a"


def test_milliseconds_are_not_a_reason() -> None:
    found = concluded(Made({"chat": "a"}, right(0.8), seconds=0.012), Made({"chat": "b"}, right(0.78), seconds=0.003))

    assert found.conclusion.take == "a"


def test_money_decides_before_time() -> None:
    dear = Made({"chat": "far"}, right(0.8), seconds=0.1, cost=0.01)
    cheap = Made({"chat": "near"}, right(0.78), seconds=0.9, cost=0.001)

    assert concluded(dear, cheap).conclusion.take == "near"
    assert concluded(dear, Made({"chat": "own"}, right(0.78), seconds=0.9)).conclusion.take == "own"


def test_with_few_questions_a_cheap_one_far_below_the_best_is_not_taken() -> None:
    good, bad = [1.0] * 5 + [0.0] * 0, [0.0, 0.0, 1.0, 0.0, 0.0]
    found = concluded(Made({"chat": "good"}, good, seconds=2), Made({"chat": "bad"}, bad, seconds=0.1))

    assert found.pairs[0].verdict == "no evidence"
    assert found.conclusion.take == "good"


def test_of_equal_ones_the_baseline_stands_first() -> None:
    found = concluded(Made({"k": "1"}, right(0.5)), Made({"k": "2"}, right(0.5)), baseline="2")

    assert [one.variant for one in found.ranking] == ["2", "1"]
    assert found.conclusion.take == "2"


def test_less_is_better_where_the_measure_says_so() -> None:
    slow, fast = (Made({"chat": name}, right(0.5), seconds=s) for name, s in (("slow", 2.0), ("fast", 0.5)))
    found = concluded(slow, fast, measure=LATENCY)

    assert found.conclusion.take == "fast"
    assert found.ranking[1].against_best is not None
    assert found.ranking[1].against_best.difference == pytest.approx(1.5)
    assert found.ranking[1].against_best.verdict == "worse"


def test_of_many_variants_each_is_tested_against_the_baseline_and_the_best() -> None:
    made = [Made({"k": str(k)}, right(0.4 + k / 20)) for k in range(8)]
    found = concluded(*made)

    tested = {frozenset((pair.a, pair.b)) for pair in found.pairs if pair.metric == "recall@2"}
    assert tested == {frozenset(("0", str(k))) for k in range(1, 8)} | {frozenset(("7", str(k))) for k in range(1, 7)}
    assert all(one.against_best or one.rank == 1 for one in found.ranking)
    of_latency = [pair for pair in found.pairs if pair.metric == "latency"]
    assert [(pair.a, pair.b) for pair in of_latency] == [("0", str(k)) for k in range(1, 8)]


def test_an_interval_and_its_verdict_agree_in_every_pair_of_the_measure_that_decides() -> None:
    rng = np.random.default_rng(4)
    made = [Made({"k": str(k)}, np.clip(rng.beta(2, 2, 80) + k / 12, 0, 1), seconds=1 + k) for k in (2, 0, 4, 1, 3)]
    found = concluded(*made)

    assert {pair.verdict for pair in found.pairs if pair.verdict} == {"better", "worse", "no evidence"}
    decided = [pair for pair in found.pairs if pair.metric == "recall@2"]
    assert len(decided) == 10
    for pair in decided:
        assert (pair.low > 0 or pair.high < 0) == (pair.verdict != "no evidence")
        assert (pair.p_adjusted <= 0.05) == (pair.verdict != "no evidence")


def test_a_variant_that_failed_has_no_place() -> None:
    found = concluded(Made({"k": "1"}, right(0.5)), Made({"k": "2"}, None), Made({"k": "3"}, right(0.6)))

    assert [one.variant for one in found.ranking] == ["3", "1"]


@pytest.mark.parametrize(
    ("best", "other", "taken"),
    [(1.0, 0.8, "b"), (1.0, 0.81, "a"), (0.0625, 0.0125, "b"), (0.0625, 0.013, "a"), (0.0, 0.0, "a")],
)
def test_cheaper_is_a_fifth_of_the_time_and_a_twentieth_of_a_second_less(best: float, other: float, taken: str) -> None:
    found = concluded(Made({"chat": "a"}, right(0.8), seconds=best), Made({"chat": "b"}, right(0.78), seconds=other))

    assert found.conclusion.take == taken


@pytest.mark.parametrize(("dear", "cheap", "taken"), [(0.01, 0.008, "b"), (0.01, 0.0081, "a"), (0.01, 0.0, "b")])
def test_cheaper_is_a_fifth_of_the_money_less(dear: float, cheap: float, taken: str) -> None:
    first, second = (Made({"chat": n}, right(s), cost=c) for n, s, c in (("a", 0.8, dear), ("b", 0.78, cheap)))

    assert concluded(first, second).conclusion.take == taken


def test_of_several_that_are_cheaper_the_cheapest_is_taken() -> None:
    made = [Made({"chat": n}, right(0.8), seconds=s) for n, s in (("a", 3.0), ("b", 1.0), ("c", 0.5), ("d", 2.0))]

    assert concluded(*made).conclusion.take == "c"


def test_what_a_variant_takes_stands_beside_it() -> None:
    priced, free = concluded(Made({"k": "1"}, right(0.8), 2.0, 0.25), Made({"k": "2"}, right(0.5), 1.5)).ranking

    assert (priced.seconds, priced.cost_per_1000) == (2.0, 250.0)
    assert (free.seconds, free.cost_per_1000) == (1.5, None)


def test_no_difference_is_zero_whichever_way_it_is_looked_at() -> None:
    first, second = concluded(Made({"k": "1"}, right(0.5)), Made({"k": "2"}, right(0.5)), baseline="2").ranking

    assert first.against_best is None
    for found in (second.against_best, second.against_baseline):
        assert found is not None
        assert (found.difference, math.copysign(1, found.difference)) == (0.0, 1.0)
        assert found.low <= 0.0 <= found.high
        assert all(math.copysign(1, one) == 1.0 for one in (found.low, found.high) if one == 0)


def near(share: float, seed: int = 0, n: int = 400) -> list[float]:
    """Shares that differ a little from question to question, so many more on average."""
    rng = np.random.default_rng(seed)
    return list(np.random.default_rng(99).random(n) * 0.5 + share + rng.normal(0, 0.04, n))


def test_the_baseline_stays_where_it_is_shown_to_be_as_good_and_is_not_more_expensive() -> None:
    made = [Made({"k": "k=2"}, near(0.2, 1)), Made({"k": "k=4"}, near(0.203, 2)), Made({"k": "k=9"}, near(0.1, 3))]
    any_matters, small, cheaper = (
        concluded(*made),
        concluded(*made, at_least=0.02),
        concluded(replace(made[0], seconds=1.0), *made[1:], at_least=0.02),
    )

    assert [(one.variant, one.standing) for one in any_matters.ranking] == [
        ("k=4", "taken"), ("k=2", "worse"), ("k=9", "worse"),
    ]  # fmt: skip
    assert [(one.variant, one.standing) for one in small.ranking] == [
        ("k=4", "best"), ("k=2", "taken"), ("k=9", "worse"),
    ]  # fmt: skip
    assert cheaper.conclusion.take == "k=4", "it takes a tenth of the time"


def test_as_good_as_the_best_is_a_place_of_its_own() -> None:
    made = [Made({"k": "k=1"}, near(0.1, 4)), Made({"k": "k=4"}, near(0.203, 2)), Made({"k": "k=5"}, near(0.2, 1))]
    found = concluded(*made, at_least=0.02)

    assert {one.variant: one.standing for one in found.ranking} == {
        "k=4": "taken",
        "k=5": "as good as",
        "k=1": "worse",
    }


def test_where_the_baseline_was_named_places_are_against_it() -> None:
    made = [
        Made({"k": "k=1"}, near(0.1, 4)),
        Made({"k": "k=2"}, near(0.2, 1)),
        Made({"k": "k=3"}, near(0.203, 5)),
        Made({"k": "k=4"}, near(0.3, 2)),
        Made({"k": "k=5"}, near(0.31, 3)),
    ]
    found = concluded(*made, baseline="k=2", at_least=0.02)

    assert {one.variant: one.standing for one in found.ranking} == {
        "k=5": "taken",
        "k=4": "better",
        "k=2": "worse",
        "k=3": "as good as",
        "k=1": "worse",
    }
    assert {one.variant for one in found.ranking if one.against_best is not None} == {"k=2"}
    made = [Made({"k": name}, right(share)) for name, share in (("a", 0.5), ("b", 0.53), ("c", 0.52))]
    shaky = concluded(*made, baseline="a")
    assert {one.variant: one.standing for one in shaky.ranking}["c"] == "not shown to be worse"
