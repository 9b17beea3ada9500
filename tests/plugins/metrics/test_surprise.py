"""How surprised a model is by the right answer.

Modules: ``potluck_plugins.metrics.surprise``.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from potluck.contracts import Attempt, Metric
from potluck.testing import component


@pytest.fixture
def metric(tmp_path: Path) -> Metric:
    made: Metric = component("metric", "surprise", tmp_path)
    return made


@pytest.mark.parametrize("bits", [0.0, 0.75, 12.5])
def test_the_bits_are_passed_on(metric: Metric, bits: float) -> None:
    assert metric.score(Attempt("?", ("thirty",), answer="forty", bits=bits)) == {"bits_per_character": bits}


def test_nobody_is_surprised_who_was_not_asked(metric: Metric) -> None:
    assert metric.score(Attempt("?", ("thirty",), answer="thirty")) == {}


def test_less_is_better_and_there_is_no_most(metric: Metric) -> None:
    assert metric.needs == {"bits"}
    assert [(one.scale, one.unit, one.higher_is_better) for one in metric.measures] == [("amount", "bits", False)]
