"""Other values for single keys: those of ``--set``, and the variants of a comparison."""

from __future__ import annotations

from potluck.errors import RecipeError
from potluck.recipe.model import COMPONENTS
from potluck.recipe.nodes import Findings, Node, Place, replace_at
from potluck.recipe.yaml_reader import parse_value


def long_form(key: str, node: Node) -> Node:
    """The long form of a key's value: a bare path, plugin or method stands for a mapping."""
    bare = isinstance(node.value, str)
    if key == "documents" and (bare or isinstance(node.value, list)):
        return _as_mapping("path", node)
    if key in COMPONENTS and bare:
        return _as_mapping("use", node)
    if key == "dataset" and bare:
        return _as_mapping("path", node)
    if key == "shots" and isinstance(node.value, int):
        return _as_mapping("count", node)
    return _as_mapping("method", node) if key == "answer" and bare else node


def with_value(root: Node, path: list[str], value: Node, key: Place) -> Node:
    """A recipe with another value at a path; ``key`` is where the path is written. Axes of ``compare`` have dots."""
    if path[0] == "compare" and len(path) > 1:
        path = ["compare", ".".join(path[1:])]
    first = root.children().get(path[0])
    if first is not None and len(path) > 1:
        long = {**root.children(), path[0]: long_form(path[0], first)}
        root = Node(long, root.place, root.keys)
    return replace_at(root, path, value, key)


def apply_override(root: Node, override: str, findings: Findings) -> Node:
    """A recipe after ``KEY=VALUE``; if that is none, a problem is noted and the recipe stays as it is."""
    key, equals, value = override.partition("=")
    label = Place(f"--set {override}")
    path = [part.strip() for part in key.split(".")]
    if not equals or not all(path):
        findings.note(label, "expected KEY=VALUE, such as retriever.k=2")
        return root
    try:
        node = parse_value(value, label.file)
    except RecipeError as error:
        for problem in error.problems:
            findings.note(label, problem.message, final=True)
        return root
    return with_value(root, path, node, label)


def split_adapter(chat: Node) -> tuple[Node, Node | None]:
    """A chat model's mapping without the key ``adapter``, which is not the plugin's, and that key's value."""
    if not isinstance(chat.value, dict) or "adapter" not in chat.value:
        return chat, None
    rest = {key: value for key, value in chat.value.items() if key != "adapter"}
    return Node(rest, chat.place, chat.keys), chat.value["adapter"]


def _as_mapping(key: str, node: Node) -> Node:
    return Node({key: node}, node.place, {key: node.place})
