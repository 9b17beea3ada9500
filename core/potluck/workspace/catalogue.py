"""The catalogue: what has been loaded, split and embedded, and what each index consists of. SQLite, and the truth.

Loaded documents, chunks and vectors are kept under fingerprints of all that made them, and are never changed. An index
is a row that says which of them it consists of; it changes in one transaction, so a reader sees its old state or its
new one, never a mixture.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from potluck.documents import Chunk, Document, Json
from potluck.errors import WorkspaceTooNew
from potluck.fingerprints import fingerprint, text_hash
from potluck.workspace import catalogue_tables as tables
from potluck.workspace.catalogue_reader import CatalogueReader, IndexState, Load, StoredChunk
from potluck.workspace.catalogue_tables import FORMAT
from potluck.workspace.checksums import checksum
from potluck.workspace.connection import Connection

if TYPE_CHECKING:
    import sqlite3

    from potluck.contracts import Vectors

__all__ = ["FORMAT", "Catalogue", "IndexState", "Load", "Snapshot", "StoredChunk"]

REMEDY = (
    "run 'potluck workspace repair RECIPE': it keeps what is whole and computes the rest again from the documents; "
    "'potluck workspace check RECIPE' says what is damaged"
)

# Seconds that a statement waits for other processes.
_WAIT = 30


class Catalogue(CatalogueReader):
    """An open catalogue. Any number of processes may read; the caller holds the workspace's lock while it writes.

    Threads may share it.
    """

    def __init__(self, path: Path) -> None:
        """Open the catalogue, or make an empty one. One of an older version is brought up to today's.

        Raises ``WorkspaceTooNew`` or ``WorkspaceDamaged``.
        """
        self.path = path
        super().__init__(Connection(path, _WAIT, REMEDY))
        try:
            self._prepare()
        except BaseException:
            self.close()
            raise

    def _prepare(self) -> None:
        self._db.run("PRAGMA synchronous = FULL")
        if self._format() != FORMAT:
            self._db.within(self._bring_up_to_date)
        self._db.run("PRAGMA foreign_keys = ON")

    def _bring_up_to_date(self, database: sqlite3.Connection) -> None:
        found = self._format()  # another process may have been quicker
        if found is None:
            tables.create_tables(database)
        elif found < FORMAT:
            tables.upgrade(database, found)

    def _format(self) -> int | None:
        """The version of the tables; None if there are none yet. Raises ``WorkspaceTooNew``."""
        if self._db.is_empty():
            return None
        meta = dict(self._db.all("SELECT key, value FROM meta"))
        text = str(meta.get("format", "none"))
        # The first version had no checksum.
        if meta != {"format": "1"} and meta.get("sum") != checksum(text).hex():
            self._db.raise_damaged(f"its format is {text}")
        if (found := int(text)) > FORMAT:
            raise WorkspaceTooNew(
                f"{self.path} was written by a newer potluck (format {found}, this one knows {FORMAT}): "
                "upgrade potluck, or move the folder away to build it again"
            )
        return found

    def check(self) -> None:
        """Let SQLite check every page. Raises ``WorkspaceDamaged``."""
        self._db.check_pages()

    def check_in_place(self) -> None:
        """Raise ``WorkspaceGone`` if the file has been deleted, or replaced by another."""
        self._db.check_in_place()

    def snapshot(self) -> Snapshot:
        """The catalogue as it is now, whatever is written from now on. The caller closes it."""
        return Snapshot(self.path)

    @contextmanager
    def one_state(self) -> Iterator[None]:
        """What is read within belongs together, whatever other processes write meanwhile. Other threads wait."""
        with self._db.one_state():
            yield

    def add_load(self, load: Load, loader: str, documents: Sequence[Document], index: str | None = None) -> None:
        """Keep what loading a file gave, at once; ``index`` is the one that it was loaded for, see ``claim``."""
        with self._db.transaction():
            self._db.run("DELETE FROM documents WHERE load = ?", (load.id,))
            self._db.run("DELETE FROM loads WHERE id = ?", (load.id,))
            row = (load.id, load.source, load.content, loader, load.error, load.reason, len(documents))
            self._db.run(tables.INSERT_LOAD, tables.with_checksum(row))
            rows = [_document_row(load.id, ordinal, document) for ordinal, document in enumerate(documents)]
            self._db.run_many(tables.INSERT_DOCUMENT, rows)
            if index is not None:
                self._claim(index, [load.id])

    def claim(self, index_id: str, loads: Iterable[str]) -> None:
        """Keep loads until this index is finished, even if no index has them and another one is finished before."""
        with self._db.transaction():
            self._claim(index_id, loads)

    def _claim(self, index_id: str, loads: Iterable[str]) -> None:
        statement = "INSERT OR IGNORE INTO claims SELECT ?, id FROM loads WHERE id = ?"
        self._db.run_many(statement, [(index_id, load) for load in loads])

    def add_chunks(self, document_id: str, source: str, splitter: str, chunks: Sequence[Chunk]) -> None:
        """Keep the chunks of one document, at once."""
        stored = _with_ids(document_id, source, splitter, chunks)
        rows = [(ordinal, one.id, one.start, one.end, one.heading, one.text) for ordinal, one in enumerate(stored)]
        with self._db.transaction():
            self._db.run("DELETE FROM chunks WHERE document = ? AND splitter = ?", (document_id, splitter))
            self._db.run("DELETE FROM splits WHERE document = ? AND splitter = ?", (document_id, splitter))
            self._db.run_many(tables.INSERT_CHUNK, [(document_id, splitter, *row) for row in rows])
            total = tables.split_sum(document_id, splitter, rows)
            self._db.run(tables.INSERT_SPLIT, (document_id, splitter, total))

    def add_vectors(self, embedder: str, texts: Sequence[str], vectors: Vectors) -> None:
        """Keep the vectors of some text hashes, at once; one row per text, float32."""
        rows = [
            tables.with_checksum((embedder, text, vector.astype("<f4").tobytes()))
            for text, vector in zip(texts, vectors, strict=True)
        ]
        with self._db.transaction():
            self._db.run_many(tables.INSERT_VECTOR, rows)
            self._db.run_many("DELETE FROM left_out WHERE embedder = ? AND text = ?", [row[:2] for row in rows])

    def leave_out(self, embedder: str, texts: Mapping[str, str]) -> None:
        """Note the text hashes that have no vector, with the reasons; no index has their chunks."""
        if texts:
            with self._db.transaction():
                self._db.run_many(tables.INSERT_LEFT_OUT, [(embedder, *one) for one in texts.items()])

    def copy_vectors(self, embedder: str, other: str, texts: Sequence[str]) -> None:
        """Keep the vectors of some text hashes for another embedder too, which would give the same."""
        missing = set(self.missing_vectors(other, texts))
        known = missing.difference(self.missing_vectors(embedder, missing))
        if known:
            wanted = sorted(known)
            self.add_vectors(other, wanted, self.vectors(embedder, wanted))

    def set_index(self, state: IndexState) -> None:
        """Make an index consist of ``state``, at once, and forget documents that no index has any more.

        What other indexes have claimed and not finished yet is kept.
        """
        head = (state.id, state.splitter, state.embedder, state.dimensions, tables.new_generation())
        loads = list(state.loads.items())
        with self._db.transaction():
            self._db.run("DELETE FROM indexes WHERE id = ?", (state.id,))
            self._db.run(tables.INSERT_INDEX, (*head, tables.index_sum(head, loads)))
            self._db.run_many(tables.INSERT_INDEX_LOAD, [(state.id, *pair) for pair in loads])
            self._db.run('DELETE FROM claims WHERE "index" = ?', (state.id,))
            self._db.run(
                "DELETE FROM loads WHERE error IS NULL AND id NOT IN (SELECT load FROM index_loads) "
                "AND id NOT IN (SELECT load FROM claims)"
            )


class Snapshot(CatalogueReader):
    """The catalogue as it was at one moment, for as long as this is open. Threads may share it."""

    def __init__(self, path: Path) -> None:
        """Open the file for reading, with a connection of its own."""
        super().__init__(Connection(path, _WAIT, REMEDY, read_only=True))
        self._db.run("BEGIN")
        self._db.one("SELECT 1 FROM meta")  # SQLite takes the snapshot with the first read


def _with_ids(document_id: str, source: str, splitter: str, chunks: Sequence[Chunk]) -> Iterator[StoredChunk]:
    """Give chunks their ids.

    An id depends on the source's name, the splitter and the text, not on the place in the document: what stands below
    an insertion keeps its id. The same text again in a document is told apart by counting.
    """
    seen: dict[str, int] = {}
    for chunk in chunks:
        text = text_hash(chunk.embedded_text)
        seen[text] = seen.get(text, 0) + 1
        chunk_id = fingerprint(source, splitter, text, seen[text])
        yield StoredChunk(chunk_id, document_id, chunk.start, chunk.end, chunk.heading, text)


def _document_row(load_id: str, ordinal: int, document: Document) -> tables.Row:
    def pack(value: Json) -> str:
        return json.dumps(value, ensure_ascii=False)

    head = (
        fingerprint(load_id, ordinal),
        load_id,
        ordinal,
        document.source,
        len(document.text),
        pack(list(document.losses)),
    )
    body = (
        pack(dict(document.metadata)),
        pack([[s.start, s.end, s.number, s.title, s.level] for s in document.sections]),
        pack([[p.start, p.end, p.number, *([p.label] if p.label else [])] for p in document.pages]),
        document.text,
    )
    return tables.document_row(head, body)
