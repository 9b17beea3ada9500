"""Steps, the order of the data, the learning rate: as transformers' trainer has them."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from transformers import get_scheduler

from potluck.tuning import Training
from potluck.tuning.schedule import Schedule


@given(st.integers(1, 60), st.integers(1, 9), st.integers(1, 4), st.integers(0, 3))
def test_every_epoch_holds_every_example_once_in_another_order(
    examples: int, batch: int, accumulation: int, seed: int
) -> None:
    training = Training(per_device_train_batch_size=batch, gradient_accumulation_steps=accumulation, num_train_epochs=2)
    schedule = Schedule.of(training, examples, seed)
    assert schedule.steps == 2 * schedule.steps_per_epoch
    epochs = [
        [n for step in range(schedule.steps_per_epoch) for n in schedule.batch(epoch * schedule.steps_per_epoch + step)]
        for epoch in range(2)
    ]
    assert [sorted(epoch) for epoch in epochs] == [list(range(examples))] * 2
    assert examples < 20 or epochs[0] != epochs[1]


@pytest.mark.parametrize(("examples", "steps"), [(8, 200), (800, 300), (533, 201)])
def test_few_examples_are_learned_for_more_epochs_unless_the_recipe_says_how_many(examples: int, steps: int) -> None:
    assert Schedule.of(Training(), examples, 0).steps == steps
    assert Schedule.of(Training(num_train_epochs=3), 8, 0).steps == 3


def test_accumulated_batches_are_the_large_batch() -> None:
    small = Training(per_device_train_batch_size=1, gradient_accumulation_steps=4)
    large = Training(per_device_train_batch_size=4)
    one, other = (Schedule.of(training, 22, 7) for training in (small, large))
    assert [one.batch(step) for step in range(one.steps)] == [other.batch(step) for step in range(other.steps)]


def test_max_steps_overrides_the_epochs() -> None:
    assert Schedule.of(Training(max_steps=3000, num_train_epochs=1), 10, 0).steps == 3000


@pytest.mark.parametrize("kind", ["linear", "cosine", "constant", "constant_with_warmup"])
@pytest.mark.parametrize("warmup", [0, 5])
def test_the_learning_rate_is_that_of_transformers_at_every_step(kind: str, warmup: int) -> None:
    schedule = Schedule.of(Training(max_steps=20, warmup_steps=warmup, lr_scheduler_type=kind), 100, 0)
    optimiser = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=1.0)
    theirs = get_scheduler(kind, optimiser, num_warmup_steps=warmup, num_training_steps=20)
    for step in range(20):
        assert schedule.rate(step) == pytest.approx(optimiser.param_groups[0]["lr"], abs=1e-9)
        optimiser.step()
        theirs.step()


@pytest.mark.parametrize(
    ("settings", "warmup"),
    [({}, 0), ({"warmup_ratio": 0.11}, 3), ({"warmup_ratio": 0.5, "warmup_steps": 2}, 2), ({"warmup_ratio": 0.1}, 2)],
)
def test_the_rate_rises_for_a_number_or_a_part_of_the_steps(settings: dict[str, float], warmup: int) -> None:
    schedule = Schedule.of(Training(max_steps=20, **settings), 100, 0)  # type: ignore[arg-type]

    assert schedule.warmup == warmup
    assert [schedule.rate(step) for step in range(warmup)] == [step / warmup for step in range(warmup)]
    assert schedule.rate(warmup) == 1.0


def test_processes_that_train_together_share_the_examples_of_a_step() -> None:
    training = Training(per_device_train_batch_size=2, gradient_accumulation_steps=3, num_train_epochs=1)

    assert (Schedule.of(training, 24, 0).size, Schedule.of(training, 24, 0, processes=2).size) == (6, 12)
    assert Schedule.of(training, 25, 0, processes=2).steps == 3


def test_a_part_of_an_epoch_is_a_step_at_least() -> None:
    assert Schedule.of(Training(num_train_epochs=0.01, per_device_train_batch_size=1), 100, 0).steps == 1
    assert Schedule.of(Training(max_steps=0, num_train_epochs=2, per_device_train_batch_size=1), 100, 0).steps == 200


def test_all_steps_may_be_those_in_which_the_rate_rises() -> None:
    schedule = Schedule.of(Training(max_steps=4, warmup_steps=4), 100, 0)
    assert [schedule.rate(step) for step in range(4)] == [0, 0.25, 0.5, 0.75]
    assert schedule.rate(4) == 1.0
