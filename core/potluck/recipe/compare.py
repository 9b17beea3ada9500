"""The axes of a comparison: every value is checked as if it stood in the recipe."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from potluck.documents import Json
from potluck.recipe.messages import meant, shown
from potluck.recipe.nodes import Findings, Node, without
from potluck.recipe.overrides import with_value

_FIXED = ("potluck", "name", "compare")
"""The keys of a recipe that are no choice."""


def axes(
    root: Node, keys: Sequence[str], findings: Findings, problems_of: Callable[[Node], Findings]
) -> dict[str, dict[str, Json]]:
    """Axis, name, value. ``problems_of`` says what is wrong with a recipe; what is new in a variant is noted."""
    node = root.children().get("compare")
    if node is None or node.value is None:
        return {}
    if not isinstance(node.value, dict):
        findings.note(node.place, f"compare: expected a mapping of axes, got {shown(node.plain())}")
        return {}
    base, known = without(root, "compare"), set(findings)
    choices = [key for key in keys if key not in _FIXED]
    for axis, values in node.value.items():
        path, at = axis.split("."), node.keys[axis]
        if path[0] not in choices or not all(path):
            message = f"compare: {shown(axis)} is not a key that can be compared{meant(path[0], choices)}"
            findings.note(at, message)
            continue
        if not values.children():
            message = f"compare.{axis}: expected a mapping of names to values, got {shown(values.plain())}"
            findings.note(values.place, message)
        for value in values.children().values():
            inside = {*value.places(), at}
            for place, message in problems_of(with_value(base, path, value, at)):
                if (place, message) in known:
                    continue
                if place not in inside:
                    place, message = value.place, f"with this value, {message}"
                findings.note(place, message)
    return {axis: _plain(values) for axis, values in node.value.items()}


def _plain(values: Node) -> dict[str, Json]:
    return {name: value.plain() for name, value in values.children().items()}
