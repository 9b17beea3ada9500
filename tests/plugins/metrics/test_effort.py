"""What an answer took.

Modules: ``potluck_plugins.metrics.effort``.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from potluck.contracts import Attempt, Metric
from potluck.testing import component


@pytest.fixture
def metric(tmp_path: Path) -> Metric:
    made: Metric = component("metric", "effort", tmp_path)
    return made


@pytest.mark.parametrize(
    ("seconds", "cost", "figures"),
    [
        (1.5, 0.002, {"latency": 1.5, "cost": 0.002}),
        (1.5, None, {"latency": 1.5}),
        (0.0, 0.0, {"latency": 0.0, "cost": 0.0}),
        (None, 0.002, {"cost": 0.002}),
        (None, None, {}),
    ],
)
def test_what_was_measured_is_passed_on(
    metric: Metric, seconds: float | None, cost: float | None, figures: dict[str, float]
) -> None:
    assert metric.score(Attempt("?", answer="", filtered=True, seconds=seconds, cost=cost)) == figures


def test_both_are_amounts_of_which_less_is_better(metric: Metric) -> None:
    assert metric.needs == {"seconds"}
    assert [(one.name, one.about, one.scale, one.unit, one.higher_is_better) for one in metric.measures] == [
        ("latency", "effort", "amount", "s", False),
        ("cost", "effort", "amount", "USD", False),
    ]
