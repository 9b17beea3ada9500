"""Reading the key ``documents``."""

from __future__ import annotations

from potluck.recipe.component_keys import ComponentKeys
from potluck.recipe.messages import format_value
from potluck.recipe.model import ComponentSpec, Documents, DocumentSettings
from potluck.recipe.nodes import Node
from potluck.recipe.overrides import long_form
from potluck.recipe.paths import pattern_problem
from potluck.recipe.source import RecipeSource
from potluck.recipe.validation import Validated, validate

_COMMON = ("path", "exclude", "private", "on_error")
"""The keys of ``documents`` that are written beside the settings of a loader that is named."""


def read_documents(source: RecipeSource, components: ComponentKeys) -> Documents | None:
    """The documents; None if there are none or they are wrong."""
    node = source.get("documents")
    if node is None:
        return None
    node = long_form("documents", node)
    if not isinstance(node.value, dict):
        message = f"documents: expected paths or a mapping with 'path', got {format_value(node.plain())}"
        source.findings.note(node.place, message)
        return None
    use = node.value.get("use")
    named = use is not None and use.value is not None
    own = {key: value for key, value in node.value.items() if key not in _COMMON}
    rest = {key: value for key, value in node.value.items() if key in _COMMON or (not named and key != "use")}
    loader = components.read("loader", Node(own, node.place, node.keys), "documents", _COMMON) if named else None
    at = source.root.keys.get("documents", node.place)
    found = validate(DocumentSettings, Node(rest, node.place, node.keys), "documents", at, source.findings, ("use",))
    if found is None:
        return None
    _check_paths(source, node, found.config)
    return _documents_of(found, loader)


def _check_paths(source: RecipeSource, node: Node, settings: DocumentSettings) -> None:
    for key, written in (("path", settings.path), ("exclude", settings.exclude)):
        if key == "path" and written == ():
            source.findings.note(node.find((key,)), "documents.path: names no files")
        for number, pattern in enumerate(_tuple(written)):
            if (problem := pattern_problem(pattern)) is not None:
                place = node.find((key,) if isinstance(written, str) else (key, number))
                source.findings.note(place, f"documents.{key}: {problem}")


def _documents_of(found: Validated[DocumentSettings], loader: ComponentSpec | None) -> Documents:
    settings = found.config
    return Documents(
        _tuple(settings.path),
        _tuple(settings.exclude),
        loader,
        settings.encoding,
        settings.password,
        settings.private,
        settings.on_error,
        found.secrets,
        settings.comments,
        settings.hidden,
    )


def _tuple(value: str | tuple[str, ...]) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else value
