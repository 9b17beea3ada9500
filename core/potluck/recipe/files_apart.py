"""Files that lie among a recipe's documents and are none: the recipe itself, and files that hold right answers."""

from __future__ import annotations

import os
from collections.abc import Iterator
from fnmatch import fnmatch
from pathlib import Path

from potluck.recipe.model import RecipeModel

RECIPES = ("recipe.yaml", "potluck.yaml")
"""The file name of a recipe within a folder of documents."""


def files_apart(recipe: RecipeModel) -> tuple[Path, ...]:
    """The files that folders and globs of ``documents`` would take, though the recipe uses them for something else.

    The answers to the questions would else be found in the file that they are measured by. A file that ``documents``
    names by its very name is a document whatever else it is.
    """
    if recipe.documents is None:
        return ()
    places = [os.path.join(recipe.folder, os.path.expanduser(pattern)) for pattern in recipe.documents.patterns]
    found = dict.fromkeys(os.path.abspath(path) for path in _candidates(recipe) if path.is_file())
    return tuple(Path(path) for path in found if _is_among(path, places))


def exclude_patterns(recipe: RecipeModel) -> list[str]:
    """What ``documents`` leaves out, by the names and patterns of the recipe and by the names of files apart."""
    written = () if recipe.documents is None else recipe.documents.exclude
    return [*written, *(os.path.relpath(path, recipe.folder) for path in files_apart(recipe))]


def _candidates(recipe: RecipeModel) -> Iterator[Path]:
    yield recipe.path
    yield from (recipe.folder / name for name in RECIPES)
    yield from recipe.origin.apart
    for path in (recipe.questions, recipe.shots.examples):
        if path is not None:
            yield recipe.folder / path
    if recipe.tuning.dataset is not None:
        yield recipe.folder / recipe.tuning.dataset.path


def _is_among(path: str, places: list[str]) -> bool:
    """Whether a folder or glob may take a file, and nothing names it."""
    if any(os.path.abspath(place) == path for place in places):
        return False
    folders = [place for place in places if os.path.isdir(place)]
    globs = [os.path.abspath(place).replace(f"**{os.sep}", "*") for place in places if place not in folders]
    return any(Path(path).is_relative_to(os.path.abspath(folder)) for folder in folders) or any(
        fnmatch(path, pattern) for pattern in globs
    )
