"""A checkpoint that is not what was written is never gone on from.

Modules: ``potluck.tuning.checkpoint``.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

import pytest
import torch

from potluck.errors import CheckpointDamaged, WorkspaceGone
from potluck.tuning.checkpoint import Checkpoints, TrainingHistory, trained_parameters
from support.tuning import Lora, colours, tune, weights

DAMAGES: list[Callable[[bytes, random.Random], bytes]] = [
    lambda content, chances: _flipped(content, chances.randrange(len(content)), chances),
    lambda content, chances: _flipped(content, chances.randrange(min(600, len(content))), chances),
    lambda content, chances: content[: chances.randrange(len(content))],
    lambda content, chances: content + bytes(chances.randrange(1, 50)),
    lambda content, chances: _zeros(content, chances.randrange(len(content) - 64)),
    lambda content, chances: content.replace(b'\\"step\\": 3', b'\\"step\\": 9', 1),
]


def _flipped(content: bytes, place: int, chances: random.Random) -> bytes:
    return content[:place] + bytes([content[place] ^ 1 << chances.randrange(8)]) + content[place + 1 :]


def _zeros(content: bytes, place: int) -> bytes:
    return content[:place] + bytes(64) + content[place + 64 :]


def saved(folder: Path, steps: int = 3) -> Checkpoints:
    found = Checkpoints(folder, "one training")
    for step in range(1, steps + 1):
        tensors = {"weight": torch.full((4, 5), float(step)), "scale": torch.tensor(float(step))}
        optimiser = {"optimiser.0.exp_avg": torch.randn(20), "optimiser.0.step": torch.tensor(float(step))}
        course = TrainingHistory(step, [1.0 / n for n in range(1, step + 1)], notes=["a note"])
        found.save(course, tensors, optimiser)
    return found


def test_what_is_saved_can_be_freed_afterwards_as_fsdp_frees_gathered_weights(tmp_path: Path) -> None:
    tensors = {"weight": torch.ones(4, 5, dtype=torch.bfloat16), "empty": torch.ones(0), "scale": torch.tensor(1.0)}
    Checkpoints(tmp_path, "one training").save(TrainingHistory(1), tensors, {})
    assert Checkpoints(tmp_path, "one training").last()[1].step == 1
    for tensor in tensors.values():
        tensor.untyped_storage().resize_(0)


def test_120_random_damages_are_noticed_and_the_good_checkpoint_before_is_taken(tmp_path: Path) -> None:
    chances, told = random.Random(22585), 0
    for number in range(120):
        folder = tmp_path / str(number)
        checkpoints = saved(folder)
        last = max(folder.glob("step-*.safetensors"))
        whole = last.read_bytes()
        damaged = DAMAGES[number % len(DAMAGES)](whole, chances)
        last.write_bytes(damaged)
        tensors, course = checkpoints.last()
        if damaged == whole:
            continue
        told += 1
        assert course.step == 2, number
        assert torch.equal(tensors["weight"], torch.full((4, 5), 2.0))
        assert len(course.losses) == 2
        assert course.notes[0] == "a note"
        assert str(last) in course.notes[1]
        assert course.notes[1].endswith("; what it held is computed again")
        assert not last.exists()
    assert told > 110


def test_without_a_good_checkpoint_the_training_begins_anew_and_says_so(tmp_path: Path) -> None:
    checkpoints = saved(tmp_path)
    for path in tmp_path.glob("step-*.safetensors"):
        path.write_bytes(path.read_bytes()[:-3])
    tensors, course = checkpoints.last()
    assert (dict(tensors), course.step, len(course.notes)) == ({}, 0, 2)


def test_a_checkpoint_of_another_training_is_not_damage(tmp_path: Path) -> None:
    saved(tmp_path)
    tensors, course = Checkpoints(tmp_path, "another training").last()
    assert (dict(tensors), course.notes) == ({}, [])
    assert len(list(tmp_path.glob("step-*.safetensors"))) == 2


def best_of(folder: Path, name: str = "one training") -> tuple[Checkpoints, TrainingHistory, torch.nn.Module]:
    checkpoints, model = Checkpoints(folder, name), torch.nn.Linear(2, 2)
    course = TrainingHistory(2, [1.0, 0.5], [{"step": 2.0, "loss": 0.5, "answers": 0.0}])
    checkpoints.save_best(course, {key: one + 1 for key, one in trained_parameters(model).items()})
    checkpoints.save(course, trained_parameters(model), {})
    return checkpoints, course, model


def test_the_best_weights_are_taken_or_it_is_said_that_they_are_not_what_was_written(tmp_path: Path) -> None:
    checkpoints, course, model = best_of(tmp_path)
    before = model.weight.detach().clone()
    assert checkpoints.last(best=True)[1].step == 2
    checkpoints.restore_best(model, course)
    assert torch.equal(model.weight.detach(), before + 1)
    path = tmp_path / "best.safetensors"
    path.write_bytes(_flipped(path.read_bytes(), -3, random.Random(1)))
    with pytest.raises(CheckpointDamaged, match=r"best\.safetensors"):
        checkpoints.restore_best(model, course)
    assert checkpoints.last(best=False)[1].step == 2


@pytest.mark.parametrize("kind", ["missing", "damaged", "of another training"])
def test_a_training_that_needs_its_best_weights_begins_anew_without_them(tmp_path: Path, kind: str) -> None:
    checkpoints, _, _ = best_of(tmp_path)
    path = tmp_path / "best.safetensors"
    if kind == "missing":
        path.unlink()
    elif kind == "damaged":
        path.write_bytes(path.read_bytes()[:-1])
    else:
        best_of(tmp_path / "other", "another")
        path.write_bytes((tmp_path / "other" / "best.safetensors").read_bytes())
    _, course = checkpoints.last(best=True)
    assert course.step == 0
    assert len(course.notes) == 1


def test_a_training_goes_on_to_the_same_weights_from_the_checkpoint_before(model: Path, tmp_path: Path) -> None:
    settings = {"max_steps": 6, "save_steps": 2}
    whole = weights(tune(Lora, model, tmp_path, colours(12), **settings).folder)
    last = max(tmp_path.glob("step-*.safetensors"))
    last.write_bytes(_flipped(last.read_bytes(), -40, random.Random(3)))
    again = tune(Lora, model, tmp_path, colours(12), **settings)
    assert all(torch.equal(one, whole[name]) for name, one in weights(again.folder).items())
    assert any("its checksum differs" in note for note in again.notes)


@pytest.mark.parametrize(
    ("losses", "best", "since"),
    [([], None, 0), ([0.5], 0, 0), ([0.5, 0.25], 1, 0), ([0.5, 0.25, 0.25, 0.5], 1, 2), ([0.25, 0.5], 0, 1)],
)
def test_the_best_evaluation_is_the_first_with_the_lowest_loss(
    losses: list[float], best: int | None, since: int
) -> None:
    course = TrainingHistory(evaluations=[{"step": float(step), "loss": loss} for step, loss in enumerate(losses)])

    assert course.best == (None if best is None else course.evaluations[best])
    assert course.evaluations_since_best == since
    assert (course.step, course.tokens, course.seconds, course.before, course.losses) == (0, 0, 0.0, None, [])


def test_of_several_processes_the_others_write_and_remove_nothing(tmp_path: Path) -> None:
    saved(tmp_path)
    other = Checkpoints(tmp_path, "one training", writes=False)
    broken = max(tmp_path.glob("step-*.safetensors"))
    broken.write_bytes(b"broken")
    before = {path: path.read_bytes() for path in tmp_path.iterdir()}

    other.save(TrainingHistory(9), {}, {})
    other.save_best(TrainingHistory(9), {})
    assert other.last()[1].step == 2

    assert {path: path.read_bytes() for path in tmp_path.iterdir()} == before
    Checkpoints(tmp_path / "none", "one training", writes=False)
    assert not (tmp_path / "none").exists()


def test_a_folder_that_was_deleted_meanwhile_is_told_and_not_made_again(tmp_path: Path) -> None:
    checkpoints = Checkpoints(tmp_path / "gone", "one training")
    checkpoints.check_in_place()
    (tmp_path / "gone").rmdir()

    for save in (
        lambda: checkpoints.save(TrainingHistory(1), {}, {}),
        lambda: checkpoints.save_best(TrainingHistory(1), {}),
    ):
        with pytest.raises(WorkspaceGone, match="gone was deleted while it was in use: run the same command again"):
            save()


def test_best_weights_of_an_earlier_step_than_the_best_are_not_the_best(tmp_path: Path) -> None:
    checkpoints, course, model = best_of(tmp_path)
    checkpoints.restore_best(model, TrainingHistory(9, [], [{"step": 2.0, "loss": 0.5}, {"step": 4.0, "loss": 0.5}]))

    with pytest.raises(CheckpointDamaged, match="these are not the best weights of this training"):
        checkpoints.restore_best(model, TrainingHistory(9, [], [{"step": 3.0, "loss": 0.5}]))
    before = model.weight.detach().clone()
    checkpoints.restore_best(model, TrainingHistory(2))
    assert torch.equal(model.weight.detach(), before), "without an evaluation no weights are the best"
    assert course.best is not None
