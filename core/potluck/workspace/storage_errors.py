"""Errors of the system in a workspace, with a remedy."""

from __future__ import annotations

import errno
import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from potluck.errors import StorageFailed, WorkspaceBusy
from potluck.workspace.database import code, is_busy

_NO_ROOM = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}

_NOT_WRITABLE = {errno.EACCES, errno.EPERM, errno.EROFS}


_IN_THE_WAY = {errno.EEXIST, errno.ENOTDIR, errno.EISDIR, errno.ELOOP}


@contextmanager
def storage_errors(folder: Path) -> Iterator[None]:
    """Turn an error of the system into one with a remedy.

    A full disk, a folder that cannot be written and something that is in the way become ``StorageFailed``, a file that
    is locked for long ``WorkspaceBusy``.
    """
    try:
        yield
    except OSError as error:
        if error.errno in _NO_ROOM:
            raise StorageFailed(_full(folder, error.strerror)) from error
        if not error.filename or not Path(os.fsdecode(error.filename)).is_relative_to(folder):
            raise
        if error.errno in _NOT_WRITABLE:
            raise StorageFailed(
                f"{error.filename}: {error.strerror}; the workspace {folder} must be writable"
            ) from error
        _raise_in_the_way(error)
        raise
    except sqlite3.OperationalError as error:
        if is_busy(error):
            raise WorkspaceBusy(
                f"{folder} is being written by another process; try again when it has finished"
            ) from error
        if code(error) in (sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR):
            raise StorageFailed(_full(folder, str(error))) from error
        if code(error) in (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN):
            raise StorageFailed(f"{folder}: {error}; the workspace must be writable") from error
        raise


def is_made(folder: Path) -> bool:
    """Whether there is a workspace. Raises ``StorageFailed`` if something else is in its place."""
    if folder.is_dir():
        return True
    if os.path.lexists(folder):
        raise StorageFailed(_in_the_way(folder))
    return False


def refuse_obstacle(path: Path) -> None:
    """Raise ``StorageFailed`` if a folder, or a link that leads nowhere, is in the place of a file."""
    if path.is_dir() or (path.is_symlink() and not path.exists()):
        raise StorageFailed(_in_the_way(path))


def _raise_in_the_way(error: OSError) -> None:
    """Raise ``StorageFailed`` if an error came because something else is in the place of a file or a folder."""
    path = Path(os.fsdecode(error.filename2 or error.filename))
    if error.errno in _IN_THE_WAY:
        while not os.path.lexists(path):
            path = path.parent
        raise StorageFailed(_in_the_way(path)) from error


def _in_the_way(path: Path) -> str:
    kind = "a folder" if path.is_dir() else "a file" if path.exists() else "a link that leads nowhere"
    return f"{path} is {kind}, and in the way of what potluck keeps there: move it away, and run the same command again"


def _full(folder: Path, reason: str | None) -> str:
    return (
        f"{folder}: {reason or 'the disk is full'}. What was finished is kept: make room (or move the recipe's "
        "folder), and run the same command again"
    )
