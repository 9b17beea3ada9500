"""Manifests: the inputs of a run, so that it can be understood and repeated. They never hold a secret."""

from __future__ import annotations

import json
import platform
import time
from collections.abc import Iterable, Mapping
from pathlib import Path

from potluck.atomic_files import write_atomically
from potluck.documents import Json
from potluck.version import __version__
from potluck.workspace.known_workspaces import remember_workspace

MANIFEST = "manifest.json"
"""The file that makes a folder a run."""


def new_run_id() -> str:
    """A name for a run: the time in UTC, to 1/65,536 of a second in its last four digits. Names sort by time."""
    seconds, nanoseconds = divmod(time.time_ns(), 10**9)
    return f"{time.strftime('%Y%m%d-%H%M%S', time.gmtime(seconds))}-{(nanoseconds << 16) // 10**9:04x}"


def surroundings() -> dict[str, Json]:
    """The versions of potluck, Python and the system."""
    return {"potluck": __version__, "python": platform.python_version(), "system": platform.platform()}


def write_manifest(folder: Path, manifest: Mapping[str, Json]) -> Path:
    """Write ``manifest.json`` into a run's folder, whole or not at all: this makes it a run."""
    remember_workspace(folder.parents[1])
    path = folder / MANIFEST
    write_atomically(path, json.dumps(manifest, ensure_ascii=False, indent=2).encode() + b"\n")
    return path


def write_lines(path: Path, rows: Iterable[Mapping[str, Json]]) -> None:
    """Write JSON Lines, whole or not at all."""
    write_atomically(path, b"".join(json.dumps(row, ensure_ascii=False).encode() + b"\n" for row in rows))
