"""What a training will take, told before anything is loaded.

Modules: ``potluck.tuning.estimate``.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from potluck.stages.training_resources import resource_problems
from potluck.stages.tune import plan_training, training_request
from potluck.tuning.estimate import estimate_training
from support.tuning import Full, Lora, colours, recipe, request, tuner


def zero(stage: int) -> dict[str, Any]:
    """A DeepSpeed configuration."""
    return {"zero_optimization": {"stage": stage}}


def test_parameters_and_disk_are_counted_exactly_and_steps_as_they_will_be_taken(model: Path, tmp_path: Path) -> None:
    asked = request(model, tmp_path, colours(16))
    few, all_of_them = (estimate_training(tuner(kind, tmp_path, max_steps=7), asked) for kind in (Lora, Full))

    assert few.trainable_parameters == 2 * (4 * 32 + 32 * 4) + 2 * (4 * 32 + 16 * 4)
    assert all_of_them.trainable_parameters == all_of_them.total_parameters == few.total_parameters
    assert few.disk == few.trainable_parameters * 28
    assert (few.steps, few.device) == (7, "cpu")
    assert estimate_training(tuner(Lora, tmp_path, num_train_epochs=3), asked).steps == 12


def test_memory_is_the_process_the_frozen_weights_what_is_trained_and_what_a_pass_keeps(
    model: Path, tmp_path: Path
) -> None:
    def memory(kind: Any, examples: int = 32, **training: Any) -> int:
        return estimate_training(tuner(kind, tmp_path, **training), request(model, tmp_path, colours(examples))).memory

    exact, rough = (memory(Lora, dtype=dtype) for dtype in ("float32", "bfloat16"))
    total = estimate_training(tuner(Lora, tmp_path), request(model, tmp_path, colours(4))).total_parameters
    pass_of = 128 * 2 * (14 * 32 + 4 * 64)
    assert exact - rough == 2 * total + 2 * pass_of
    assert memory(Lora, pack_tokens=256) - exact == 4 * pass_of + 3 * 4 * vocabulary(model) * 8
    trainable = 2 * (4 * 32 + 32 * 4) + 2 * (4 * 32 + 16 * 4)
    assert exact == (630 << 20) + 4 * total + 16 * trainable + 4 * pass_of + 3 * 4 * vocabulary(model) * 8
    assert memory(Full) == memory(Full, dtype="bfloat16"), "a base that is trained is in float32"


def vocabulary(model: Path) -> int:
    from potluck.models.loading import load_meta_model

    return int(load_meta_model(model).config.vocab_size)


def test_a_plan_counts_what_is_trained_and_what_will_not_fit_is_refused(home: Path) -> None:
    with recipe(home) as opened:
        estimate = plan_training(opened.components)
        assert resource_problems(estimate, home) == []
        assert opened.tune().tuned.trainable_parameters == estimate.trainable_parameters
    huge = replace(estimate, memory=1 << 60, disk=1 << 60)
    assert [("of memory" in one, "on disk" in one) for one in resource_problems(huge, home / "a" / "b")] == [
        (True, False),
        (False, True),
    ]


def test_a_plan_knows_what_is_spread_over_the_processes(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def memory(**training: Any) -> int:
        with recipe(home, tuner={"use": "full", "training": training}) as opened:
            components = opened.components
            return components.tuner.plan(training_request(components)).memory

    alone = memory()
    assert memory(fsdp=True) == memory(deepspeed=zero(3)) == alone
    monkeypatch.setenv("WORLD_SIZE", "2")
    assert memory(deepspeed=zero(2)) == memory() == alone
    assert memory(fsdp=True) == memory(deepspeed=zero(3)) < alone
