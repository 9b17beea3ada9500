"""Recipes: reading them with positions, their model, overrides, and their JSON Schema."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from potluck.errors import NoDocuments
from potluck.recipe.bare_documents import find_recipe, read_bare_documents
from potluck.recipe.model import Origin, RecipeModel
from potluck.recipe.recipe_loader import read_recipe
from potluck.recipe.swap_values import split_file_overrides
from potluck.recipe.yaml_reader import read_text

__all__ = ["find_recipe", "load", "load_sources", "loads"]


def load(path: Path, overrides: Sequence[str] = (), check_installed: bool = True) -> RecipeModel:
    """Read a recipe: a file, or the one in a folder. Raises ``RecipeError`` with every problem in it.

    A folder without one, and a file that is a document, are read as they are: see ``read_bare_documents``.
    ``overrides`` are written ``key.key=value``, the value as YAML, or ``@FILE`` for the text of a file.
    ``check_installed`` also asks for the optional packages of the plugins that are named.
    """
    found = find_recipe(path)
    if found is None:
        return read_bare_documents([path], overrides, check_installed=check_installed)
    return loads(read_text(found), found, overrides, check_installed)


def load_sources(paths: Sequence[Path], overrides: Sequence[str] = (), apart: Sequence[Path] = ()) -> RecipeModel:
    """The one recipe that is named, or folders and files of documents as they are, without the files ``apart``.

    Raises ``NoDocuments`` for a recipe among several paths, and what ``load`` raises.
    """
    recipes = [path for path in paths if find_recipe(path) is not None]
    if len(paths) == len(recipes) == 1:
        recipe = load(paths[0], overrides)
        return replace(recipe, origin=replace(recipe.origin, apart=tuple(map(Path.absolute, apart))))
    if missing := [path for path in recipes if not os.path.exists(path)]:
        raise NoDocuments(f"{missing[0]}: there is no such file or folder; put quotes around a question")
    if recipes:
        raise NoDocuments(f"{recipes[0]} is a recipe, or has one in it: name it alone")
    return read_bare_documents(paths, overrides, apart)


def loads(text: str, path: Path, overrides: Sequence[str] = (), check_installed: bool = True) -> RecipeModel:
    """Read a recipe from text, as if it stood in the file ``path``."""
    return read_recipe(path, Origin(text, *split_file_overrides(overrides, path.parent.resolve()), check_installed))
