"""Settings of a training: the names of ``TrainingArguments``, and what excludes each other.

Modules: ``potluck.tuning.training_settings``, ``potluck.tuning.foreign_arguments``.
"""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from potluck.tuning.foreign_arguments import refused_arguments
from potluck.tuning.training_settings import DeepSpeed, Training, TunerConfig


def test_the_names_are_those_of_transformers() -> None:
    transformers = pytest.importorskip("transformers")
    known = set(transformers.TrainingArguments.__dataclass_fields__)

    own = {"early_stopping_patience", "dtype", "pack_tokens", "warmup_ratio"}  # the last went with transformers 5
    assert set(Training.model_fields) - known <= own


def test_every_name_of_transformers_is_taken_or_refused_with_a_reason() -> None:
    transformers = pytest.importorskip("transformers")
    known = set(transformers.TrainingArguments.__dataclass_fields__)

    assert known <= {*Training.model_fields, *refused_arguments()}
    assert not set(Training.model_fields) & set(refused_arguments())


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
        {"eval_strategy": "steps"},
        {"eval_strategy": "epoch", "eval_steps": 3},
        {"eval_strategy": "no", "early_stopping_patience": 1},
        {"logging_steps": 0},
        {"report_to": "wandb"},
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


@pytest.mark.parametrize("written", ["none", [], ["none"]])
def test_reporting_to_nobody_may_be_written_in_each_way(written: Any) -> None:
    assert Training(report_to=written).report_to == "none"


@pytest.mark.parametrize(
    ("said", "every"),
    [
        ({}, 10),
        ({"eval_steps": 3}, 3),
        ({"eval_strategy": "steps", "eval_steps": 3}, 3),
        ({"eval_strategy": "epoch"}, 10),
        ({"eval_strategy": "no"}, 40),
    ],
)
def test_a_strategy_says_when_to_evaluate(said: dict[str, Any], every: int) -> None:
    assert Training(**said).steps_between_evaluations(10, 40) == every


def test_how_often_it_reports_does_not_decide_what_is_learned() -> None:
    assert Training(logging_steps=3).decisive() == Training().decisive()


def test_a_training_that_says_nothing_is_that_of_transformers_but_for_what_its_docstrings_say() -> None:
    assert Training().model_dump() == {
        "num_train_epochs": None, "max_steps": -1, "per_device_train_batch_size": 8, "gradient_accumulation_steps": 1,
        "learning_rate": None, "warmup_steps": 0, "warmup_ratio": 0.0, "lr_scheduler_type": "linear",
        "weight_decay": 0.0, "adam_beta1": 0.9, "adam_beta2": 0.999, "adam_epsilon": 1e-8, "max_grad_norm": 1.0,
        "optim": "adamw_torch", "eval_strategy": None, "eval_steps": None, "early_stopping_patience": None,
        "save_steps": 50, "logging_steps": None, "report_to": "none", "dtype": "auto", "fsdp": False,
        "deepspeed": None, "use_cpu": False, "pack_tokens": 512,
    }  # fmt: skip
    assert TunerConfig().model_dump(exclude={"training"}) == {
        "max_length": None, "fit": "error", "end_token": None, "resize_embeddings": False, "head": False,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("key", "least", "less"),
    [
        ("num_train_epochs", 0.01, 0),
        ("per_device_train_batch_size", 1, 0),
        ("gradient_accumulation_steps", 1, 0),
        ("learning_rate", 1e-12, 0),
        ("warmup_steps", 0, -1),
        ("warmup_ratio", 0, -0.1),
        ("weight_decay", 0, -0.1),
        ("adam_beta1", 0, -0.1),
        ("adam_beta2", 0, -0.1),
        ("adam_epsilon", 1e-12, 0),
        ("max_grad_norm", 0, -0.1),
        ("eval_steps", 1, 0),
        ("early_stopping_patience", 1, 0),
        ("save_steps", 1, 0),
        ("logging_steps", 1, 0),
        ("pack_tokens", 16, 15),
    ],
)
def test_the_least_value_of_a_setting_is_taken_and_a_smaller_one_is_not(key: str, least: float, less: float) -> None:
    assert getattr(Training.model_validate({key: least}), key) == least
    with pytest.raises(ValidationError):
        Training.model_validate({key: less})


@pytest.mark.parametrize(
    ("key", "most", "more"),
    [("learning_rate", 1e30, 1.1e30), ("warmup_ratio", 0.99, 1), ("adam_beta1", 0.99, 1), ("adam_beta2", 0.9999, 1)],
)
def test_the_largest_value_of_a_setting_is_taken_and_a_larger_one_is_not(key: str, most: float, more: float) -> None:
    assert getattr(Training.model_validate({key: most}), key) == most
    with pytest.raises(ValidationError):
        Training.model_validate({key: more})


def test_an_example_has_eight_tokens_at_least() -> None:
    assert TunerConfig(max_length=8).max_length == 8
    with pytest.raises(ValidationError):
        TunerConfig(max_length=7)
