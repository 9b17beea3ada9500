"""Files that change as a whole: one small manifest says which of them count, and it is replaced in one step.

Each commit writes its files into a new folder of their own, flushes them, and then puts a new manifest in place of the
old one. Nothing that a manifest names is ever changed. Whoever holds the old files open or mapped goes on reading them.
The manifest keeps size and CRC-32 of every file; they are checked before anybody looks at the content. That finds
accidents (truncated, altered, mixed up files), not somebody who forges the manifest as well.
"""

from __future__ import annotations

import errno
import mmap
import os
import re
import secrets
import shutil
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, TypeAlias

from pydantic import BaseModel, Field, ValidationError

from potluck.contracts import Collection
from potluck.errors import StorageFailed, StoreMismatch

Block: TypeAlias = bytes | memoryview
"""Some bytes of a file, as they lie in memory."""

_FOLDER = re.compile("[0-9a-f]{16}")
_NEXT = "manifest.new"
_NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


class _File(BaseModel, frozen=True):
    size: int
    crc32: int


class _Batch(BaseModel, frozen=True):
    folder: Annotated[str, Field(pattern="^[0-9a-f]{16}$")]
    files: dict[Annotated[str, Field(pattern=r"^\w[\w.-]*(/\w[\w.-]*)?$")], _File]


class _Manifest(BaseModel, frozen=True):
    form: str
    dimensions: int
    fingerprint: str
    batches: tuple[_Batch, ...]


@dataclass(frozen=True, slots=True)
class Batch:
    """The files of one commit: their names, and their content mapped into memory."""

    entry: _Batch
    content: Mapping[str, mmap.mmap | bytes]


class Generations:
    """The files of one collection. ``form`` says what is in them: files of another form count as none."""

    def __init__(self, folder: Path, form: str, collection: Collection) -> None:
        self.folder = folder
        self._form = form
        self._collection = collection
        self._path = folder / "manifest"
        self._seen: bytes | None = None

    def read(self) -> list[Batch]:
        """The last commit; nothing if files are missing or damaged.

        Raises ``StoreMismatch`` for another fingerprint or other dimensions, ``StorageFailed`` where the files cannot
        be read.
        """
        with storage_errors(self._path):
            while True:
                self._seen = self._current()
                manifest = _parse(self._seen)
                if manifest is None or manifest.form != self._form:
                    return []
                self._check(manifest)
                batches = [_map(self.folder, entry) for entry in manifest.batches]
                found = [batch for batch in batches if batch is not None]
                if len(found) == len(batches):
                    return found
                if self._current() == self._seen:
                    return []
                # A writer has committed since the manifest was read, and removed what the old one named.

    def has_changed(self) -> bool:
        """Whether another process has committed since ``read`` or ``write``."""
        with storage_errors(self._path):
            return self._current() != self._seen

    def write(self, kept: Sequence[Batch], files: Mapping[str, Iterable[Block]]) -> list[Batch]:
        """Commit: from now on there are the ``kept`` batches and one of ``files``, by name (none if there are none).

        Returns what ``read`` would. Raises ``StorageFailed``, and then what was committed before is still there.
        """
        with storage_errors(self.folder):
            new = [self._write_batch(files)] if files else []
            entries = (*(batch.entry for batch in kept), *(batch.entry for batch in new))
            manifest = _Manifest(
                form=self._form,
                dimensions=self._collection.dimensions,
                fingerprint=self._collection.fingerprint,
                batches=entries,
            )
            self._flip(_render(manifest))
            self._remove_all_but({entry.folder for entry in entries})
        return [*kept, *new]

    def sweep(self) -> None:
        """Remove what a killed commit left behind; for the one that may write."""
        with storage_errors(self.folder):
            manifest = _parse(self._current())
            if manifest is not None:
                (self.folder / _NEXT).unlink(missing_ok=True)
                self._remove_all_but({entry.folder for entry in manifest.batches})

    def _current(self) -> bytes | None:
        try:
            return self._path.read_bytes()
        except FileNotFoundError:
            return None

    def _check(self, manifest: _Manifest) -> None:
        wanted = self._collection
        if manifest.dimensions != wanted.dimensions:
            difference = f"of {manifest.dimensions} dimensions, not of {wanted.dimensions}"
        elif manifest.fingerprint != wanted.fingerprint:
            difference = f"of another embedder ({manifest.fingerprint[:12]}, not {wanted.fingerprint[:12]})"
        else:
            return
        raise StoreMismatch(f"{self.folder} holds vectors {difference}; delete that folder and index again")

    def _write_batch(self, files: Mapping[str, Iterable[Block]]) -> Batch:
        folder = self.folder / secrets.token_hex(8)
        self.folder.mkdir(parents=True, exist_ok=True)
        try:
            written = {name: _write(folder / name, blocks) for name, blocks in files.items()}
            for inner in {(folder / name).parent for name in files} | {folder, self.folder}:
                _sync(inner)
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise
        batch = _map(self.folder, _Batch(folder=folder.name, files=written))
        if batch is None:
            raise StorageFailed(f"{folder}: what was read back is not what was written; check the disk")
        return batch

    def _flip(self, manifest: bytes) -> None:
        """The one step that decides."""
        beside = self.folder / _NEXT
        self.folder.mkdir(parents=True, exist_ok=True)
        _write(beside, [manifest])
        os.replace(beside, self._path)
        self._seen = manifest
        _sync(self.folder)

    def _remove_all_but(self, kept: set[str]) -> None:
        """Remove older commits, and what killed ones left behind. Where files in use cannot be removed, they stay."""
        for entry in os.scandir(self.folder):
            if _FOLDER.fullmatch(entry.name) and entry.name not in kept:
                shutil.rmtree(entry.path, ignore_errors=True)


@contextmanager
def storage_errors(path: Path) -> Iterator[None]:
    """Turn what the system says of files into ``StorageFailed``."""
    try:
        yield
    except OSError as error:
        place = os.fsdecode(error.filename) if error.filename else path
        if error.errno in _NO_ROOM:
            advice = "what was committed before is kept: make room, and run the same command again"
        else:
            advice = "the store's folder and all in it must be readable and writable"
        raise StorageFailed(f"{place}: {error.strerror or error}; {advice}") from error


def _render(manifest: _Manifest) -> bytes:
    content = manifest.model_dump_json().encode()
    return b"%08x\n%s\n" % (zlib.crc32(content), content)


def _parse(written: bytes | None) -> _Manifest | None:
    """The manifest, or None if it is missing or not what was written."""
    if written is None:
        return None
    try:
        manifest = _Manifest.model_validate_json(written.partition(b"\n")[2])
    except ValidationError:
        return None
    return manifest if _render(manifest) == written else None


def _write(path: Path, blocks: Iterable[Block]) -> _File:
    path.parent.mkdir(parents=True, exist_ok=True)
    size, crc = 0, 0
    with path.open("wb") as file:
        for block in blocks:
            view = memoryview(block).cast("B")
            file.write(view)
            size, crc = size + len(view), zlib.crc32(view, crc)
        file.flush()
        os.fsync(file.fileno())
    return _File(size=size, crc32=crc)


def _map(folder: Path, entry: _Batch) -> Batch | None:
    """Map the files of a batch; None if one is missing or not what was written."""
    content: dict[str, mmap.mmap | bytes] = {}
    for name, file in entry.files.items():
        found = _content(folder / entry.folder / name)
        if found is None or len(found) != file.size or zlib.crc32(found) != file.crc32:
            return None
        content[name] = found
    return Batch(entry, content)


def _content(path: Path) -> mmap.mmap | bytes | None:
    try:
        with path.open("rb") as file:
            size = os.fstat(file.fileno()).st_size
            return mmap.mmap(file.fileno(), size, access=mmap.ACCESS_READ) if size else b""
    except (FileNotFoundError, NotADirectoryError):
        return None


def _sync(folder: Path) -> None:
    """Make the names in a folder durable, where the system knows such a thing."""
    if os.name != "posix":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
