"""A training made ready: the limits and the rates that settings and model give, what is refused, what is resumed.

Modules: ``potluck.tuning.job``.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import torch

from potluck.errors import ModelError, Unsupported
from potluck.models.loading import load_tokenizer
from potluck.tuning.job import max_example_tokens, peak_learning_rate, prepare_job, supported_kind
from potluck.tuning.optimisation import TorchOptimisation
from support.tiny_models import tiny_masked
from support.tuning import Full, Lora, Still, colours, request, tuner


def test_the_rate_of_the_settings_goes_before_the_methods_own(tmp_path: Path) -> None:
    assert peak_learning_rate(tuner(Lora, tmp_path)) == 2e-2
    assert peak_learning_rate(tuner(Lora, tmp_path, learning_rate=0.5)) == 0.5


@pytest.mark.parametrize(
    ("window", "setting", "most"), [(18, None, 18), (None, 15, 15), (18, 15, 15), (15, 18, 15), (None, None, None)]
)
def test_an_example_has_at_most_the_tokens_of_window_and_setting(
    tmp_path: Path, window: int | None, setting: int | None, most: int | None
) -> None:
    model = SimpleNamespace(config=SimpleNamespace(max_position_embeddings=window))
    assert max_example_tokens(tuner(Lora, tmp_path, max_length=setting), model) == most
    assert max_example_tokens(tuner(Lora, tmp_path, max_length=setting), object()) == setting


def test_a_model_of_another_kind_is_refused_with_the_tuners_that_train_it(model: Path, tmp_path: Path) -> None:
    masked = tiny_masked(tmp_path / "遮罩", ["紅 is red"], ["red"], steps=0)
    method = tuner(Lora, tmp_path)
    assert supported_kind(method, request(model, tmp_path, colours(1))) == "causal"
    with pytest.raises(Unsupported) as refused:
        supported_kind(method, request(masked, tmp_path, colours(1)))
    assert str(refused.value).startswith(f"Lora trains causal language models, and {masked} is a masked one: take ")


def test_a_job_has_the_models_end_and_examples_of_both_sides(model: Path, tmp_path: Path) -> None:
    method = tuner(Lora, tmp_path, max_steps=7, adam_beta1=0.5, weight_decay=0.25)
    job = prepare_job(method, request(model, tmp_path, colours(6), colours(2)))

    assert (len(job.training.examples), len(job.validation.examples)) == (6, 2)
    assert job.schedule.steps == 7
    assert job.ends == {load_tokenizer(model).eos_token_id}
    assert job.history.losses == []
    assert isinstance(job.optimisation, TorchOptimisation)
    trained = [name for name, one in job.model.named_parameters() if one.requires_grad]
    assert trained
    assert all("lora_" in name for name in trained)


def test_nothing_to_learn_from_is_an_error(model: Path, tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="there is no example to learn from"):
        prepare_job(tuner(Lora, tmp_path), request(model, tmp_path, []))


def test_the_seed_begins_the_parameters(model: Path, tmp_path: Path) -> None:
    def begun(seed: int) -> Any:
        job = prepare_job(tuner(Still, tmp_path), request(model, tmp_path, colours(2), seed=seed))
        return torch.cat([one.flatten() for name, one in job.model.named_parameters() if "lora_A" in name])

    assert torch.equal(begun(1), begun(1))
    assert not torch.equal(begun(1), begun(2))


def test_a_base_that_is_trained_is_kept_in_float32_and_one_that_is_not_in_the_dtype_of_the_settings(
    model: Path, tmp_path: Path
) -> None:
    for kind, dtype in ((Full, torch.float32), (Lora, torch.bfloat16)):
        job = prepare_job(tuner(kind, tmp_path, dtype="bfloat16"), request(model, tmp_path, colours(2)))
        assert job.method.base(job.model).get_input_embeddings().weight.dtype == dtype


def test_what_decides_the_weights_names_the_checkpoints(model: Path, tmp_path: Path) -> None:
    def named(method: Any, **changes: Any) -> Any:
        asked = replace(request(model, tmp_path, colours(4)), **changes)
        return prepare_job(method, asked).checkpoints._name

    method = tuner(Lora, tmp_path)
    names = [
        named(method), named(method, seed=1), named(method, training=colours(3)),
        named(method, validation=colours(1)), named(tuner(Still, tmp_path)),
        named(tuner(Lora, tmp_path, learning_rate=0.5)), named(tuner(Lora, tmp_path, dtype="bfloat16")),
    ]  # fmt: skip
    assert len(set(names)) == len(names)
    assert named(method) == names[0]


def test_the_optimiser_is_the_adamw_of_the_settings(model: Path, tmp_path: Path) -> None:
    settings = {
        "adam_beta1": 0.5,
        "adam_beta2": 0.75,
        "adam_epsilon": 1e-3,
        "weight_decay": 0.25,
        "learning_rate": 0.125,
    }
    job = prepare_job(tuner(Lora, tmp_path, **settings), request(model, tmp_path, colours(2)))

    optimiser: Any = job.optimisation
    for group in optimiser._optimiser.param_groups:
        assert (group["betas"], group["eps"], group["weight_decay"], group["lr"]) == ((0.5, 0.75), 1e-3, 0.25, 0.125)


def test_a_head_is_trained_where_the_settings_ask_for_one(model: Path, tmp_path: Path) -> None:
    method = tuner(Lora, tmp_path)
    with_head = method.config.model_copy(update={"head": True})
    for config, has in ((method.config, False), (with_head, True)):
        method.config = config
        job = prepare_job(method, request(model, tmp_path, colours(4)))
        assert any("label_head" in name for name, one in job.model.named_parameters() if one.requires_grad) is has
