"""The axes of a comparison: every value is checked as if it stood in the recipe."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from potluck.documents import Json
from potluck.recipe.decision import DECISION_KEYS
from potluck.recipe.messages import format_value
from potluck.recipe.model import FIXED
from potluck.recipe.nodes import Findings, Node, Place, without
from potluck.recipe.overrides import with_value
from potluck.suggestions import did_you_mean

STRATEGY = "strategy"
"""The axis whose values set several keys at once: ``strategy: {short: {prompt: ..., retriever.k: 1}}``."""


def read_axes(
    root: Node, keys: Sequence[str], findings: Findings, problems_of: Callable[[Node], Findings]
) -> dict[str, dict[str, Json]]:
    """Axis, name, value. ``problems_of`` says what is wrong with a recipe; what is new in a variant is noted."""
    node = root.children().get("compare")
    if node is None or node.value is None:
        return {}
    if not isinstance(node.value, dict):
        findings.note(node.place, f"compare: expected a mapping of axes, got {format_value(node.plain())}")
        return {}
    base, known = without(root, "compare"), set(findings)
    choices = [key for key in keys if key not in FIXED]
    for axis, values in node.value.items():
        if axis in DECISION_KEYS:
            continue
        at = node.keys[axis]
        if axis != STRATEGY and not _is_choice(axis, at, choices, findings):
            continue
        if not values.children():
            message = f"compare.{axis}: expected a mapping of names to values, got {format_value(values.plain())}"
            findings.note(values.place, message)
        for value in values.children().values():
            variant = base
            for path, chosen, place in _keys_set_by(axis, value, at, choices, findings):
                variant = with_value(variant, path, chosen, place)
            inside = {*value.places(), at}
            for place, message in problems_of(variant):
                if (place, message) in known:
                    continue
                if place not in inside:
                    place, message = value.place, f"with this value, {message}"
                findings.note(place, message)
    return {axis: _plain(values) for axis, values in node.value.items() if axis not in DECISION_KEYS}


def _is_choice(axis: str, at: Place, choices: Sequence[str], findings: Findings) -> bool:
    path = axis.split(".")
    if path[0] in choices and all(path):
        return True
    findings.note(
        at,
        f"compare: {format_value(axis)} is not a key that can be compared"
        f"{did_you_mean(path[0], [*choices, *DECISION_KEYS])}",
    )
    return False


def _keys_set_by(
    axis: str, value: Node, at: Place, choices: Sequence[str], findings: Findings
) -> list[tuple[list[str], Node, Place]]:
    """The keys that a value sets, with their values and places."""
    if axis != STRATEGY:
        return [(axis.split("."), value, at)]
    if not value.children():
        message = f"compare.{STRATEGY}: expected a mapping of keys to values, got {format_value(value.plain())}"
        findings.note(value.place, message)
    return [
        (key.split("."), child, value.keys[key])
        for key, child in value.children().items()
        if _is_choice(key, value.keys[key], choices, findings)
    ]


def _plain(values: Node) -> dict[str, Json]:
    return {name: value.plain() for name, value in values.children().items()}
