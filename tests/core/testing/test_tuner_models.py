"""The small model that kits train: its figures are repeatable, and two results are told apart.

Modules: ``potluck.testing.tuner_models``.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path

import pytest

pytest.importorskip("torch")
pytest.importorskip("peft")

import torch
from safetensors.torch import save_file

from potluck.contracts import TunedModel
from potluck.testing import Skipped, Subject
from potluck.testing.tuner_models import (
    base_folder,
    load_base,
    local_tuner,
    mean_nats,
    model_logits,
    one_thread,
    same_result,
    train_small,
    tuned_logits,
)
from support.plain_tuner import Lora, subject
from support.written_tuner import Written


def tuned(folder: Path, weights: dict[str, Sequence[float]], losses: Sequence[float] = (1.0, 0.5)) -> TunedModel:
    folder.mkdir()
    save_file({name: torch.tensor(values) for name, values in weights.items()}, folder / "adapter_model.safetensors")
    return TunedModel(folder, 1, tuple(losses), 1.0)


def test_two_results_are_the_same_where_names_weights_and_losses_are(tmp_path: Path) -> None:
    first = tuned(tmp_path / "first", {"a": [1.0, 2.0]})

    assert same_result(first, tuned(tmp_path / "same", {"a": [1.0, 2.0]}))
    assert not same_result(first, tuned(tmp_path / "weights", {"a": [1.0, 2.5]}))
    assert not same_result(first, tuned(tmp_path / "names", {"b": [1.0, 2.0]}))
    assert not same_result(first, tuned(tmp_path / "more", {"a": [1.0, 2.0], "b": [0.0]}))
    assert not same_result(first, tuned(tmp_path / "losses", {"a": [1.0, 2.0]}, losses=(1.0, 0.25)))


def test_one_thread_computes_inside_and_as_many_as_before_afterwards() -> None:
    before = torch.get_num_threads()
    torch.set_num_threads(2)
    try:
        with one_thread():
            assert torch.get_num_threads() == 1
        assert torch.get_num_threads() == 2
    finally:
        torch.set_num_threads(before)


def test_the_model_is_made_once(tmp_path: Path) -> None:
    given = subject(Lora, tmp_path)

    assert base_folder(given) == base_folder(given)
    assert (base_folder(given) / "model.safetensors").exists()


def test_nats_are_those_of_the_first_tokens_of_the_right_answers(tmp_path: Path) -> None:
    given = subject(Lora, tmp_path)
    logits = model_logits(given, load_base(given), None)

    assert logits.shape[0] == 8
    assert mean_nats(given, torch.zeros_like(logits)) == pytest.approx(math.log(logits.shape[1]), rel=1e-6)
    assert mean_nats(given, logits) > 0


def test_training_twice_gives_one_result_and_changes_how_the_model_answers(tmp_path: Path) -> None:
    given = subject(Lora, tmp_path)
    first, second = train_small(given, "first"), train_small(given, "second")

    assert same_result(first, second)
    assert first.folder.is_relative_to(tmp_path / "first")
    base = load_base(given)
    before = model_logits(given, base, None)
    after = tuned_logits(given, given.make(), first, base)
    assert mean_nats(given, after) < mean_nats(given, before)


def test_a_tuner_that_does_not_train_here_is_skipped_by_rules_of_the_engine(tmp_path: Path) -> None:
    assert isinstance(local_tuner(subject(Lora, tmp_path)), Lora)
    with pytest.raises(Skipped):
        local_tuner(Subject(lambda own: Written(), tmp_path))
