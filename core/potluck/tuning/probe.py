"""How long a training will take on this machine, measured by a few of its steps, which are discarded."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TypeVar

from potluck import durations
from potluck.contracts import TuningRequest
from potluck.durations import NO_TIME, Duration
from potluck.reporting import inner_stage
from potluck.tuning.encode import Encoded
from potluck.tuning.forward import batches
from potluck.tuning.head import save_and_remove_head
from potluck.tuning.job import Job, prepare_job
from potluck.tuning.method import Method
from potluck.tuning.training import evaluate_model, take_step

_T = TypeVar("_T")

_STEPS = 8
_SECONDS = 10.0
"""The most steps of a probe, and the seconds after which no further one is taken."""

_FEWEST = 2
_VALIDATED = 3
"""Batches of validation examples that are computed for it."""

_COUNTED = 512
"""Steps of which the tokens are counted, at most; the others are taken to be like them."""


def probe_training(method: Method, request: TuningRequest) -> Duration:
    """The time of a training from its start to its result, of which nothing is kept.

    Of an interrupted one only what is left is counted. Steps are taken from everywhere in the schedule, as their
    lengths differ; of the first, in which libraries set themselves up, the additional time is counted once. Raises
    what ``train`` raises before its first step.
    """
    with tempfile.TemporaryDirectory() as name, inner_stage("estimate the time", "steps", _STEPS) as running:
        folder = Path(name)
        job, setup = _measure_time(lambda: prepare_job(method, replace(request, folder=folder)))
        begin = job.checkpoints.elsewhere(request.folder).step_found()
        _, first = _measure_time(partial(take_step, job, begin))
        samples, began = list[tuple[float, float]](), durations.now()
        for step in _spread_over(range(begin, job.schedule.steps)):
            _, seconds = _measure_time(partial(take_step, job, step))
            samples.append((seconds, _tokens_of_step(job, step)))
            running.advance()
            if len(samples) >= _FEWEST and durations.now() - began > _SECONDS:
                break
        warming = max(0.0, first - max((seconds for seconds, _ in samples), default=0.0))
        learning = Duration.per_unit(samples) * _tokens_left(job, begin)
        # A model is loaded once more in the end, to be sealed with its probes.
        fixed = 2 * setup + warming + _time_saving(job, begin, folder)
        return learning + _validation(job, begin) + Duration.per_unit([(fixed, 1)])


def _spread_over(steps: Sequence[int]) -> list[int]:
    """The numbers of some steps, evenly over all of them, from the middles of equal parts."""
    count = min(_STEPS, len(steps))
    return [steps[(2 * number + 1) * len(steps) // (2 * count)] for number in range(count)]


def _tokens_left(job: Job, begin: int) -> float:
    """Tokens that the steps from ``begin`` on compute, with what is filled up and without what examples share."""
    steps = range(begin, job.schedule.steps)
    counted = steps[:: max(1, len(steps) // _COUNTED)]
    return sum(_tokens_of_step(job, step) for step in counted) * len(steps) / max(1, len(counted))


def _tokens_of_step(job: Job, step: int) -> int:
    return _tokens_computed(job, [job.training.examples[number] for number in job.schedule.batch(step)])


def _tokens_computed(job: Job, examples: Sequence[Encoded]) -> int:
    """Tokens of the batches of some examples, as they are computed."""
    rows = batches(job.method, job.model, examples, job.method.config.training.pack_tokens)
    return sum(int(row.ids.numel()) for row in rows)


def _validation(job: Job, begin: int) -> Duration:
    """The time of all evaluations on the validation examples that are still to come."""
    examples = sorted(job.validation.examples, key=lambda one: len(one.ids))
    if not examples:
        return NO_TIME
    rows = sum(1 for _ in batches(job.method, job.model, examples, job.method.config.training.pack_tokens))
    count = min(len(examples), max(1, _VALIDATED * len(examples) // rows))
    middle = (len(examples) - count) // 2
    some = examples[middle : middle + count]
    evaluate = partial(evaluate_model, job.method, job.model, forward=job.optimisation)
    _measure_time(lambda: evaluate(some[:1]))  # what is set up for it
    _, seconds = _measure_time(lambda: evaluate(some))
    speed = Duration.per_unit([(seconds, _tokens_computed(job, some))])
    return speed * (_tokens_computed(job, examples) * _evaluations(job, begin))


def _evaluations(job: Job, begin: int) -> int:
    """How often the training evaluates from a step on: of a new one once before it as well."""
    steps = job.schedule.steps
    every = job.method.config.training.steps_between_evaluations(job.schedule.steps_per_epoch, steps)
    return steps // every - begin // every + (steps % every > 0) + (begin == 0)


def _time_saving(job: Job, begin: int, folder: Path) -> float:
    """Seconds for all checkpoints that are still to come, and for the result."""
    _, checkpoint = _measure_time(lambda: _save(job))
    count = -(-(job.schedule.steps - begin) // job.method.config.training.save_steps)
    _, result = _measure_time(lambda: _save_result(job, folder / "result"))
    return checkpoint * count + result


def _save(job: Job) -> None:
    job.checkpoints.save(job.history, job.optimisation.weights(), job.optimisation.state())


def _save_result(job: Job, folder: Path) -> None:
    folder.mkdir()
    save_and_remove_head(job.method.base(job.model), folder)
    job.method.save(job.model, folder)


def _measure_time(work: Callable[[], _T]) -> tuple[_T, float]:
    began = durations.now()
    return work(), durations.now() - began
