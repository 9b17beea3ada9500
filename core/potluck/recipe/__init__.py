"""Recipes: reading them with positions, their model, overrides, and their JSON Schema."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from potluck.recipe.model import Origin, RecipeModel
from potluck.recipe.recipe_loader import read_recipe
from potluck.recipe.swap_values import split_file_overrides
from potluck.recipe.yaml_reader import read_text

__all__ = ["load", "loads"]


def load(path: Path, overrides: Sequence[str] = (), check_installed: bool = True) -> RecipeModel:
    """Read a recipe file. Raises ``RecipeError`` with all that is wrong in it.

    ``overrides`` are written ``key.key=value``, the value as YAML, or ``@FILE`` for the text of a file.
    ``check_installed`` also asks for the optional packages of the plugins that are named.
    """
    return loads(read_text(path), path, overrides, check_installed)


def loads(text: str, path: Path, overrides: Sequence[str] = (), check_installed: bool = True) -> RecipeModel:
    """Read a recipe from text, as if it stood in the file ``path``."""
    return read_recipe(path, Origin(text, *split_file_overrides(overrides, path.parent.resolve()), check_installed))
