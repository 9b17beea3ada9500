"""What is left of a training, by which a plan tells its time: tokens, evaluations, and where it is resumed.

Modules: ``potluck.tuning.probe``, ``potluck.tuning.checkpoint``, ``potluck.tuning.estimate``.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from potluck.tuning import probe
from potluck.tuning.forward import batches
from potluck.tuning.job import Job, prepare_job
from support.tuning import Lora, colours, request, tune, tuner


def job_of(model: Path, folder: Path, **training: Any) -> Job:
    asked = replace(request(model, folder, colours(12)), validation=colours(4))
    return prepare_job(tuner(Lora, folder, **training), asked)


def test_a_step_is_as_long_as_its_rows_in_which_what_all_begin_with_stands_once(model: Path, tmp_path: Path) -> None:
    job = job_of(model, tmp_path, max_steps=6)

    examples = [job.training.examples[number] for number in job.schedule.batch(0)]
    rows = [*batches(job.method, job.model, examples, 128)]
    assert probe._tokens_of_step(job, 0) == sum(row.length for row in rows)  # type: ignore[union-attr]
    assert probe._tokens_of_step(job, 0) < sum(len(one.ids) for one in examples)


def test_of_an_interrupted_training_the_steps_that_are_left_are_counted(model: Path, tmp_path: Path) -> None:
    job = job_of(model, tmp_path, max_steps=6)

    steps = [probe._tokens_of_step(job, step) for step in range(6)]
    assert probe._tokens_left(job, 0) == sum(steps)
    assert probe._tokens_left(job, 4) == sum(steps[4:])
    assert probe._tokens_left(job, 6) == 0


@pytest.mark.parametrize("steps", [6, 7])
@pytest.mark.parametrize("settings", [{"eval_steps": 3}, {"eval_strategy": "no"}, {}])
def test_evaluations_are_counted_as_the_training_makes_them(
    model: Path, tmp_path: Path, steps: int, settings: dict[str, Any]
) -> None:
    done = tune(Lora, model, tmp_path / "run", colours(12), validation=colours(4), max_steps=steps, **settings)
    job = job_of(model, tmp_path / "probe", max_steps=steps, **settings)

    made = [one["step"] for one in done.evaluations]
    assert done.before is not None
    assert probe._evaluations(job, 0) == len(made) + 1
    assert probe._evaluations(job, 4) == sum(step > 4 for step in made)


def test_steps_that_are_tried_stand_all_over_the_schedule() -> None:
    assert probe._spread_over(range(100, 180)) == [105, 115, 125, 135, 145, 155, 165, 175]
    assert probe._spread_over(range(2)) == [0, 1]
    assert probe._spread_over(range(3, 3)) == []


def test_a_plan_knows_from_which_step_its_own_training_is_resumed(model: Path, tmp_path: Path) -> None:
    settings: dict[str, Any] = {"max_steps": 6, "save_steps": 2}
    asked = replace(request(model, tmp_path, colours(12)), validation=colours(4))
    method = tuner(Lora, tmp_path, **settings)
    assert method.plan(asked).resumed == 0
    method.tune(asked, lambda _: None)
    (tmp_path / "step-00000006.safetensors").unlink()

    assert method.plan(asked).resumed == 4
    assert method.plan(asked).steps == 6
    assert method.plan(replace(asked, seed=1)).resumed == 0, "that is another training"
    assert method.plan(replace(asked, validation=())).resumed == 0
    (tmp_path / "step-00000004.safetensors").write_bytes(b"cut short")
    assert method.plan(asked).resumed == 0


def test_a_training_of_a_hundred_times_the_steps_takes_far_longer(model: Path, tmp_path: Path) -> None:
    asked = replace(request(model, tmp_path, colours(12)), validation=colours(4))
    short, long = (tuner(Lora, tmp_path, max_steps=steps, eval_strategy="no").probe(asked) for steps in (8, 8000))

    assert short is not None
    assert long is not None
    assert long.seconds > 10 * short.seconds
