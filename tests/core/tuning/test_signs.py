"""From which numbers on the watchdog says what goes wrong: courses of losses that are written down, not trained.

Modules: ``potluck.tuning.watchdog``.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("torch", reason="trained parameters are torch's")

from potluck.contracts import TuningRequest
from potluck.documents import Example, Message
from potluck.tuning.checkpoint import TrainingHistory
from potluck.tuning.watchdog import Evaluation, LearningRates, Watchdog

RATES = LearningRates(used=1e-3, usual=1e-3)
END = 2
"""A token that ends an answer."""


def examples(targets: Sequence[str]) -> list[Example]:
    return [Example((Message("user", f"第{number} question"),), target) for number, target in enumerate(targets)]


def asked(
    training: Sequence[str] = "ab", validation: Sequence[str] = "ab", labels: str = "ab", task: Any = "classification"
) -> TuningRequest:
    return TuningRequest(
        Path(), task, examples(training), examples(validation), Path(), labels=tuple(labels)
    )  # fmt: skip


def watched(
    losses: Sequence[float],
    steps: int | None = None,
    rates: LearningRates = RATES,
    norms: Sequence[float] | None = None,
) -> list[str]:
    """What is said of a training with these losses; gradients are large unless their norms are given."""
    course = TrainingHistory()
    dog = Watchdog(course, asked(), len(losses) if steps is None else steps, rates)
    for number, loss in enumerate(losses):
        assert dog.record_step(loss, 1.0 if norms is None else norms[number]) is None
        course.losses.append(loss)
        course.step += 1
        dog.check_losses()
    return course.notes


@pytest.mark.parametrize(
    ("steps", "of", "told"),
    [(19, 19, False), (20, 20, True), (30, 30, True), (30, 31, False), (49, 1000, False), (50, 1000, True)],
)
def test_a_training_is_looked_at_when_it_ends_or_after_fifty_steps(steps: int, of: int, told: bool) -> None:
    assert [note.split(":")[0] for note in watched([1.0] * steps, of)] == (["flat loss"] if told else [])


def test_a_loss_that_stops_falling_later_is_told_at_the_next_ten_steps() -> None:
    falling = [1.0] * 10 + [0.5] * 40
    assert watched([*falling, *[1.0] * 9], 1000) == []
    (note,) = watched([*falling, *[1.0] * 10], 1000)
    assert note.startswith("flat loss: 0.917 at the beginning and 0.917 now.")


@pytest.mark.parametrize(
    ("begin", "end", "flat"),
    [(1.0, 0.99, True), (1.0, 0.981, True), (1.0, 0.979, False), (4.0, 3.93, True), (4.0, 3.91, False),
     (0.06, 0.06, True), (0.04, 0.04, False), (1.0, 1.1, True)],
)  # fmt: skip
def test_a_loss_is_flat_where_it_falls_by_less_than_a_fiftieth_and_is_not_small(
    begin: float, end: float, flat: bool
) -> None:
    notes = watched([begin] * 10 + [(begin + end) / 2] * 5 + [end] * 10)

    assert [note.split(":")[0] for note in notes] == (["flat loss"] if flat else [])


def test_beginning_and_end_are_a_fifth_of_the_steps_each() -> None:
    (note,) = watched([2.0] * 20 + [1.0] * 60 + [1.99] * 20)

    assert note.startswith("flat loss: 2 at the beginning and 1.99 now.")
    assert watched([2.0] * 20 + [1.0] * 61 + [1.99] * 19) != [note], "a mean, and not the last loss"


@pytest.mark.parametrize(
    ("norms", "sign"),
    [([1e-8] * 30, "dead parameters"), ([2e-7] * 30, "flat loss"), ([1.0] * 20 + [1e-8] * 10, "dead parameters"),
     ([1.0] * 21 + [1e-8] * 9, "flat loss"), ([1e-8] * 29 + [1.0], "flat loss")],
)  # fmt: skip
def test_parameters_are_dead_where_no_gradient_of_the_last_steps_moves_them(norms: list[float], sign: str) -> None:
    (note,) = watched([1.0] * 30, norms=norms)

    assert note.startswith(f"{sign}: ")
    assert sign == "flat loss" or "has been below 1e-07 for 10 steps" in note


@pytest.mark.parametrize(
    ("most", "end", "told"),
    [(1.21, 1.0, True), (1.19, 1.0, False), (1.3, 0.981, True), (1.3, 0.97, False), (9.0, 5.0, True)],
)
def test_a_loss_that_was_thrown_off_and_came_to_nothing_better_is_diverging(
    most: float, end: float, told: bool
) -> None:
    notes = watched([1.0] * 10 + [most] * 2 + [0.9] * 6 + [end] * 5)

    assert any(note.startswith("diverging loss: ") for note in notes) is told
    if told:
        assert notes == [
            f"diverging loss: 1 at the first step, {most:.3g} at most and {sum([*[end] * 4]) / 4:.3g} now, no better "
            "than the model was before. training.learning_rate is 0.001: take 0.0001 (this method's own is 0.001), or "
            "raise training.warmup_steps"
        ]


@pytest.mark.parametrize(("used", "told"), [(1.1, True), (0.9, False)])
def test_with_an_absurd_learning_rate_a_flat_loss_is_a_diverging_one(used: float, told: bool) -> None:
    (note,) = watched([1.0] * 20, rates=LearningRates(used, 1e-3))

    assert note.startswith("diverging loss" if told else "flat loss")


def test_a_diverging_loss_is_told_from_fewer_steps_too() -> None:
    (note,) = watched([1.0, 9.0, 9.0])

    assert note.startswith("diverging loss: 1 at the first step, 9 at most and 9 now")


@pytest.mark.parametrize(
    ("used", "usual", "lower"), [(1e-3, 1e-3, 1e-4), (1.0, 1e-3, 1e-3), (1e-3, 1.0, 1e-4), (1e-2, 2e-3, 1e-3)]
)
def test_a_tenth_of_the_learning_rate_is_advised_but_not_more_than_the_methods_own(
    used: float, usual: float, lower: float
) -> None:
    assert LearningRates(used, usual).lower == pytest.approx(lower)


@pytest.mark.parametrize(
    ("loss", "norm", "what"),
    [(math.nan, 1.0, "loss"), (math.inf, 1.0, "loss"), (1.0, math.inf, "gradient"), (1.0, math.nan, "gradient"),
     (math.nan, math.nan, "loss")],
)  # fmt: skip
def test_a_step_that_is_not_a_number_ends_the_training_and_is_told(loss: float, norm: float, what: str) -> None:
    said = Watchdog(TrainingHistory(step=6), asked(), 20, RATES).record_step(loss, norm)

    assert said is not None
    assert said.startswith(f"at step 7 the {what} became NaN or infinite; the checkpoints before it are kept.")
    assert "take 0.0001" in said


def test_trained_parameters_that_are_not_numbers_are_told() -> None:
    import torch

    dog = Watchdog(TrainingHistory(step=6), asked(), 20, RATES)
    good, bad = torch.zeros(3), torch.tensor([0.0, math.nan])

    assert dog.check_weights([good, good]) is None
    assert dog.check_weights([]) is None
    said = dog.check_weights([good, bad])
    assert said is not None
    assert said.startswith("at step 6 the trained parameters became NaN or infinite")


def evaluated(
    first: Sequence[tuple[int, int]] = ((1, 1), (2, 2)),
    last: Sequence[tuple[int, int]] = (),
    chosen: int | None = None,
    losses: Sequence[float] = (1.0,),
    request: TuningRequest | None = None,
    patience: int | None = None,
) -> tuple[TrainingHistory, Watchdog]:
    """After evaluations with these losses, each of which found the same answers."""
    course = TrainingHistory()
    dog = Watchdog(course, request or asked(), 20, RATES, frozenset({END}), patience)
    for number, loss in enumerate(losses, 1):
        course.evaluations.append({"step": 5.0 * number, "loss": loss})
        dog.check_evaluation(Evaluation(loss, 0.5, tuple(first), tuple(last), chosen))
    return course, dog


@pytest.mark.parametrize(
    ("losses", "told"),
    [((1.0, 1.26), True), ((1.0, 1.24), False), ((1.0, 0.5, 0.6), False), ((1.0, 0.5, 0.63), True),
     ((1.3, 1.0), False)],
)  # fmt: skip
def test_a_validation_loss_that_rises_by_a_quarter_is_over_fitting(losses: Sequence[float], told: bool) -> None:
    course, _ = evaluated(losses=losses)

    assert [note.split(":")[0] for note in course.notes] == (["over-fitting"] if told else [])
    if told:
        best = min(losses)
        after = 5 * (losses.index(best) + 1)
        assert f"the validation loss was {best:.3g} after step {after}, and is {losses[-1]:.3g} now" in course.notes[0]


def test_each_sign_is_told_once() -> None:
    course, _ = evaluated(losses=(1.0, 2.0, 3.0, 4.0))

    assert len(course.notes) == 1
    assert "is 2 now" in course.notes[0]


@pytest.mark.parametrize(
    ("first", "labels", "told"),
    [
        ([(1, 1)] * 5 + [(1, 2)] * 2, "ab", True),
        ([(1, 1)] * 5 + [(1, 2)], "ab", False),
        ([(1, 1)] * 5 + [(1, 2)] * 2 + [(2, 2)], "ab", False),
        ([(1, 1)] * 9, "ab", False),
        ([(1, 1)] * 10 + [(1, 2)] * 10, "", True),
        ([(1, 1)] * 10 + [(1, 2)] * 9, "", False),
    ],
)
def test_the_same_answer_to_everything_is_told_where_it_is_not_chance(
    first: list[tuple[int, int]], labels: str, told: bool
) -> None:
    _, dog = evaluated(first, request=asked(labels=labels))

    assert [one.split(":")[0] for one in dog.conclusions] == (["collapsed predictions"] if told else [])
    if told:
        missed = sum(one != other for one, other in first)
        assert (
            f"likeliest for all {len(first)} validation examples, and {missed} of them have another"
            in (dog.conclusions[0])
        )


@pytest.mark.parametrize(
    ("last", "labels", "told"),
    [
        ([(7, END)] * 4, "", True),
        ([(7, END)], "", False),
        ([(END, END)] * 9, "", False),
        ([(7, 8)] * 9, "", False),
        ([(7, END)] * 4, "ab", False),
        ([(7, END)] * 6 + [(END, END)] * 6 + [(7, 9)] * 3, "", True),
    ],
)
def test_answers_that_do_not_end_are_told_unless_they_are_chosen(
    last: list[tuple[int, int]], labels: str, told: bool
) -> None:
    _, dog = evaluated(last=last, request=asked(labels=labels))

    assert [one.split(":")[0] for one in dog.conclusions] == (["answers without an end"] if told else [])
    if told:
        ends = [one for one in last if one[1] == END]
        missed = sum(one != END for one, _ in ends)
        assert f"behind {missed} of {len(ends)} right answers" in dog.conclusions[0]


@pytest.mark.parametrize(("chosen", "told"), [(30, True), (60, False), (None, False)])
def test_no_better_than_the_commonest_label_is_told_where_labels_are_chosen(chosen: int | None, told: bool) -> None:
    targets = "a" * 30 + "b" * 30
    first = [(1 + number % 2, 1 + number // 30) for number in range(60)]
    _, dog = evaluated(first, chosen=chosen, request=asked(validation=targets))

    assert [one.split(":")[0] for one in dog.conclusions] == (["no better than the commonest label"] if told else [])


def test_examples_that_were_left_out_make_no_comparison_with_the_commonest_label() -> None:
    _, dog = evaluated([(1, 1), (2, 2)] * 20, chosen=20, request=asked(validation="a" * 30 + "b" * 30))

    assert dog.conclusions == []


def test_conclusions_are_about_the_weights_that_are_the_result() -> None:
    collapsed, fine = ((1, 1), (1, 2), (1, 2)), ((1, 1), (2, 2))
    for patience, expected in ((None, 0), (3, 1)):
        course = TrainingHistory()
        dog = Watchdog(course, asked(), 20, RATES, patience=patience)
        assert dog.conclusions == []
        for step, (loss, first) in enumerate([(2.0, fine), (1.0, collapsed), (1.1, fine)], 1):
            course.evaluations.append({"step": step, "loss": loss})
            dog.check_evaluation(Evaluation(loss, 0.5, first, (), None))
        assert len(dog.conclusions) == expected, "the last ones, or with patience the best"


@pytest.mark.parametrize(
    ("losses", "patience", "stopped"),
    [((1.0, 2.0), 1, True), ((1.0, 2.0), 2, False), ((1.0, 2.0, 3.0), 2, True), ((2.0, 1.0), 1, False),
     ((1.0, 2.0, 3.0), None, False), ((), 1, False), ((1.0, 1.0), 1, True)],
)  # fmt: skip
def test_a_training_stops_after_so_many_evaluations_without_a_better_one(
    losses: Sequence[float], patience: int | None, stopped: bool
) -> None:
    _, dog = evaluated(losses=losses, patience=patience)

    assert dog.stopped is stopped


@pytest.mark.parametrize(
    ("training", "task", "told"),
    [("a" * 11 + "b", "classification", True), ("a" * 10 + "b", "classification", False),
     ("a" * 40 + "b" * 20 + "c" * 3, "classification", True), ("a" * 40, "classification", False),
     ("a" * 40 + "b", "generation", False), ("", "classification", False)],
)  # fmt: skip
def test_classes_of_which_one_is_more_than_ten_times_as_common_are_told(training: str, task: Any, told: bool) -> None:
    course = TrainingHistory()
    Watchdog(course, asked(training, task=task), 20, RATES)

    assert [note.split(":")[0] for note in course.notes] == (["label imbalance"] if told else [])
    if told:
        rare = training[-1]
        assert f"'a' stands {training.count('a')} times in the training examples and {rare!r}" in course.notes[0]
