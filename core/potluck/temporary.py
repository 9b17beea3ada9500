"""Folders for long work, and the removal of those that killed processes have left."""

from __future__ import annotations

import glob
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

_MARK = "potluck-"
"""In the names, so that nothing else is ever removed."""


@contextmanager
def working_folder(parent: Path, name: str) -> Iterator[Path]:
    """A new folder in ``parent`` that belongs to this process, removed at the end.

    A lock of the operating system tells whether a process still lives; what dead processes left under that name is
    removed first.
    """
    from filelock import FileLock

    parent.mkdir(parents=True, exist_ok=True)
    remove_left(parent, name)
    folder = parent / f".{name}-{_MARK}{secrets.token_hex(8)}"
    lock = folder.with_suffix(".lock")
    with FileLock(lock):
        folder.mkdir()
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)
            lock.unlink(missing_ok=True)


def remove_left(parent: Path, name: str) -> None:
    """Remove the working folders of that name whose processes are gone."""
    from filelock import FileLock, Timeout

    for left in parent.glob(f".{glob.escape(name)}-{_MARK}*.lock"):
        with suppress(Timeout, OSError), FileLock(left, timeout=0):
            shutil.rmtree(left.with_suffix(""), ignore_errors=True)
            left.unlink(missing_ok=True)
