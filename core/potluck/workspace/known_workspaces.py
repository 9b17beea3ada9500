"""Which workspaces of this user have runs: their paths and nothing else, so that a run is found from any folder.

Each path stands in a file of its own, named by the path's hash. Processes never write the same file with different
content, and a process that is killed leaves no half of one.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from potluck.atomic_files import write_atomically
from potluck.user_cache import default_state


def remember_workspace(folder: Path) -> None:
    """Record where a workspace is. If that cannot be written, it is not an error: runs are found from their folder."""
    content = os.fsencode(folder.resolve())
    with suppress(OSError):
        path = _records() / _name(content)
        if not path.exists():
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            write_atomically(path, content)


def known_workspaces() -> list[Path]:
    """The workspaces that have runs, in the order of their paths. The records of those that are gone are removed."""
    return sorted(_read_records())


def _read_records() -> Iterator[Path]:
    try:
        records = sorted(_records().iterdir())
    except OSError:
        return
    for record in records:
        if record.name.startswith("."):  # another process is writing it
            continue
        with suppress(OSError):
            content = record.read_bytes()
            if record.name == _name(content) and os.path.isdir(path := os.fsdecode(content) + "/runs"):
                yield Path(path).parent
            else:
                record.unlink()


def _records() -> Path:
    return default_state() / "workspaces"


def _name(content: bytes) -> str:
    return hashlib.blake2b(content, digest_size=16).hexdigest()
