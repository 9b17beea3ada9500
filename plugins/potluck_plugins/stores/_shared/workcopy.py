"""A private copy of committed files, for a library that changes its files even when it only reads."""

from __future__ import annotations

import mmap
import secrets
import shutil
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from potluck_plugins.stores._shared.generations import storage_errors

if TYPE_CHECKING:
    from potluck_plugins.stores._shared.generations import Block

_CHUNK = 1 << 22


class WorkCopy:
    """A folder beside ``beside``'s other content that belongs to this process alone.

    A lock of the operating system tells whether the process still lives; what dead ones left is removed when the next
    copy is made. Raises ``StorageFailed``.
    """

    def __init__(self, beside: Path, content: Mapping[str, mmap.mmap | bytes]) -> None:
        from filelock import FileLock

        self.folder = beside / f"work-{secrets.token_hex(8)}"
        self._lock_path = self.folder.with_suffix(".lock")
        self._lock = FileLock(self._lock_path)
        with storage_errors(beside):
            beside.mkdir(parents=True, exist_ok=True)
            _sweep(beside)
            self._lock.acquire()
            try:
                self.folder.mkdir()
                for name, data in content.items():
                    target = self.folder / name
                    target.parent.mkdir(parents=True, exist_ok=True)
                    target.write_bytes(data)
            except BaseException:
                self.close()
                raise

    def files(self) -> dict[str, Iterable[Block]]:
        """The files as they are now, by their names within the folder. Nothing may change them meanwhile."""
        paths = [path for path in sorted(self.folder.rglob("*")) if path.is_file()]
        return {path.relative_to(self.folder).as_posix(): _blocks(path) for path in paths}

    def close(self) -> None:
        """Remove the folder."""
        shutil.rmtree(self.folder, ignore_errors=True)
        self._lock.release()
        self._lock_path.unlink(missing_ok=True)


def _blocks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while block := file.read(_CHUNK):
            yield block


def _sweep(beside: Path) -> None:
    from filelock import FileLock, Timeout

    for path in beside.glob("work-*.lock"):
        lock = FileLock(path, timeout=0)
        try:
            lock.acquire()
        except (Timeout, OSError):
            continue
        shutil.rmtree(path.with_suffix(""), ignore_errors=True)
        lock.release()
        path.unlink(missing_ok=True)
