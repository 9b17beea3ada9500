"""What the metadata of installed packages says; nothing is imported."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence, Set
from importlib.metadata import PackageNotFoundError, distribution, version

from packaging.utils import canonicalize_name

from potluck import plugins
from potluck.errors import NameClash
from potluck.plugins import Plugin

CONFLICTS: Sequence[tuple[str, int, str]] = (
    ("transformers", 5, "adapters"),
    ("openai", 3, "litellm"),
    ("huggingface-hub", 2, "langchain-huggingface"),
)
"""Never in one environment: a package from a major version on, and one that needs an older version of it."""

_REQUIREMENT = re.compile(r"\s*([A-Za-z0-9][\w.-]*)\s*(?:\[([^\]]*)\])?[^;]*(?:;(.*))?", re.DOTALL)
_EXTRA = re.compile(r"extra\s*==\s*['\"]([^'\"]+)['\"]")
_FOR_DEVELOPERS = {"dev", "doc", "docs", "lint", "test", "tests"}


def missing_packages(plugin: Plugin) -> tuple[str, ...] | None:
    """The packages that a plugin needs and that are not installed, as far as metadata tells; None if it does not.

    It tells where the package has an extra named like the plugin, has no extras, or lacks nothing of any.
    """
    try:
        found = distribution(plugin.package)
        extras = {
            canonicalize_name(extra) for extra in found.metadata.get_all("Provides-Extra") or ()
        } - _FOR_DEVELOPERS
        requirements = tuple(found.requires or ())
    except Exception:  # metadata may be anything
        return None
    if canonicalize_name(plugin.name) in extras:
        return _not_installed(plugin.package, requirements, {canonicalize_name(plugin.name)})
    lacking = _not_installed(plugin.package, requirements, extras)
    return () if lacking == () else None


def findings() -> Iterator[str]:
    """What is wrong with what is installed, a line each, without a look into any module."""
    yield from plugins.registrations().unreadable
    yield from _clashes()
    yield from _file_types()


def conflicts() -> Iterator[str]:
    """Packages that cannot work together in the versions that are installed."""
    for package, major, other in CONFLICTS:
        have, beside = _version(package), _version(other)
        if have is not None and beside is not None and _major(have) >= major:
            yield (
                f"{other} {beside} does not work with {package} {have}: it needs {package} below {major}; "
                "keep one of the two in another environment"
            )


def _clashes() -> Iterator[str]:
    found = plugins.installed_plugins()
    for kind, name in dict.fromkeys((plugin.kind, plugin.name) for plugin in found):
        try:
            plugins.find(kind, name)
        except NameClash as error:
            yield str(error)


def _file_types() -> Iterator[str]:
    loaders = {plugin.name for plugin in plugins.installed_plugins() if plugin.kind == "loader"}
    for extension in plugins.file_types():
        names = plugins.loader_names(extension)
        if len(names) > 1:
            yield (
                f"{len(names)} loaders claim '.{extension}' files ({', '.join(names)}): a recipe has to name one: "
                f"documents: {{use: {names[0]}, ...}}"
            )
    for claim, count in Counter((claim.value, _owner(claim.dist)) for claim in plugins.file_claims()).items():
        if claim[0] not in loaders:
            yield f"{claim[1]} names the loader {claim[0]!r} for {count} file types, and no package offers it"


def _owner(package: object) -> str:
    return str(getattr(package, "name", "?"))


def _not_installed(package: str, requirements: Sequence[str], extras: Set[str]) -> tuple[str, ...] | None:
    """What is not installed of what extras ask for; None if a condition would have to be evaluated to tell."""
    wanted, unknown = _packages_of_extras(package, requirements, extras)
    lacking = tuple(name for name in wanted if _version(name) is None)
    return lacking if lacking or not unknown else None


def _packages_of_extras(package: str, requirements: Sequence[str], extras: Set[str]) -> tuple[Sequence[str], bool]:
    """The packages that some extras of a package name, and whether there are more, under other conditions."""
    read = [found.groups() for found in map(_REQUIREMENT.match, requirements) if found is not None]
    wanted: dict[str, None] = {}
    unknown, todo, done = False, set(extras), set[str]()
    while todo:
        done |= todo
        asked = [(name, inner or "", marker) for name, inner, marker in read if _extras_of(marker or "") & todo]
        todo = set()
        for name, inner, marker in asked:
            if re.search(r"\b(and|or)\b", marker):
                unknown = True
            elif canonicalize_name(name) == canonicalize_name(package):
                todo |= {canonicalize_name(extra.strip()) for extra in inner.split(",")} - done
            else:
                wanted[name] = None
    return tuple(wanted), unknown


def _extras_of(marker: str) -> set[str]:
    return {canonicalize_name(extra) for extra in _EXTRA.findall(marker)}


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None
    except Exception:  # metadata may be anything
        return None


def _major(number: str) -> int:
    found = re.match(r"\d+", number)
    return int(found[0]) if found else 0
