"""Whether the right label was chosen.

Modules: ``potluck_plugins.metrics.labels``.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from potluck.contracts import Attempt, Metric
from potluck.testing import component


@pytest.fixture
def metric(tmp_path: Path) -> Metric:
    made: Metric = component("metric", "labels", tmp_path)
    return made


@pytest.mark.parametrize(
    ("right", "chosen", "accuracy"),
    [
        (("水果",), "水果", 1.0),
        (("水果",), "天氣", 0.0),
        (("fruit",), "Fruit", 0.0),
        (("fruit",), "frui", 0.0),
        (("fruit",), "", 0.0),
        (("fruit", "food"), "food", 1.0),
    ],
)
def test_only_the_very_label_is_right(metric: Metric, right: tuple[str, ...], chosen: str, accuracy: float) -> None:
    attempt = Attempt("the red apple", right, answer=chosen, choices=("水果", "天氣", "fruit", "Fruit", "food"))

    assert metric.score(attempt) == {"accuracy": accuracy}


def test_it_is_asked_where_labels_were_there_to_choose_from(metric: Metric) -> None:
    free = Attempt("the red apple", ("fruit",), answer="fruit")

    assert metric.needs == {"answer", "answers", "choices"}
    assert not all(free.has(need) for need in metric.needs)
