"""What a tuner that declares nothing can do.

Modules: ``potluck.contracts.tuner``. What its rules demand: ``tests/core/testing/test_tuner.py``.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from potluck.contracts import Estimate, TunedModel, Tuner, TuningProgress, TuningRequest
from potluck.errors import Unsupported


class Idle(Tuner):
    tasks = frozenset({"classification"})

    def plan(self, request: TuningRequest) -> Estimate:
        return Estimate(1, 2, 3, 4, 5)

    def tune(self, request: TuningRequest, progress: Callable[[TuningProgress], None]) -> TunedModel:
        return TunedModel(request.folder, 1, (0.5,), 2.0)


REQUEST = TuningRequest(Path("模型"), "classification", (), (), Path("學會"))


def test_it_knows_no_time_and_puts_nothing_on_a_model_or_into_one() -> None:
    idle, model = Idle(), None

    assert idle.probe(REQUEST) is None
    with pytest.raises(Unsupported, match=r"^Idle does not put its results on a loaded model$"):
        idle.attach(_any(model), Path("學會"))
    with pytest.raises(Unsupported, match=r"^the results of Idle cannot be merged into the weights$"):
        idle.merge(_any(model), Path("學會"))


def test_nothing_is_assumed_of_its_results() -> None:
    assert (Tuner.kinds, Tuner.served_by, Tuner.family) == (frozenset(), frozenset(), "")
    assert (Tuner.mergeable, Tuner.whole, Tuner.trains_base) == (False, False, False)
    assert (REQUEST.seed, REQUEST.labels) == (0, ())
    estimate, tuned = Idle().plan(REQUEST), Idle().tune(REQUEST, lambda progress: None)
    assert (estimate.seconds, estimate.device, estimate.notes) == (None, "cpu", ())
    assert (tuned.tokens_per_second, tuned.notes, tuned.evaluations, tuned.dropped, tuned.cut) == (0, (), (), 0, 0)


def _any(value: Any) -> Any:
    return value


def test_a_training_that_begins_resumes_nothing_and_was_not_measured_before() -> None:
    progress = TuningProgress(3, 10, 0.5, 99.0)
    assert (progress.learning_rate, progress.resumed) == (None, 0)
    estimate, tuned = Idle().plan(REQUEST), Idle().tune(REQUEST, lambda progress: None)
    assert (estimate.seconds_low, estimate.seconds_high) == (None, None)
    assert (tuned.before, tuned.after) == (None, None)
