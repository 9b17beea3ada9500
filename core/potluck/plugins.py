"""Finding plugins by kind and name, and making components of them.

Discovery reads package metadata only. A module is imported when its name is used, one entry point at a time, so a
broken plugin costs nothing but its own name.
"""

from __future__ import annotations

import importlib.metadata
import importlib.util
import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from importlib.metadata import Distribution, EntryPoint
from types import MappingProxyType, ModuleType
from typing import Any, Literal, cast, overload

import pluggy
from packaging.utils import canonicalize_name

from potluck import hookspecs
from potluck.contracts.component import Component
from potluck.contracts.config import Config
from potluck.contracts.context import Context
from potluck.contracts.kinds import CONTRACT_VERSIONS, KINDS, Kind
from potluck.contracts.offer import Offer
from potluck.contracts.offers import ChatOffer, RerankerOffer, RetrieverOffer, StoreOffer, TunerOffer
from potluck.errors import BrokenPlugin, ContractMismatch, MissingDependency, NameClash, UnknownPlugin
from potluck.installation import pip_command, pip_command_of_extra
from potluck.plugin_faults import name_type, with_article
from potluck.suggestions import did_you_mean

GROUPS: Mapping[Kind, str] = MappingProxyType({name: kind.group for name, kind in KINDS.items()})
"""The entry-point group of each kind."""

FILE_TYPES = "potluck.file_types"

CONTRACTS = "potluck.contracts"
"""The group in which a package says for which version of a kind's contract it was written: ``splitter = "v1"``."""

_VERSION = re.compile(r"v(\d{1,6})")


@dataclass(frozen=True, slots=True)
class Plugin:
    """A name that an installed package offers; nothing of it has been imported."""

    kind: Kind
    name: str
    package: str
    version: str
    module: str

    @property
    def qualified_name(self) -> str:
        """``package:name``, which no other package can claim."""
        return f"{self.package}:{self.name}"

    @property
    def label(self) -> str:
        """What messages call it."""
        return f"{self.kind} {self.name!r} of {self.package} {self.version}"


@dataclass(frozen=True, slots=True)
class Registrations:
    """What the metadata of all installed packages says; ``unreadable`` has a line for each that cannot be read."""

    entries: tuple[EntryPoint, ...]
    unreadable: tuple[str, ...] = ()


@cache
def registrations() -> Registrations:
    """All entry points for potluck. Of a package that is there twice, the one that Python would import counts."""
    found: dict[str, list[EntryPoint]] = {}
    unreadable = []
    for package in importlib.metadata.distributions():
        try:
            entries = [entry for entry in package.entry_points if entry.group.startswith("potluck.")]
            if entries:
                found.setdefault(canonicalize_name(package.name), entries)
        except Exception as error:  # one package's metadata must not hide the others
            where = getattr(package, "_path", "a package")
            unreadable.append(f"the entry points of {where} cannot be read: {type(error).__name__}: {error}")
    return Registrations(tuple(entry for entries in found.values() for entry in entries), tuple(unreadable))


@cache
def installed_plugins() -> tuple[Plugin, ...]:
    """All plugins of all kinds, in order of kind and name."""
    kinds = {group: kind for kind, group in GROUPS.items()}
    found = {
        Plugin(kinds[entry.group], entry.name, _package(entry), _version(entry), entry.value)
        for entry in registrations().entries
        if entry.group in kinds
    }
    order = list(GROUPS)
    return tuple(sorted(found, key=lambda plugin: (order.index(plugin.kind), plugin.name, plugin.package)))


def loader_names(extension: str) -> tuple[str, ...]:
    """The loaders that claim a file name extension (``docx``, in lower case, without the dot), by name.

    The claim of a loader that no package offers does not count: it must not hinder one that is installed.
    """
    offered = {plugin.name for plugin in installed_plugins() if plugin.kind == "loader"}
    claimed = {claim.value for claim in file_claims() if claim.name.lower() == extension}
    return tuple(sorted(claimed & offered))


def file_types() -> tuple[str, ...]:
    """All extensions that some loader claims, in order."""
    return tuple(sorted({claim.name.lower() for claim in file_claims() if loader_names(claim.name.lower())}))


def file_claims() -> tuple[EntryPoint, ...]:
    """Who claims which file name extension: the entry's name is the extension, its value the loader."""
    return tuple(entry for entry in registrations().entries if entry.group == FILE_TYPES)


def declared_contract(plugin: Plugin) -> int | None:
    """The version of the contract that the plugin's package names in its metadata; None if it names none."""
    for entry in registrations().entries:
        if entry.group == CONTRACTS and entry.name == plugin.kind and _same_package(_package(entry), plugin.package):
            written = _VERSION.fullmatch(entry.value.strip())
            return int(written[1]) if written else None
    return None


def find(kind: Kind, name: str) -> Plugin:
    """Return the plugin of that name (or ``package:name``).

    Raises ``UnknownPlugin`` with the nearest names, or ``NameClash`` naming the packages.
    """
    package, _, short = name.rpartition(":")
    known = [plugin for plugin in installed_plugins() if plugin.kind == kind]
    found = [p for p in known if p.name == short and (not package or _same_package(p.package, package))]
    if not found:
        raise UnknownPlugin(f"unknown {kind} {name!r}{did_you_mean(short, {p.name for p in known})}")
    if len(found) > 1:
        choices = " or ".join(f"'use: {plugin.qualified_name}'" for plugin in found)
        raise NameClash(f"{len(found)} packages offer a {kind} called {name!r}: write {choices}")
    return found[0]


def offer(plugin: Plugin) -> Offer[Component]:
    """Import the plugin's module and return what its hook offers.

    Raises ``BrokenPlugin`` whatever the module did (even ``sys.exit``), or ``ContractMismatch``.
    """
    offered = unchecked_offer(plugin)
    if offered.contract != CONTRACT_VERSIONS[plugin.kind]:
        raise ContractMismatch(
            f"{plugin.label} was written for version {offered.contract} of the {plugin.kind} contract; "
            f"this potluck speaks version {CONTRACT_VERSIONS[plugin.kind]}: upgrade the older of the two"
        )
    return offered


@cache
def unchecked_offer(plugin: Plugin) -> Offer[Component]:
    """What ``offer`` returns, for whatever version of the contract. Raises ``BrokenPlugin``."""
    manager = pluggy.PluginManager("potluck")
    manager.add_hookspecs(hookspecs)
    manager.add_hookspecs(hookspecs.OFFERS)
    try:
        module = importlib.import_module(plugin.module.partition(":")[0])
        manager.register(module)
        manager.check_pending()
        offered = getattr(manager.hook, KINDS[plugin.kind].hook)() or _module_as_observer(plugin, module, manager)
        if isinstance(offered, Offer):
            return KINDS[plugin.kind].offer.of(offered)
    except KeyboardInterrupt:
        raise
    except BaseException as error:
        raise BrokenPlugin(f"{plugin.label} does not work: {type(error).__name__}: {error}") from error
    raise BrokenPlugin(
        f"{plugin.label} does not work: {plugin.module} has no hook {KINDS[plugin.kind].hook} with an Offer"
    )


def chat_offer(plugin: Plugin) -> ChatOffer:
    """What a chat plugin offers. Raises what ``offer`` raises."""
    return ChatOffer.of(offer(plugin))


def store_offer(plugin: Plugin) -> StoreOffer:
    """What a plugin of vector stores offers. Raises what ``offer`` raises."""
    return StoreOffer.of(offer(plugin))


def retriever_offer(plugin: Plugin) -> RetrieverOffer:
    """What a retriever plugin offers. Raises what ``offer`` raises."""
    return RetrieverOffer.of(offer(plugin))


def reranker_offer(plugin: Plugin) -> RerankerOffer:
    """What a reranker plugin offers. Raises what ``offer`` raises."""
    return RerankerOffer.of(offer(plugin))


def tuner_offer(plugin: Plugin) -> TunerOffer:
    """What a tuner plugin offers. Raises what ``offer`` raises."""
    return TunerOffer.of(offer(plugin))


@overload
def capable_names(kind: Literal["chat"], can: Callable[[ChatOffer], bool]) -> str: ...
@overload
def capable_names(kind: Literal["store"], can: Callable[[StoreOffer], bool]) -> str: ...
@overload
def capable_names(kind: Literal["tuner"], can: Callable[[TunerOffer], bool]) -> str: ...
@overload
def capable_names(
    kind: Literal["loader", "splitter", "embedder", "metric", "observer"], can: Callable[[Offer[Component]], bool]
) -> str: ...
def capable_names(kind: Kind, can: Callable[[Any], bool]) -> str:
    """The names of the installed plugins of a kind whose offers have a capability, for messages.

    ``can`` gets the offer, of the type that belongs to the kind. A plugin that does not work is left out.
    """
    names = list[str]()
    for plugin in installed_plugins():
        if plugin.kind == kind:
            with suppress(BrokenPlugin, ContractMismatch):
                names += [repr(plugin.name)] if can(offer(plugin)) else []
    return ", ".join(dict.fromkeys(names)) or "none is installed"


def require(plugin: Plugin) -> None:
    """Raise ``MissingDependency`` if a package that the plugin needs is not installed."""
    offered, missing = offer(plugin), missing_modules(plugin)
    if missing:
        packages = ", ".join(f"'{name}'" for name in missing)
        run = pip_command_of_extra(offered.extra, plugin.package) if offered.extra else pip_command(*missing)
        plural = "s" if len(missing) > 1 else ""
        raise MissingDependency(f"{plugin.kind} '{plugin.name}' needs the package{plural} {packages}. Run: {run}")


def missing_modules(plugin: Plugin) -> list[str]:
    """The import names of the optional packages that it needs and that are not installed."""
    return [name for name in unchecked_offer(plugin).requires if not _importable(name)]


def make(plugin: Plugin, config: Config, context: Context) -> Component:
    """Build the component. Raises ``MissingDependency``, or ``BrokenPlugin`` if the plugin itself fails."""
    from potluck.errors import PotluckError

    require(plugin)
    try:
        component: object = offer(plugin).make(config, context)
    except PotluckError:
        raise
    except Exception as error:
        raise BrokenPlugin(f"{plugin.label} could not be made: {type(error).__name__}: {error}") from error
    return _require_component(plugin, component)


def _require_component(plugin: Plugin, component: object) -> Component:
    """The object that a plugin made, if it is a component of its kind. An observer may be a module."""
    contract = KINDS[plugin.kind].contract
    if isinstance(component, contract) or (plugin.kind == "observer" and isinstance(component, ModuleType)):
        return cast(Component, component)
    raise BrokenPlugin(f"{plugin.label} made {name_type(component)}, not {with_article(contract.__name__)}")


def sends_to(plugin: Plugin, config: Config) -> str | None:
    """The host that gets data from a component with these settings; None if nothing leaves the machine."""
    hosts = offer(plugin).sends_to
    return hosts(config) if hosts is not None else None


def _module_as_observer(plugin: Plugin, module: Any, manager: pluggy.PluginManager) -> Offer[Component] | None:
    """A module that implements observer hooks is an observer without an offer."""
    watches = plugin.kind == "observer" and manager.get_hookcallers(module)
    summary = (module.__doc__ or plugin.name).strip().split("\n")[0].rstrip(".")
    return Offer(summary, Config, lambda config, context: module) if watches else None


def _package(entry: EntryPoint) -> str:
    return _name_and_version(entry.dist)[0] if entry.dist else "?"


def _version(entry: EntryPoint) -> str:
    return _name_and_version(entry.dist)[1] if entry.dist else "?"


@cache
def _name_and_version(package: Distribution) -> tuple[str, str]:
    """Python reads a package's whole metadata, its README with it, each time that it is asked for one of them."""
    return package.name, package.version


def _same_package(one: str, other: str) -> bool:
    return canonicalize_name(one) == canonicalize_name(other)


def _importable(name: str) -> bool:
    try:
        return importlib.util.find_spec(name) is not None
    except (ImportError, ValueError):
        return False
