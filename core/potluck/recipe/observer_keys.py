"""Reading the observers: the key ``observers``, and the variable ``POTLUCK_OBSERVERS``."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator

from potluck.recipe.messages import format_value
from potluck.recipe.model import ComponentSpec
from potluck.recipe.nodes import Findings, Node, Place

VARIABLE = "POTLUCK_OBSERVERS"
"""The environment variable with names, separated by commas, of observers for every recipe that is opened."""


def read_observers(
    root: Node, component: Callable[[Node], ComponentSpec | None], findings: Findings
) -> Iterator[tuple[ComponentSpec, Place]]:
    """Those that a recipe names, then those of the environment that it does not name, each with its place.

    ``component`` makes a part of a mapping with ``use``.
    """
    named = set()
    for node in nodes_of_list(root, "observers", findings):
        if (part := component(node)) is not None:
            named.add(part.plugin)
            yield part, node.place
    for node in _of_environment():
        part = component(node)
        if part is not None and part.plugin not in named:
            named.add(part.plugin)
            yield part, node.place


def nodes_of_list(root: Node, key: str, findings: Findings) -> Iterator[Node]:
    """The plugins that a key names, one or a list of them, as mappings with ``use``."""
    node = root.get(key)
    entries = [] if node is None else node.value if isinstance(node.value, list) else [node]
    for entry in entries:
        if isinstance(entry.value, dict):
            yield entry
        elif isinstance(entry.value, str):
            yield _with_use(entry)
        else:
            message = f"{key}: expected names of plugins, or mappings with 'use', got {format_value(entry.plain())}"
            findings.note(entry.place, message)


def _of_environment() -> Iterator[Node]:
    names = (name.strip() for name in os.environ.get(VARIABLE, "").split(","))
    for name in dict.fromkeys(filter(None, names)):
        yield _with_use(Node(name, Place(VARIABLE)))


def _with_use(node: Node) -> Node:
    return Node({"use": node}, node.place, {"use": node.place})
