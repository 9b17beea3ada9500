"""The names that a plugin may have, and those derived from them."""

from __future__ import annotations

import importlib.util
import keyword
import re
from dataclasses import dataclass

from potluck import contracts, documents, plugins
from potluck.contracts import Kind
from potluck.errors import PotluckError

_LONGEST = 30
_NAME = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
_STRANGE = re.compile(r"[^a-z0-9-]")


@dataclass(frozen=True, slots=True)
class Names:
    """``name`` is what recipes write; the others are made of it."""

    kind: Kind
    name: str

    @property
    def package(self) -> str:
        """The name of the distribution."""
        return f"potluck-{self.name}"

    @property
    def module(self) -> str:
        """The name of the module."""
        return self.package.replace("-", "_")

    @property
    def stem(self) -> str:
        """The beginning of the classes' names."""
        return "".join(part.capitalize() for part in self.name.split("-"))

    @property
    def component(self) -> str:
        """The component's class."""
        return f"{self.stem}{self.kind.capitalize()}"

    @property
    def config(self) -> str:
        """The class of its settings."""
        return f"{self.stem}Config"

    @property
    def extension(self) -> str:
        """The file name extension that a loader's example has."""
        return self.name.replace("-", "")


def names(kind: Kind, name: str) -> Names:
    """The names of a new plugin. Raises ``PotluckError`` with the reason for one that it cannot have."""
    _check_form(name)
    found = Names(kind, name)
    _check_free(found)
    return found


def _check_form(name: str) -> None:
    """A package, a module and a class have to be named after it."""
    if not _NAME.fullmatch(name):
        strange = _STRANGE.search(name)
        has = f"it has {strange[0]!r}" if strange else "it has to begin with a letter, and have single hyphens within"
        near = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")
        hint = f" (perhaps {near!r})" if near != name and _NAME.fullmatch(near) else ""
        raise PotluckError(
            f"{name!r} cannot be a plugin's name, which is made of the letters a to z, digits and hyphens: {has}{hint}"
        )
    if len(name) > _LONGEST:
        raise PotluckError(f"{name!r} is too long for a plugin's name: {len(name)} characters, {_LONGEST} at most")
    if keyword.iskeyword(name) or keyword.iskeyword(name.capitalize()):
        raise PotluckError(f"{name!r} cannot be a plugin's name: it is a word of Python")
    if name.startswith("potluck"):
        raise PotluckError(f"{name!r}: leave 'potluck' off, the package is called potluck-NAME")


def _check_free(names: Names) -> None:
    """Nothing that is installed, and nothing that the plugin imports, has one of its names."""
    from potluck import tuning

    for plugin in plugins.installed_plugins():
        if (plugin.kind, plugin.name) == (names.kind, names.name):
            raise PotluckError(
                f"a {names.kind} called {names.name!r} is installed already ({plugin.package} {plugin.version}), and "
                "two of one name are an error in every recipe that uses it: choose another name"
            )
    if importlib.util.find_spec(names.module) is not None:
        raise PotluckError(f"a module {names.module} is installed already: choose another name than {names.name!r}")
    if names.kind == "loader" and (readers := plugins.loader_names(names.extension)):
        raise PotluckError(
            f"files that end in .{names.extension} are read by the loader {readers[0]!r} already: choose another name "
            f"than {names.name!r}"
        )
    public = {*contracts.__all__, *tuning.__all__, *vars(documents)}
    if taken := public & {names.component, names.config}:
        raise PotluckError(
            f"{names.name!r} cannot be the name of a {names.kind}: its class would be called {min(taken)}, as one of "
            "potluck's is"
        )
