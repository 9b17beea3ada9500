"""Reading the key ``retriever``: the settings of every recipe, and the plugin with its own beside them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import NamedTuple, Protocol

from potluck.contracts import Config, Kind
from potluck.contracts.reranker import RerankerConfig
from potluck.contracts.retriever import named_retrievers
from potluck.recipe.messages import format_value
from potluck.recipe.model import ComponentSpec, RetrieverSettings
from potluck.recipe.nodes import Findings, Node, join_path, node_of
from potluck.recipe.overrides import long_form
from potluck.recipe.validation import validate

COMMON = tuple(RetrieverSettings.model_fields)
"""The keys of ``retriever`` that stand beside the settings of the plugin."""

_DEEPEST = 8
"""The deepest nesting of retrievers; a deeper one would name itself."""


class ComponentReader(Protocol):
    """Reads a mapping with ``use`` and the settings of a plugin, and notes its problems."""

    def __call__(self, kind: Kind, node: Node, label: str, names: tuple[str, ...] = (), /) -> ComponentSpec | None:
        """The component, or None if something is wrong. ``names`` are keys that stand beside its settings."""
        ...


class RetrieverKey(NamedTuple):
    """The value of the key; None for a part with problems."""

    settings: RetrieverSettings | None
    spec: ComponentSpec | None


def read_retriever(root: Node, findings: Findings, component: ComponentReader) -> RetrieverKey:
    """Read the key of a recipe; one without it has the defaults."""
    node = root.get("retriever")
    node = Node({}, root.place) if node is None else long_form("retriever", node)
    if not isinstance(node.value, dict):
        findings.note(node.place, f"retriever: expected a mapping, got {format_value(node.plain())}")
        return RetrieverKey(None, None)
    common = {key: value for key, value in node.value.items() if key in COMMON}
    own = {key: value for key, value in node.value.items() if key not in COMMON}
    at = root.keys.get("retriever", node.place)
    found = validate(RetrieverSettings, Node(common, node.place, node.keys), "retriever", at, findings)
    spec = component("retriever", Node(own, node.place, node.keys), "retriever", COMMON)
    return RetrieverKey(None if found is None else found.config, spec)


def add_inner(
    spec: ComponentSpec, node: Node, label: str, findings: Findings, component: ComponentReader
) -> ComponentSpec | None:
    """A retriever with those that its settings name, whose settings are checked as its own; None for a wrong one."""
    inner = []
    for path, named in named_retrievers(spec.config).items():
        if label.count(".") >= _DEEPEST:
            findings.note(node.place, f"{label}: retrievers are nested too deeply")
            return None
        written = _at(node, path) or node_of(named.model_dump(mode="json"), node.place)
        one = component("retriever", long_form("retriever", written), join_path((label, *path)))
        if one is None:
            return None
        inner.append(one)
    return replace(spec, inner=tuple(inner))


def candidate_problems(settings: RetrieverSettings, reranker: Config) -> Iterator[str]:
    """The problem if a reranker chooses from fewer passages than are used."""
    if isinstance(reranker, RerankerConfig) and reranker.candidates < settings.k:
        yield (
            f"reranker.candidates: {reranker.candidates} are fewer than the {settings.k} passages of retriever.k, "
            "which are chosen from them"
        )


def _at(node: Node, path: tuple[str | int, ...]) -> Node | None:
    """The node at a path; None if the setting has its default."""
    for part in path:
        if isinstance(part, str) and part in node.children():
            node = node.children()[part]
        elif isinstance(part, int) and isinstance(node.value, list) and part < len(node.value):
            node = node.value[part]
        else:
            return None
    return node
