"""Documents without a recipe: a folder or files, read with all defaults."""

from __future__ import annotations

import glob
import json
import os
from collections.abc import Iterator, Sequence
from pathlib import Path

from potluck.errors import NoDocuments
from potluck.recipe.files_apart import RECIPES
from potluck.recipe.model import Origin, RecipeModel
from potluck.recipe.recipe_loader import read_recipe
from potluck.recipe.swap_values import split_file_overrides
from potluck.suggestions import did_you_mean

_ENDINGS = (".yaml", ".yml")

_QUESTIONS = tuple(
    f"{stem}.{ending}"
    for stem in ("questions", "問題", "问题")
    for ending in ("jsonl", "json", "csv", "tsv", "xlsx", "parquet")
)
"""The file name of questions beside documents."""


def find_recipe(path: Path) -> Path | None:
    """The recipe that a path means: a file, or the recipe in a folder; None for documents that have none.

    A file is a recipe where its name ends in ``.yaml`` or ``.yml``, or has no ending.
    """
    if os.path.isdir(path):
        return next((path / name for name in RECIPES if (path / name).is_file()), None)
    return path if path.suffix.lower() in _ENDINGS or (not path.suffix and os.path.exists(path)) else None


def find_questions(folder: Path) -> list[Path]:
    """The files of a folder that hold questions about its documents, by their names; the first is used."""
    return [folder / name for name in _QUESTIONS if (folder / name).is_file()]


def read_bare_documents(
    paths: Sequence[Path], overrides: Sequence[str] = (), apart: Sequence[Path] = (), check_installed: bool = True
) -> RecipeModel:
    """A recipe of folders and files, but for the files ``apart``. Relative paths start in the folder they share.

    A file of questions in such a folder, or among several files, is that of the recipe, and no document.

    Raises ``NoDocuments`` for a path that is not there, and ``RecipeError`` for what overrides something.
    """
    for path in paths:
        _check_there(path, "" if len(paths) == 1 else "; put quotes around a question")
    base = _shared_folder(paths)
    places = [Path(os.path.abspath(path)) for path in paths]
    asked = list(_questions_among(places))
    read = [place for place in places if place not in asked]
    excluded = [glob.escape(os.path.relpath(path, base)) for path in (*apart, *asked)]
    documents = {"path": [os.path.relpath(place, base) for place in read], "exclude": excluded}
    said: dict[str, object] = {"name": places[0].stem or "documents", "documents": documents}
    if asked:
        said["questions"] = os.path.relpath(asked[0], base)
    text = json.dumps(said, ensure_ascii=False)
    origin = Origin(text, *split_file_overrides(overrides, base), check_installed, base)
    return read_recipe(paths[0], origin)


def _questions_among(places: Sequence[Path]) -> Iterator[Path]:
    """The files of questions in folders, and among other files; one that is named alone is a document."""
    for place in places:
        if place.is_dir():
            yield from find_questions(place)
        elif place.name in _QUESTIONS and any(other.name not in _QUESTIONS for other in places):
            yield place


def _check_there(path: Path, otherwise: str) -> None:
    if os.path.lexists(path):
        return
    folder = path.parent
    hint = did_you_mean(path.name, os.listdir(folder)) if os.path.isdir(folder) else ""
    raise NoDocuments(f"{path}: there is no such file or folder{hint or otherwise}")


def _shared_folder(paths: Sequence[Path]) -> Path:
    """The folder that is read, or the nearest one that holds everything read; if that is the root, the first one's."""
    folders = [path if path.is_dir() else path.parent for path in (Path(os.path.abspath(path)) for path in paths)]
    try:
        shared = Path(os.path.commonpath(folders))
    except ValueError:  # on several drives
        return folders[0].resolve()
    return (folders[0] if shared == shared.parent else shared).resolve()
