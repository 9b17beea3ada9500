"""Reading the keys of a recipe that name plugins."""

from __future__ import annotations

from potluck import plugins
from potluck.contracts import Config, Kind, Offer, PluginKind
from potluck.contracts.component import Component
from potluck.errors import MissingDependency, PluginError
from potluck.recipe.messages import format_value
from potluck.recipe.model import DEFAULTS, ComponentSpec
from potluck.recipe.nodes import Node, Place
from potluck.recipe.observer_keys import nodes_of_list
from potluck.recipe.overrides import long_form
from potluck.recipe.retriever_keys import add_inner
from potluck.recipe.source import RecipeSource
from potluck.recipe.validation import plain_value, validate

_LONGEST_NAME = 100
"""The most characters of a plugin's name; suggestions for a longer one would take long."""


class ComponentKeys:
    """The components of one recipe. ``places`` is where the recipe names each kind."""

    def __init__(self, source: RecipeSource) -> None:
        """Nothing is read yet."""
        self._source = source
        self.places: dict[Kind, Place] = {}

    def read_key(self, kind: Kind) -> ComponentSpec | None:
        """The component of the key that is called as its kind; the default where the key is absent."""
        node = self._source.get(kind)
        return self.read(kind, Node({}, self._source.root.place) if node is None else long_form(kind, node), kind)

    def read_named(self, kind: PluginKind) -> list[tuple[ComponentSpec, Place]]:
        """The components of a kind that the recipe names, each once."""
        found: list[tuple[ComponentSpec, Place]] = []
        for node in nodes_of_list(self._source.root, kind.key, self._source.findings):
            part = self.read(kind.name, node, kind.key)
            if part is None:
                continue
            if found and kind.form == "one":
                self._source.findings.note(node.place, f"{kind.key}: expected one {kind.noun}, got several")
            elif any(part.plugin == other.plugin for other, _ in found):
                self._source.findings.note(node.place, f"{kind.key}: {part.name!r} is named twice")
            found.append((part, node.place))
        return found

    def read(self, kind: Kind, node: Node, label: str, names: tuple[str, ...] = ()) -> ComponentSpec | None:
        """A component written as a mapping with ``use``; ``names`` are keys of the mapping that are not its own."""
        if not isinstance(node.value, dict):
            message = f"{label}: expected a plugin's name or a mapping with 'use', got {format_value(node.plain())}"
            self._source.findings.note(node.place, message)
            return None
        at = self._source.place_of(label)
        use = node.value.get("use")
        name = self._name(kind, label, use)
        if name is None:
            return None
        chosen = None if use is None or use.value is None else use.place
        place = at if chosen is None else chosen
        self.places[kind] = place
        default = f" (it is the default; '{kind}:' chooses another)" if chosen is None else ""
        plugin = self._find(kind, name, place, default)
        offered = None if plugin is None else self._offer(plugin, place, default)
        if plugin is None or offered is None:
            return None
        settings = {key: value for key, value in node.value.items() if key != "use"}
        rest = Node(settings, node.place, node.keys)
        found = validate(offered.config, rest, label, at, self._source.findings, ("use", *names))
        if found is None:
            return None
        called = plugin.name if use is None or use.value is None else name
        spec = ComponentSpec(kind, called, plugin, found.config, found.secrets)
        return add_inner(spec, rest, label, self._source.findings, self.read) if kind == "retriever" else spec

    def _name(self, kind: Kind, label: str, use: Node | None) -> str | None:
        """The name that is used, or None for one that is wrong."""
        if use is None or use.value is None:
            if kind in DEFAULTS:
                return DEFAULTS[kind]
            self._source.findings.note(self._source.place_of(label), f"{label}: name a plugin: {label}: {{use: ...}}")
            return None
        written = plain_value(use, self._source.findings)
        if isinstance(written, str):
            return written
        self._source.findings.note(use.place, f"{label}.use: expected a plugin's name, got {format_value(written)}")
        return None

    def _find(self, kind: Kind, name: str, place: Place, default: str) -> plugins.Plugin | None:
        try:
            if len(name) > _LONGEST_NAME:
                raise PluginError(f"unknown {kind} {format_value(name)}")
            return plugins.find(kind, name)
        except PluginError as error:
            self._source.findings.note(place, str(error) + default)
            return None

    def _offer(self, plugin: plugins.Plugin, place: Place, default: str) -> Offer[Component] | None:
        label = f"{plugin.kind} {plugin.name!r} of {plugin.package} {plugin.version}"
        try:
            offered = plugins.offer(plugin)
            if not (isinstance(offered.config, type) and issubclass(offered.config, Config)):
                raise PluginError(f"{label} does not work: the 'config' of its Offer is not a potluck.contracts.Config")
            if self._source.check_installed:
                plugins.require(plugin)
        except MissingDependency as error:
            self._source.findings.note(place, str(error) + default)
        except PluginError as error:
            self._source.findings.note(place, str(error) + default)
            return None
        except Exception as error:  # asking for a package imports what stands above it
            self._source.findings.note(place, f"{label} does not work: {type(error).__name__}: {error}")
            return None
        return offered
