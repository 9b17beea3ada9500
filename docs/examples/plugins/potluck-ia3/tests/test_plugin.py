"""The tuner keeps its contract, and does what it is for."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from potluck.contracts import TuningRequest
from potluck.documents import Example, Message
from potluck.errors import ModelError
from potluck.testing import Check, checks, component, tiny_model

# The kit's model has two layers of 32 numbers, which learn faster than a real one's.
SETTINGS = json.loads(Path(__file__).with_name("settings.json").read_text(encoding="utf-8"))
NAME = "ia3"


@pytest.mark.parametrize("check", checks("tuner"), ids=str)
def test_it_keeps_the_contract(check: Check, tmp_path: Path) -> None:
    check(NAME, tmp_path, SETTINGS)


def test_it_trains_three_vectors_a_layer(tmp_path: Path) -> None:
    learned = [Example((Message("user", "紅色的蘋果"),), "fruit")] * 4
    model = tiny_model(tmp_path / "model")

    plan = component("tuner", NAME, tmp_path).plan(
        TuningRequest(model, "generation", learned, (), tmp_path / "run")
    )

    keys, values, inner = 16, 16, 64
    assert plan.trainable_parameters == 2 * (keys + values + inner)


def test_layers_that_a_model_does_not_have_are_refused(tmp_path: Path) -> None:
    settings = {"target_modules": ["c_attn"], "feedforward_modules": []}
    model = tiny_model(tmp_path / "model")

    with pytest.raises(ModelError, match="c_attn"):
        component("tuner", NAME, tmp_path, settings).plan(
            TuningRequest(model, "generation", [], (), tmp_path / "run")
        )
