"""From a recipe's text and what overrides it to the validated model."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from potluck.documents import Json
from potluck.errors import Problem, RecipeError
from potluck.recipe.build import build_recipe
from potluck.recipe.model import Origin, RecipeModel
from potluck.recipe.nodes import Findings, Node, Place, node_of
from potluck.recipe.overrides import apply_override, with_value
from potluck.recipe.source import RecipeSource
from potluck.recipe.yaml_reader import normalize_newlines, parse_yaml

HINT = "`potluck plugins list` shows what is installed; `potluck schema` describes every key."


def read_recipe(path: Path, origin: Origin) -> RecipeModel:
    """Build the recipe that ``origin`` describes. Raises ``RecipeError`` with every problem."""
    findings = Findings(str(path), normalize_newlines(origin.text))
    root = _overridden_root(origin, findings)
    model = build_recipe(RecipeSource(root, path, origin.check_installed, findings, origin.folder))
    if findings:
        raise RecipeError(findings.problems(), HINT)
    assert model is not None, "a recipe without problems has a model"
    return replace(model, origin=origin)


def reread_recipe(recipe: RecipeModel, overrides: Mapping[str, Json], said: str = "") -> RecipeModel:
    """A recipe with other values at dotted keys, validated again. Raises ``RecipeError``.

    ``said`` is what messages call the place of the values.
    """
    new = ((key, value, said or f"{recipe.path} with another {key}") for key, value in overrides.items())
    return read_recipe(recipe.path, replace(recipe.origin, replacements=(*recipe.origin.replacements, *new)))


def problem_at(recipe: RecipeModel, key: str, message: str) -> Problem:
    """A problem that was found later, at the place where a recipe gives the value of a dotted key."""
    findings = Findings(str(recipe.path), normalize_newlines(recipe.origin.text))
    root = _overridden_root(recipe.origin, findings.fork())
    findings.note(root.find(tuple(key.split("."))), message)
    (problem,) = findings.problems()
    return problem


def _overridden_root(origin: Origin, findings: Findings) -> Node:
    """The nodes of a recipe after all overrides."""
    root = parse_yaml(normalize_newlines(origin.text), findings)
    for override in origin.overrides:
        root = apply_override(root, override, findings)
    for key, value, said in origin.replacements:
        place = Place(said)
        root = with_value(root, key.split("."), node_of(value, place), place)
    return root
