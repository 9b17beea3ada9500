"""The measures of a row with their intervals.

Modules: ``potluck.strategy.quality``.
"""

from __future__ import annotations

import numpy as np
import pytest
from statsmodels.stats.proportion import proportion_confint

from potluck.metrics.classification import classification
from potluck.strategy.quality import quality

GOLD = ["ham"] * 30 + ["spam"] * 8
SAID = ["ham"] * 27 + ["spam"] * 9 + ["ham"] * 2


def test_the_values_are_those_of_a_classification() -> None:
    found, expected = quality(GOLD, SAID, "spam"), classification(GOLD, SAID)

    assert {name: one.mean for name, one in found.items()} == {
        "accuracy": expected.accuracy,
        "macro_f1": expected.macro_f1,
        "minority_f1": expected.minority_f1,
    }
    assert {one.n for one in found.values()} == {38}


@pytest.mark.parametrize("seed", range(6))
def test_the_interval_of_f1_is_the_middle_of_a_thousand_draws_that_a_seed_decides(seed: int) -> None:
    draws = np.random.default_rng(seed).multinomial(38, np.full(38, 1 / 38), size=1000)
    macro, rare = [], []
    for counts in draws:
        gold, said = ([name for name, count in zip(names, counts, strict=True) for _ in range(count)]
                      for names in (GOLD, SAID))  # fmt: skip
        drawn = classification(gold, said)
        macro.append(drawn.macro_f1)
        rare.append(drawn.labels["spam"].f1 if "spam" in drawn.labels else 0.0)

    found = quality(GOLD, SAID, "spam", seed=seed)

    for name, values in (("macro_f1", macro), ("minority_f1", rare)):
        low, high = np.quantile(values, [0.025, 0.975])
        assert (found[name].low, found[name].high) == (pytest.approx(low), pytest.approx(high))
    assert found["macro_f1"] != quality(GOLD, SAID, "spam", seed=seed + 1)["macro_f1"]


def test_a_label_that_nobody_said_and_nobody_meant_scores_nothing() -> None:
    found = quality(["ham"] * 5, ["ham"] * 5, "spam")
    assert (found["minority_f1"].mean, found["minority_f1"].low, found["minority_f1"].high) == (0.0, 0.0, 1.0)


def test_twenty_messages_that_are_all_right_are_not_certainty() -> None:
    gold = ["垃圾"] * 4 + ["正常"] * 16
    found = quality(gold, gold, "垃圾")

    assert {name: one.high for name, one in found.items()} == dict.fromkeys(found, pytest.approx(1.0))
    assert found["accuracy"].low == pytest.approx(proportion_confint(20, 20, method="wilson")[0], abs=1e-6)
    assert found["minority_f1"].low == pytest.approx(proportion_confint(4, 4, method="wilson")[0], abs=1e-6)
    lows = [proportion_confint(n, n, method="wilson")[0] for n in (4, 16)]
    assert found["macro_f1"].low == pytest.approx(sum(lows) / 2, abs=1e-6)


def test_one_message_has_no_interval_of_f1() -> None:
    found = quality(["spam"], ["spam"], "spam")
    assert (found["macro_f1"].mean, found["macro_f1"].low, found["macro_f1"].high) == (1.0, None, None)
