"""Recipes: reading them with positions, their model, overrides, and their JSON Schema."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from potluck.errors import Problem, RecipeError
from potluck.recipe.build import Builder, raise_problems, replaced
from potluck.recipe.model import RecipeModel
from potluck.recipe.reader import Source, parse, parse_value, read_text

__all__ = ["load", "loads"]


def load(path: Path, overrides: Sequence[str] = (), check_installed: bool = True) -> RecipeModel:
    """Read a recipe file. Raises ``RecipeError`` with all that is wrong in it.

    ``overrides`` are written ``key.key=value``, the value as YAML. ``check_installed`` also asks for the optional
    packages of the plugins that are named.
    """
    return loads(read_text(path), path, overrides, check_installed)


def loads(text: str, path: Path, overrides: Sequence[str] = (), check_installed: bool = True) -> RecipeModel:
    """Read a recipe from text, as if it stood in the file ``path``."""
    source = Source(str(path), text)
    root, problems = parse(text, str(path))
    for override in overrides:
        key, equals, value = override.partition("=")
        label = f"--set {override}"
        if not equals or not all(part.strip() for part in key.split(".")):
            problems.append(Problem(label, 0, 0, "expected KEY=VALUE, such as retriever.k=2"))
            continue
        try:
            root = replaced(root, key.strip().split("."), parse_value(value, label))
        except RecipeError as error:
            problems += error.problems
    builder = Builder(root, source, path, check_installed)
    model = builder.build()
    raise_problems(problems + builder.problems)
    assert model is not None, "a recipe without problems has a model"
    return replace(model, text=text, overrides=tuple(overrides))
