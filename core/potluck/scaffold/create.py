"""Writing a plugin package: whole, or not at all."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path, PurePosixPath

from potluck.contracts import KINDS, Kind
from potluck.documents import Json
from potluck.errors import PotluckError
from potluck.installation import pip_command
from potluck.json_values import as_json
from potluck.results.listings import NewResult
from potluck.scaffold.names import Names, names
from potluck.scaffold.package_texts import read_package_texts
from potluck.version import __version__

_SUFFIX = ".tmpl"
_VALUE = re.compile(r"<<(\w+)>>")


@dataclass(frozen=True, slots=True)
class Created:
    """A package that was written: ``files`` are the paths in its ``folder``; ``steps`` the commands that try it."""

    kind: Kind
    name: str
    package: str
    folder: Path
    files: tuple[str, ...]
    steps: tuple[str, ...]

    def as_json(self) -> dict[str, Json]:
        """As ``potluck new --json`` prints it."""
        return as_json(NewResult(self.kind, self.name, self.package, str(self.folder), self.files, self.steps))


def create_package(kind: Kind, name: str, parent: Path) -> Created:
    """Write the package of a new plugin into a new folder of ``parent``, which is made if it is missing.

    The folder appears whole. Raises ``PotluckError`` for a name that cannot be used and for a folder that exists.
    """
    named = names(kind, name)
    folder = parent / named.package
    if os.path.lexists(folder):
        raise PotluckError(f"{folder} exists already: nothing was written; choose another name or --dir")
    written = dict(render_files(named))
    try:
        parent.mkdir(parents=True, exist_ok=True)
        beside = parent / f".{named.package}.{uuid.uuid4().hex}"
        beside.mkdir()
        try:
            _write(beside, written)
            beside.rename(folder)
        except BaseException:
            shutil.rmtree(beside, ignore_errors=True)
            raise
    except OSError as error:
        raise PotluckError(f"{folder} cannot be written: {error.strerror}") from error
    tried = _values(named)["commands"].splitlines()
    steps = (f"cd {shlex.quote(str(folder))}", pip_command("-e", ".[test]"), "pytest", "cd example", *tried)
    return Created(kind, name, named.package, folder, tuple(sorted(written)), steps)


def render_files(named: Names) -> Iterator[tuple[str, str]]:
    """The path of every file of the package, and its text."""
    values = _values(named)
    for folder in ("common", named.kind):
        for path, template in _templates(files("potluck.scaffold") / "templates" / folder):
            yield _path(path, named), _VALUE.sub(lambda found: values[found[1]], template.read_text(encoding="utf-8"))


def _values(named: Names) -> Mapping[str, str]:
    """The values of ``<<name>>`` in the templates; values from a kind's texts may hold others."""
    kind, texts = KINDS[named.kind], read_package_texts(named.kind)
    own = {
        "kind": named.kind,
        "a_kind": kind.article,
        "A_kind": kind.article.capitalize(),
        "name": named.name,
        "package": named.package,
        "module": named.module,
        "component": named.component,
        "config": named.config,
        "extension": named.extension,
        "group": kind.group,
        "contract": str(kind.version),
        "version": __version__,
    }
    more = {
        "summary": texts.summary,
        "usage": texts.usage,
        "requirement": texts.requirement,
        "tested_with": texts.tested_with,
        "tables": texts.tables,
        "tried_on": texts.tried_on,
        "commands": "\n".join(texts.commands),
    }
    return own | {key: _VALUE.sub(lambda found: own[found[1]], text) for key, text in more.items()}


def _templates(folder: Traversable, prefix: str = "") -> Iterator[tuple[str, Traversable]]:
    """Every template below a folder, with its path there."""
    for entry in sorted(folder.iterdir(), key=lambda entry: entry.name):
        path = f"{prefix}{entry.name}"
        if entry.is_dir():
            yield from _templates(entry, f"{path}/")
        elif entry.name.endswith(_SUFFIX):
            yield path, entry


def _path(template: str, named: Names) -> str:
    """Where a template's file goes."""
    parts = PurePosixPath(template.removesuffix(_SUFFIX)).parts
    path = "/".join(f".{part[4:]}" if part.startswith("dot_") else part for part in parts)
    return path.replace("__module__", named.module).replace("__extension__", named.extension)


def _write(folder: Path, texts: Mapping[str, str]) -> None:
    for path, text in texts.items():
        place = folder / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text, encoding="utf-8", newline="\n")
