"""The measures of a row with their intervals.

Modules: ``potluck.strategy.quality``.
"""

from __future__ import annotations

import pytest
from statsmodels.stats.proportion import proportion_confint

from potluck.metrics.classification import classification
from potluck.metrics.label_intervals import label_intervals
from potluck.strategy.quality import quality

GOLD = ["ham"] * 30 + ["spam"] * 8
SAID = ["ham"] * 27 + ["spam"] * 9 + ["ham"] * 2


def test_the_values_are_those_of_a_classification_and_the_intervals_those_of_its_measures() -> None:
    found, expected = quality(GOLD, SAID, "spam"), classification(GOLD, SAID)

    assert {name: one.mean for name, one in found.items()} == {
        "accuracy": expected.accuracy,
        "f1_macro": expected.f1_macro,
        "f1_minority": expected.f1_minority,
    }
    assert {one.n for one in found.values()} == {38}
    assert found["accuracy"].low == pytest.approx(proportion_confint(33, 38, method="wilson")[0], abs=1e-6)
    assert {name: found[name] for name in ("f1_macro", "f1_minority")} == label_intervals(GOLD, SAID, "spam")
    assert quality(GOLD, SAID, "spam", seed=1)["f1_macro"] == label_intervals(GOLD, SAID, "spam", seed=1)["f1_macro"]
