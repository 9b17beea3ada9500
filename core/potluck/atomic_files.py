"""Files that appear whole or not at all, whenever the process is killed."""

from __future__ import annotations

import glob
import os
import tempfile
from contextlib import suppress
from pathlib import Path

_MARK = "potluck-"
"""In the names of what is being written, so that nothing else is ever removed."""


def write_atomically(path: Path, content: bytes) -> None:
    """Write a file beside its place, flush it to the disk, and put it in place in one step."""
    path.parent.mkdir(parents=True, exist_ok=True)
    remove_leftovers(path.parent, path.name)
    handle, beside = _open_beside(path)
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


def write_new(path: Path, content: bytes) -> bool:
    """Write a file whole, unless there is one: then False, and nothing is written."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if os.path.lexists(path):
        return False
    handle, beside = _open_beside(path)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(beside, 0o666 & ~_umask())  # a user's own file, which a temporary one is not
        try:
            os.link(beside, path)  # fails where another process was faster, which a rename would overwrite
        except FileExistsError:
            return False
        except OSError:  # a file system without links
            os.replace(beside, path)
    finally:
        Path(beside).unlink(missing_ok=True)
    sync_folder(path.parent)
    return True


def _umask() -> int:
    mask = os.umask(0o077)
    os.umask(mask)
    return mask


def remove_leftovers(folder: Path, name: str = "*") -> None:
    """Remove what ``write_atomically`` was writing of a file (or of any) when its process was killed."""
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


def _open_beside(path: Path) -> tuple[int, str]:
    """An open file of this process, which no other process removes as long as it is open."""
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
