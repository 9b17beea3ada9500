"""Macro F1 and the F1 of the rarest label with their intervals.

Modules: ``potluck.metrics.label_intervals``.
"""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks import label_intervals as simulated
from potluck.metrics.classification import classification
from potluck.metrics.label_intervals import label_intervals

GOLD = ["正常"] * 30 + ["垃圾"] * 8
SAID = ["正常"] * 27 + ["垃圾"] * 9 + ["正常"] * 2
LABELS = st.sampled_from(["正常", "垃圾", "退款", ""])
PAIRS = st.lists(st.tuples(LABELS, LABELS), min_size=2, max_size=30)


def limits(gold: list[str], said: list[str], rarest: str = "垃圾") -> tuple[float, float, float, float]:
    """The ends of both."""
    ends = [end for one in label_intervals(gold, said, rarest).values() for end in (one.low, one.high)]
    return tuple(end for end in ends if end is not None)  # type: ignore[return-value]


def test_the_interval_holds_the_middle_of_resampled_examples_and_a_seed_decides() -> None:
    found = label_intervals(GOLD, SAID, "垃圾")
    generator = np.random.default_rng(7)
    drawn = [
        classification([GOLD[i] for i in places], [SAID[i] for i in places]).f1_macro
        for places in generator.integers(0, 38, size=(1000, 38))
    ]
    low, high = np.quantile(drawn, [0.025, 0.975])

    one = found["f1_macro"]
    assert one.mean == classification(GOLD, SAID).f1_macro
    assert one.low == pytest.approx(low, abs=0.03)
    assert one.high == pytest.approx(high, abs=0.03)
    assert found == label_intervals(GOLD, SAID, "垃圾")
    assert found != label_intervals(GOLD, SAID, "垃圾", seed=1)


def test_the_order_of_the_examples_does_not_matter() -> None:
    assert label_intervals(GOLD[::-1], SAID[::-1], "垃圾") == label_intervals(GOLD, SAID, "垃圾")


@pytest.mark.parametrize("right", [True, False])
def test_twenty_messages_that_are_all_right_or_all_wrong_are_not_certainty(right: bool) -> None:
    gold = ["垃圾"] * 4 + ["正常"] * 16
    said = gold if right else ["正常"] * 4 + ["垃圾"] * 16
    macro_low, macro_high, rare_low, rare_high = limits(gold, said)

    assert (macro_high == 1 and macro_low < 0.95) if right else (macro_low == 0 and macro_high > 0.05)
    assert (rare_high == 1 and rare_low < 0.9) if right else (rare_low == 0 and rare_high > 0.05)


def test_of_one_label_alone_it_is_not_certain_that_there_are_no_mistakes() -> None:
    macro_low, macro_high, *_ = limits(["正常"] * 20, ["正常"] * 20)

    assert (macro_high, macro_low < 0.98) == (1.0, True)


def test_a_label_that_nobody_said_and_nobody_meant_scores_nothing() -> None:
    assert label_intervals(["正常"] * 5, ["正常"] * 5, "垃圾")["f1_minority"].mean == 0


def test_one_example_has_no_interval() -> None:
    assert [(one.mean, one.low, one.high, one.n) for one in label_intervals(["垃圾"], ["垃圾"], "垃圾").values()] == [
        (1.0, None, None, 1)
    ] * 2


@settings(max_examples=30)
@given(PAIRS)
def test_every_interval_holds_its_mean_lies_within_the_scale_and_has_a_width(pairs: list[tuple[str, str]]) -> None:
    gold, said = ([*side] for side in zip(*pairs, strict=True))

    for name, one in label_intervals(gold, said, gold[0]).items():
        assert one.low is not None
        assert one.high is not None
        assert 0 <= one.low <= one.mean <= one.high <= 1
        assert one.high - one.low > 0.001, name


@pytest.mark.parametrize(
    ("name", "n", "least"),
    [("2 even, 70% right", 20, 0.9), ("2, nearly all right", 20, 0.9), ("2, one rare (5%)", 60, 0.88)],
)
def test_the_interval_holds_the_truth_nearly_as_often_as_it_says(name: str, n: int, least: float) -> None:
    """Of 100 rounds; ``tests/benchmarks/label_intervals.py`` tells it more finely."""
    held, length = simulated.coverage(simulated.POPULATIONS[name], n, 100)

    assert held >= least
    assert length < 0.6
