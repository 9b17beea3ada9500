"""How long a training will take on this machine, told from a few steps of it that are thrown away."""

from __future__ import annotations

import math
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TypeVar

from potluck.contracts import TuningRequest
from potluck.durations import NO_TIME, Duration
from potluck.reporting import inner_stage
from potluck.tuning.job import Job, prepare_job
from potluck.tuning.method import Method
from potluck.tuning.training import evaluate_model, take_step

_T = TypeVar("_T")

_STEPS = 8
_SECONDS = 10.0
"""Steps of a probe at most, and the time after which no further one is taken."""

_FEWEST = 2
_VALIDATED = 8
"""Examples that are validated for it."""


def probe_training(method: Method, request: TuningRequest) -> Duration:
    """The time of a training from its start to its result, of which nothing is kept.

    Steps are taken from everywhere in the schedule, as their lengths differ; the first is not counted, as libraries
    set themselves up in it. Raises what ``train`` raises before its first step.
    """
    with tempfile.TemporaryDirectory() as folder, inner_stage("estimate the time", "steps", _STEPS) as running:
        job, setup = _time_steps(lambda: prepare_job(method, replace(request, folder=Path(folder))))
        take_step(job, 0)
        samples, began = list[tuple[float, float]](), time.monotonic()
        for step in _spread_over(job.schedule.steps):
            (_, _, tokens), seconds = _time_steps(partial(take_step, job, step))
            samples.append((seconds, tokens))
            running.advance()
            if len(samples) >= _FEWEST and time.monotonic() - began > _SECONDS:
                break
        saving = _time_steps(lambda: _save(job))[1]
        # A model is loaded once more in the end, to be sealed with its probes.
        fixed = 2 * setup + saving * (1 + job.schedule.steps // method.config.training.save_steps)
        return Duration.per_unit(samples) * _learned_tokens(job) + _validation(job) + Duration.per_unit([(fixed, 1)])


def _spread_over(steps: int) -> list[int]:
    """The numbers of some steps, evenly over all of them."""
    count = min(_STEPS, steps)
    return [number * steps // count for number in range(count)]


def _learned_tokens(job: Job) -> int:
    lengths = [len(one.ids) for one in job.training.examples]
    return sum(lengths[number] for step in range(job.schedule.steps) for number in job.schedule.batch(step))


def _validation(job: Job) -> Duration:
    """The time of all evaluations on the validation examples."""
    examples = job.validation.examples
    if not examples:
        return NO_TIME
    some = examples[:: max(1, len(examples) // _VALIDATED)][:_VALIDATED]
    seconds = _time_steps(lambda: evaluate_model(job.method, job.model, some, job.optimisation))[1]
    schedule = job.schedule
    every = job.method.config.training.steps_between_evaluations(schedule.steps_per_epoch, schedule.steps)
    tokens = sum(len(one.ids) for one in examples) * (1 + math.ceil(schedule.steps / every))
    return Duration.per_unit([(seconds, sum(len(one.ids) for one in some))]) * tokens


def _save(job: Job) -> None:
    job.checkpoints.save(job.history, job.optimisation.weights(), job.optimisation.state())


def _time_steps(work: Callable[[], _T]) -> tuple[_T, float]:
    began = time.monotonic()
    return work(), time.monotonic() - began
