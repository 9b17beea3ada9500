"""Reading the keys of a recipe that are a text or a number, and finding keys that it does not have."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from potluck.contracts import Config, Kind
from potluck.recipe.messages import format_value
from potluck.recipe.model import (
    FORMAT,
    KEYS,
    MAX_SEED,
    ComponentSpec,
    DocumentSettings,
    RetrieverSettings,
    ShotSettings,
)
from potluck.recipe.paths import file_problem
from potluck.recipe.source import RecipeSource
from potluck.recipe.tuning_settings import DatasetSettings
from potluck.recipe.validation import plain_value
from potluck.suggestions import did_you_mean, suggest


def check_format(source: RecipeSource) -> None:
    """Note a version of the recipe format that this potluck does not know."""
    node = source.get("potluck")
    if node is not None and (node.value != FORMAT or not isinstance(node.value, int) or node.value is True):
        message = f"potluck: this potluck knows recipes of format {FORMAT}, got {format_value(node.plain())}"
        source.findings.note(node.place, message)


def read_question_path(source: RecipeSource) -> Path | None:
    """The file of questions; None if there is none or it cannot be found."""
    text, node = source.text("questions"), source.get("questions")
    if text is None or node is None:
        return None
    problem = file_problem(source.folder, text)
    if problem is not None:
        source.findings.note(node.place, f"questions: {problem}")
        return None
    return source.folder / Path(text).expanduser()


def read_seed(source: RecipeSource) -> int:
    """The seed; 0 if the recipe gives none."""
    node = source.get("seed")
    if node is None:
        return 0
    value = plain_value(node, source.findings)
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= MAX_SEED:
        return value
    source.findings.note(node.place, f"seed: expected a whole number from 0 to {MAX_SEED}, got {format_value(value)}")
    return 0


def check_keys(source: RecipeSource, parts: Mapping[Kind, ComponentSpec | None]) -> None:
    """Note keys that a recipe does not have; one that a section has may be indented too little."""
    sections: list[tuple[str, type[Config]]] = [
        ("documents", DocumentSettings),
        ("retriever", RetrieverSettings),
        ("shots", ShotSettings),
        ("dataset", DatasetSettings),
    ]
    sections += [(kind, type(part.config)) for kind, part in parts.items() if part is not None]
    for key in source.root.children():
        if key not in KEYS:
            near = [f"{section}.{key}" for section, model in sections if key in model.model_fields]
            hint = suggest(near[0]) if near else did_you_mean(key, KEYS)
            source.findings.note(source.root.keys[key], f"unknown key {format_value(key)}{hint}")
