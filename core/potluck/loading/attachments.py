"""Files within files: an attachment of a message, a member of an archive, read by the loader of its own kind."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath
from typing import TypeAlias

from potluck.contracts import Loader
from potluck.documents import Document, Source
from potluck.errors import (
    DocumentChanged,
    DocumentInaccessible,
    DocumentLimit,
    DocumentVanished,
    LoaderCrashed,
    NoText,
    PotluckError,
    UnknownFileType,
)
from potluck.loading.leftovers import is_leftover
from potluck.loading.worker import Worker
from potluck.loading.worker_process import run_loader
from potluck.recipe.model import ComponentSpec

Found: TypeAlias = Document | Source
"""A document from a loader, or an attachment that has been written to a file."""

MOST_FILES = 10_000
MOST_BYTES = 1 << 30
DEEPEST = 4
_OF_THE_MACHINE = (LoaderCrashed, DocumentChanged, DocumentInaccessible, DocumentVanished)


@dataclass(frozen=True, slots=True)
class FileReader:
    """Reads a file with all that is in it.

    ``make`` makes the loader of a part, ``choose`` finds the part for a file name extension (it raises
    ``UnknownFileType``), ``base`` is the folder of the recipe.
    """

    worker: Worker
    base: Path
    make: Callable[[ComponentSpec], Loader]
    choose: Callable[[str], ComponentSpec]

    def read(self, part: ComponentSpec, source: Source) -> list[Document]:
        """The documents of a file, those of its attachments behind them. Raises a ``DocumentError``."""
        loader = self.make(part)
        if not loader.hands_on:
            return [one for one in self._run(loader, part, source, None) if isinstance(one, Document)]
        with tempfile.TemporaryDirectory(prefix="potluck-") as folder:
            return self._with_attachments(source, self._run(loader, part, source, Path(folder)), _Limits())

    def _run(self, loader: Loader, part: ComponentSpec, source: Source, folder: Path | None) -> Sequence[Found]:
        if loader.isolated:
            return self.worker.load(part.plugin, part.config, source, self.base, folder)
        return run_loader(loader, source, folder)

    def _with_attachments(self, holder: Source, found: Sequence[Found], limits: _Limits) -> list[Document]:
        documents: list[Document] = []
        losses: list[str] = []
        for one in found:
            if isinstance(one, Document):
                documents.append(one)
            elif not is_leftover(Path(_inner(holder, one))):
                try:
                    documents.extend(self._read_attachment(one, limits))
                except _OF_THE_MACHINE:
                    raise  # the next run tries again
                except PotluckError as error:
                    losses.append(_not_read(holder, one, error))
        if losses and not documents:
            raise NoText(f"nothing in it could be read ({'; '.join(losses)})")
        return [replace(documents[0], losses=(*documents[0].losses, *losses)), *documents[1:]] if losses else documents

    def _read_attachment(self, source: Source, limits: _Limits) -> list[Document]:
        """The documents of an attachment, which may have attachments of its own."""
        inner = limits.take(source)
        part = self.choose(PurePosixPath(source.name).suffix.lower().lstrip("."))
        loader = self.make(part)
        if not loader.hands_on:
            found = self._run(loader, part, source, None)
        else:
            folder = source.path.with_name(f"{source.path.name}-attachments")
            folder.mkdir()
            found = self._run(loader, part, source, folder)
        documents = self._with_attachments(source, found, inner)
        if not any(document.text.strip() for document in documents):
            raise NoText("no text was found in it")
        return documents


@dataclass(slots=True)
class _Count:
    files: int = 0
    size: int = 0


@dataclass(frozen=True, slots=True)
class _Limits:
    """How deep a file lies, and what has been read of all of the outermost file."""

    depth: int = 0
    count: _Count = field(default_factory=_Count)

    def take(self, source: Source) -> _Limits:
        """Count a file in. Raises ``DocumentLimit`` if it is one too many, too deep or too large."""
        self.count.files += 1
        self.count.size += source.path.stat().st_size
        if self.depth >= DEEPEST:
            raise DocumentLimit(f"it lies in more than {DEEPEST} files")
        if self.count.files > MOST_FILES or self.count.size > MOST_BYTES:
            raise DocumentLimit(f"the files in it are more than {MOST_FILES:,}, or larger than {MOST_BYTES >> 20} MiB")
        return replace(self, depth=self.depth + 1)


def _inner(holder: Source, attachment: Source) -> str:
    """The name of an attachment within the file that holds it; it may hold a ``#`` itself."""
    return attachment.name.removeprefix(f"{holder.name}#")


def _not_read(holder: Source, attachment: Source, error: PotluckError) -> str:
    reason = "" if isinstance(error, UnknownFileType) else f" ({error})"
    return f"attachment not read: {_inner(holder, attachment)}{reason}"
