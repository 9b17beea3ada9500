"""Settings of a training: the names of ``TrainingArguments``, and what excludes each other.

Modules: ``potluck.tuning.training_settings``.
"""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from potluck.tuning.training_settings import DeepSpeed, Training, TunerConfig


def test_the_names_are_those_of_transformers() -> None:
    transformers = pytest.importorskip("transformers")
    known = set(transformers.TrainingArguments.__dataclass_fields__)

    own = {"early_stopping_patience", "dtype", "pack_tokens", "warmup_ratio"}  # the last went with transformers 5
    assert set(Training.model_fields) - known <= own


@pytest.mark.parametrize(
    "said",
    [
        {"learning_rate": 0},
        {"learning_rate": 1e31},
        {"num_train_epochs": 0},
        {"per_device_train_batch_size": 0},
        {"warmup_ratio": 1.0},
        {"adam_beta1": 1.0},
        {"pack_tokens": 15},
        {"early_stopping_patience": 0},
        {"lr_scheduler_type": "餘弦"},
        {"optim": "sgd"},
        {"nothing": 1},
    ],
)
def test_values_that_cannot_be_are_refused(said: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Training.model_validate(said)


@pytest.mark.parametrize("stage", [0, 4, "3", None])
def test_a_stage_of_zero_is_one_of_three(stage: Any) -> None:
    with pytest.raises(ValidationError, match="stage must be 1, 2 or 3"):
        DeepSpeed.model_validate({"zero_optimization": {"stage": stage}})


def test_a_model_is_spread_in_one_way() -> None:
    spread = {"zero_optimization": {"stage": 3, "contiguous_gradients": True}}

    assert Training.model_validate({"deepspeed": spread}).deepspeed is not None
    with pytest.raises(ValidationError, match="name one"):
        Training.model_validate({"deepspeed": spread, "fsdp": True})


def test_what_only_takes_longer_does_not_decide_the_result() -> None:
    usual = TunerConfig()
    other = TunerConfig.model_validate({"training": {"save_steps": 3, "pack_tokens": 64}})

    assert usual.decisive() == other.decisive()
    assert usual.decisive() != TunerConfig.model_validate({"training": {"max_steps": 3}}).decisive()
