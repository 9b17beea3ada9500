"""One writer at a time, by a lock of the operating system: it is gone when its process is gone."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from potluck.errors import WorkspaceBusy
from potluck.workspace.storage_errors import refuse_obstacle


@contextmanager
def lock_for_writing(folder: Path, wait: float = 0.5) -> Iterator[None]:
    """Hold the workspace's lock. Raises ``WorkspaceBusy`` with the process's number after ``wait`` seconds.

    ``StorageFailed`` where something else is in the place of the file with that number.
    """
    from filelock import FileLock, Timeout

    folder.mkdir(parents=True, exist_ok=True)
    holder = folder / "writer.pid"
    refuse_obstacle(holder)
    lock = FileLock(folder / "lock")
    try:
        lock.acquire(timeout=wait)
    except Timeout:
        raise WorkspaceBusy(
            f"{folder} is being written by process {_read(holder)}; try again when it has finished"
        ) from None
    try:
        holder.write_text(str(os.getpid()), encoding="ascii")
        yield
    finally:
        holder.unlink(missing_ok=True)
        lock.release()


def was_killed(folder: Path) -> bool:
    """Whether the last one that held the lock did not come to its end, and nobody holds it now."""
    from filelock import FileLock, Timeout

    if not (folder / "writer.pid").exists():
        return False
    try:
        with FileLock(folder / "lock", timeout=0):
            return True
    except (Timeout, OSError):
        return False


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="ascii") or "?"
    except OSError:
        return "?"
