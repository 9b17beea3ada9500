"""From a recipe's text and what overrides it to the validated model."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from potluck.errors import RecipeError
from potluck.recipe.build import Builder
from potluck.recipe.model import Origin, RecipeModel
from potluck.recipe.nodes import Findings, Place, node_of
from potluck.recipe.overrides import overridden, with_value
from potluck.recipe.reader import normal, parse

HINT = "`potluck plugins list` shows what is installed; `potluck schema` describes every key."


def read(path: Path, origin: Origin) -> RecipeModel:
    """Build the recipe that ``origin`` describes. Raises ``RecipeError`` with all that is wrong."""
    text = normal(origin.text)
    findings = Findings(str(path), text)
    root = parse(text, findings)
    for override in origin.overrides:
        root = overridden(root, override, findings)
    for key, value, said in origin.replacements:
        place = Place(said)
        root = with_value(root, key.split("."), node_of(value, place), place)
    model = Builder(root, path, origin.check_installed, findings).build()
    if findings:
        raise RecipeError(findings.problems(), HINT)
    assert model is not None, "a recipe without problems has a model"
    return replace(model, origin=origin)
