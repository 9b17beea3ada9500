"""What is installed under a plugin's name, its code and its libraries: work is done again when these change.

A release is known by its version and the hashes that its installer wrote down. What is installed from a folder (``pip
install -e .``, ``pip install .``) changes without a new version, so its files are hashed.
"""

from __future__ import annotations

import importlib.metadata
import importlib.util
import json
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from functools import cache
from importlib.metadata import Distribution, PackageNotFoundError
from pathlib import Path

from packaging.utils import canonicalize_name

from potluck.file_hashes import code_hash
from potluck.fingerprints import fingerprint, text_hash
from potluck.plugins import Plugin, unchecked_offer

_remembered: ContextVar[dict[Plugin, str] | None] = ContextVar("_remembered", default=None)


@contextmanager
def remember_code() -> Iterator[None]:
    """Within this block, in this thread, the code of each plugin is read once.

    For callers that ask once per variant: reading a package of hundreds of files takes about 10 ms.
    """
    if _remembered.get() is not None:
        yield
        return
    token = _remembered.set({})
    try:
        yield
    finally:
        _remembered.reset(token)


def code_of(plugin: Plugin) -> str:
    """The hash of the package or module in which the plugin is; empty if its files cannot be found.

    Nothing is imported.
    """
    known = _remembered.get()
    if known is None:
        return _read_code(plugin)
    if plugin not in known:
        known[plugin] = _read_code(plugin)
    return known[plugin]


def _read_code(plugin: Plugin) -> str:
    names = plugin.module.partition(":")[0].split(".")
    package = _distribution(plugin.package)
    record = _recorded_hash(package, names[0]) if package is not None else ""
    if record:
        return record
    with suppress(OSError):
        hashes = [code_hash(path) for path in _places(names)]
        return fingerprint(list(hashes)) if hashes else ""
    return ""


def libraries_of(plugin: Plugin) -> dict[str, str]:
    """The installed versions of the packages that the plugin's ``requires`` names, by the package's name."""
    found: dict[str, str] = {}
    for name in unchecked_offer(plugin).requires:
        for package in _packages_of(name.partition(".")[0]):
            if (installed := _distribution(package)) is not None:
                told = installed.metadata  # asked for its name and its version, a package reads all of it twice
                found[told["Name"]] = told["Version"]
    return dict(sorted(found.items()))


def _recorded_hash(package: Distribution, top: str) -> str:
    """The hash of the installer's record of a release's files; empty if the package is not a release."""
    if _is_local(package) or (record := package.read_text("RECORD")) is None:
        return ""
    files = (line for line in record.splitlines() if line.startswith((f"{top}/", f"{top}.py,")))
    hashed = sorted(line for line in files if not line.endswith(",,"))
    return text_hash("\n".join(hashed)) if hashed else ""


def _is_local(package: Distribution) -> bool:
    """Whether a package was installed from a folder: its files may change without a new version."""
    try:
        return "dir_info" in json.loads(package.read_text("direct_url.json") or "{}")
    except ValueError:
        return True


def _places(names: list[str]) -> Iterator[Path]:
    """The folders of a package, or the file of a module; of a namespace package only the part that leads to the module.

    ``names`` are the parts of the module's dotted name.
    """
    try:
        spec = importlib.util.find_spec(names[0])
    except (ImportError, ValueError):
        return
    if spec is None:
        return
    if spec.submodule_search_locations is None:
        if spec.origin is not None:
            yield Path(spec.origin)
        return
    for folder in spec.submodule_search_locations:
        yield from _within(Path(folder), names[1:])


def _within(folder: Path, names: list[str]) -> Iterator[Path]:
    if not names or (folder / "__init__.py").exists():
        yield folder
    elif (folder / names[0]).is_dir():
        yield from _within(folder / names[0], names[1:])
    elif (folder / f"{names[0]}.py").is_file():
        yield folder / f"{names[0]}.py"


def _distribution(name: str) -> Distribution | None:
    with suppress(PackageNotFoundError, ValueError):
        return importlib.metadata.distribution(name)
    return None


_known: dict[str, tuple[str, ...]] = {}
"""The packages that were found, by import name."""


def _packages_of(name: str) -> tuple[str, ...]:
    """The packages that install what is imported by a name.

    Asking the metadata of all packages takes half a second where many are installed, so those whose names begin alike
    are asked first.
    """
    if name not in _known:
        found = next((alike for alike in _alike(name) if _provides(alike, name)), None)
        packages = (found,) if found is not None else tuple(dict.fromkeys(_providers().get(name, ())))
        if not packages:
            return ()
        _known[name] = packages
    return _known[name]


def _alike(name: str) -> Iterator[str]:
    """Installed packages that are named like an import name, the shortest first."""
    wanted = canonicalize_name(name)
    found: set[str] = set()
    for folder in sys.path:
        with suppress(OSError):
            found |= {path.name.partition("-")[0] for path in Path(folder or ".").glob("*.dist-info")}
    names = {one for one in found if canonicalize_name(one).startswith(wanted)}
    return iter(sorted(names, key=lambda one: (len(one), one)))


def _provides(package: str, name: str) -> bool:
    found = _distribution(package)
    if found is None:
        return False
    if name in (found.read_text("top_level.txt") or "").split():
        return True
    if found.files is None:  # not told: by its name
        return canonicalize_name(package) == canonicalize_name(name)
    return any(file.parts[0].partition(".")[0] == name for file in found.files or ())


@cache
def _providers() -> Mapping[str, list[str]]:
    return importlib.metadata.packages_distributions()
