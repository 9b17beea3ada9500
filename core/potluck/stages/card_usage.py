"""The part of a model card that comes from the recipe and not from the training."""

from __future__ import annotations

from typing import Any

from potluck.components.components import Components
from potluck.contracts.tuner import ModelKind
from potluck.datasets.wording import wording_of
from potluck.models.licences import licence_of
from potluck.tuning.usage import CardUsage, card_usage


def usage_of(components: Components, kind: ModelKind, tokenizer: Any, validated: int) -> CardUsage:
    """How the recipe asks the model of this kind, with the end token that was trained; ``validated`` as in the card."""
    recipe = components.recipe
    licence = licence_of(components.models.fetch(str(recipe.tuning.model)))
    data = recipe.tuning.dataset.path if recipe.tuning.dataset is not None else ""
    return card_usage(kind, tokenizer, wording_of(recipe), recipe.chat, licence, data, validated)
