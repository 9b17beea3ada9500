"""What a method of tuning is where it says nothing else.

Modules: ``potluck.tuning.method``.
"""

from __future__ import annotations

from pathlib import Path
from typing import get_args

import pytest
import torch

from potluck.contracts import Task
from potluck.tuning.method import Method, Virtual
from support.tuning import Full, Lora, SoftPrompt, tuner


def test_a_method_trains_causal_models_for_every_task_at_a_small_rate_and_leaves_the_base() -> None:
    assert Method.kinds == {"causal"}
    assert Method.tasks == set(get_args(Task))
    assert (Method.default_learning_rate, Method.trains_base) == (2e-4, False)
    assert Full.trains_base


def test_a_wrapped_model_is_its_own_base_without_soft_prompts_or_notes(tmp_path: Path) -> None:
    method = tuner(Full, tmp_path)
    model = torch.nn.Linear(2, 2)
    assert method.base(model) is model
    assert Method.virtual(method, model) is None
    assert method.notes(model) == ()
    assert method.context.folder == tmp_path


def test_what_a_method_has_to_say_cannot_be_left_out(tmp_path: Path) -> None:
    assert Method.__abstractmethods__ >= {"wrap", "save", "attach"}
    with pytest.raises(TypeError, match="abstract"):
        tuner(Method, tmp_path)  # type: ignore[arg-type, type-abstract]


def test_soft_prompts_are_embeddings_or_a_cache(tmp_path: Path) -> None:
    assert (Virtual(4).embeddings, Virtual(4).cache) == (None, None)
    model = torch.nn.Module()
    model.soft = torch.nn.Parameter(torch.zeros(1, 4, 2))
    assert tuner(SoftPrompt, tmp_path).virtual(model) == Virtual(4, embeddings=model.soft)
    assert tuner(Lora, tmp_path).config.fit == "error"
