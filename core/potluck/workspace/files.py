"""Files that appear whole or not at all."""

from __future__ import annotations

import errno
import glob
import os
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from potluck.errors import StorageFailed, WorkspaceBusy
from potluck.workspace.database import code, is_busy

_MARK = "potluck-"
"""In the names of what is being written, so that nothing else is ever removed."""
_NO_ROOM = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_NOT_WRITABLE = {errno.EACCES, errno.EPERM, errno.EROFS}
_IN_THE_WAY = {errno.EEXIST, errno.ENOTDIR, errno.EISDIR, errno.ELOOP}


def write_whole(path: Path, content: bytes) -> None:
    """Write a file beside its place, flush it to the disk, and put it in place in one step."""
    path.parent.mkdir(parents=True, exist_ok=True)
    remove_leftovers(path.parent, path.name)
    handle, beside = _beside(path)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
            if os.name == "posix":  # while it is locked; elsewhere an open file cannot be moved
                os.replace(beside, path)
        if os.name != "posix":
            os.replace(beside, path)
    except BaseException:
        Path(beside).unlink(missing_ok=True)
        raise
    sync_folder(path.parent)


def remove_leftovers(folder: Path, name: str = "*") -> None:
    """Remove what ``write_whole`` was writing of a file (or of any) when its process was killed."""
    pattern = name if name == "*" else glob.escape(name)
    for path in folder.glob(f".{pattern}.{_MARK}*"):
        with suppress(OSError):  # another process is writing it, or has just put it in place
            _remove_unlocked(path)


def _remove_unlocked(path: Path) -> None:
    if os.name != "posix":  # where an open file cannot be removed
        path.unlink()
        return
    with path.open("rb") as file:
        _lock(file.fileno())
        path.unlink()


def _beside(path: Path) -> tuple[int, str]:
    """An open file of this process, which no other one removes as long as it is open."""
    while True:
        handle, beside = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.{_MARK}")
        with suppress(OSError):  # a file system without locks: then nobody can take it for a leftover either
            _lock(handle)
        if os.path.exists(beside):
            return handle, beside
        os.close(handle)  # it was taken for a leftover before it was locked


def _lock(handle: int) -> None:
    """Lock a file as long as it is open; ``OSError`` where another process has."""
    if os.name == "posix":
        import fcntl

        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)


def sync_folder(folder: Path) -> None:
    """Make the names in a folder durable, where the system knows such a thing."""
    if os.name != "posix":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def storage_errors(folder: Path) -> Iterator[None]:
    """Turn what the system refuses into an error with a way out.

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
    """Whether there is a workspace. Raises ``StorageFailed`` where something else is in its place."""
    if folder.is_dir():
        return True
    if os.path.lexists(folder):
        raise StorageFailed(_in_the_way(folder))
    return False


def refuse_obstacle(path: Path) -> None:
    """Raise ``StorageFailed`` where a folder, or a link that leads nowhere, is in the place of a file."""
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
