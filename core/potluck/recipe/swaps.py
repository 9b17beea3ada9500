"""A value of an axis, a recipe of a comparison, and how the first gives the second."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from potluck.documents import Json
from potluck.recipe.bare_names import with_own_settings
from potluck.recipe.model import RecipeModel
from potluck.recipe.recipe_loader import reread_recipe


@dataclass(frozen=True, slots=True)
class AxisValue:
    """A value of an axis: its name, what it sets by key (nothing: the recipe as it is), and its place."""

    name: str
    sets: Mapping[str, Json]
    said: str


@dataclass(frozen=True, slots=True)
class Variant:
    """One recipe of a comparison. ``swaps`` has the name of the value for each axis."""

    name: str
    swaps: Mapping[str, str]
    recipe: RecipeModel


def apply_values(recipe: RecipeModel, choices: Iterable[AxisValue]) -> RecipeModel:
    """The recipe, without axes of its own, after one choice after another, so that a mistake is named at its place.

    A component is chosen before its settings: ``splitter`` before ``splitter.chunk_size``, whichever is named first.
    One that is named by its name alone keeps settings of the recipe.
    """
    variant = reread_recipe(recipe, {"compare": None})
    for choice in sorted(choices, key=_depth):
        if choice.sets:
            sets = {key: with_own_settings(recipe, key, value) for key, value in choice.sets.items()}
            variant = reread_recipe(variant, sets, choice.said)
    return variant


def _depth(choice: AxisValue) -> int:
    """How many levels down the deepest of its keys stands."""
    return max((key.count(".") for key in choice.sets), default=0)
