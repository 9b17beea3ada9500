"""The catalogue: what has been loaded, split and embedded, and what each index consists of. SQLite, and the truth.

Loaded documents, chunks and vectors are kept under fingerprints of all that made them, and are never changed. An index
is a row that says which of them it consists of; it changes in one transaction, so a reader sees it as it was or as it
is, never between.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from potluck.documents import Chunk, Document, Json, Page, Section
from potluck.errors import WorkspaceDamaged, WorkspaceTooNew
from potluck.fingerprints import fingerprint, text_hash
from potluck.workspace.database import use_wal

if TYPE_CHECKING:
    from potluck.contracts import Vectors

FORMAT = 1
"""The version of the tables below. A catalogue of a higher one is refused."""

# Seconds that a statement waits for other processes.
_WAIT = 30

_TABLES = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE loads (
  id TEXT PRIMARY KEY, source TEXT NOT NULL, content TEXT NOT NULL, loader TEXT NOT NULL, error TEXT, reason TEXT
) WITHOUT ROWID;
CREATE TABLE documents (
  id TEXT PRIMARY KEY, load TEXT NOT NULL REFERENCES loads(id) ON DELETE CASCADE, ordinal INTEGER NOT NULL,
  source TEXT NOT NULL, text TEXT NOT NULL, metadata TEXT NOT NULL, sections TEXT NOT NULL, pages TEXT NOT NULL,
  losses TEXT NOT NULL
);
CREATE INDEX documents_by_load ON documents (load, ordinal);
CREATE TABLE splits (
  document TEXT NOT NULL REFERENCES documents(id) ON DELETE CASCADE, splitter TEXT NOT NULL,
  PRIMARY KEY (document, splitter)
) WITHOUT ROWID;
CREATE TABLE chunks (
  document TEXT NOT NULL REFERENCES documents(id) ON DELETE CASCADE, splitter TEXT NOT NULL, ordinal INTEGER NOT NULL,
  id TEXT NOT NULL, start INTEGER NOT NULL, end INTEGER NOT NULL, heading TEXT NOT NULL, text TEXT NOT NULL,
  PRIMARY KEY (document, splitter, ordinal)
) WITHOUT ROWID;
CREATE INDEX chunks_by_id ON chunks (id, splitter);
CREATE TABLE vectors (
  embedder TEXT NOT NULL, text TEXT NOT NULL, vector BLOB NOT NULL, PRIMARY KEY (embedder, text)
) WITHOUT ROWID;
CREATE TABLE indexes (
  id TEXT PRIMARY KEY, splitter TEXT NOT NULL, embedder TEXT NOT NULL, dimensions INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE index_loads (
  "index" TEXT NOT NULL REFERENCES indexes(id) ON DELETE CASCADE, source TEXT NOT NULL,
  load TEXT NOT NULL REFERENCES loads(id), PRIMARY KEY ("index", source)
) WITHOUT ROWID;
CREATE INDEX index_loads_by_load ON index_loads (load);
"""


@dataclass(frozen=True, slots=True)
class StoredChunk:
    """A chunk as the catalogue keeps it. ``text`` is the hash of the embedded text, under which its vector lies."""

    id: str
    document: str
    start: int
    end: int
    heading: str
    text: str


@dataclass(frozen=True, slots=True)
class Load:
    """What loading a file gave: documents, or the error that it raised (``error`` is the class's name)."""

    id: str
    source: str
    content: str
    error: str | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class IndexState:
    """What an index consists of: ``loads`` by source name."""

    id: str
    splitter: str
    embedder: str
    dimensions: int
    loads: Mapping[str, str]


class Catalogue:
    """An open catalogue. Any number of processes may read; the caller holds the workspace's lock while it writes."""

    def __init__(self, path: Path) -> None:
        """Open the catalogue, or make an empty one.

        Raises ``WorkspaceTooNew`` or ``WorkspaceDamaged``.
        """
        self.path = path
        path.parent.mkdir(parents=True, exist_ok=True)
        # The stages that write run one after another, but may do so on a worker thread.
        self._db = sqlite3.connect(path, timeout=_WAIT, isolation_level=None, check_same_thread=False)
        try:
            self._prepare()
        except sqlite3.DatabaseError as error:
            self._db.close()
            if isinstance(error, sqlite3.OperationalError):
                raise
            raise WorkspaceDamaged(self._damaged(str(error))) from error
        except BaseException:
            self._db.close()
            raise

    def close(self) -> None:
        """Close the file."""
        self._db.close()

    def _prepare(self) -> None:
        use_wal(self._db, _WAIT)
        self._db.execute("PRAGMA synchronous = FULL")
        self._db.execute("PRAGMA foreign_keys = ON")
        if not self._db.execute("SELECT 1 FROM sqlite_master WHERE name = 'meta'").fetchone():
            with self._transaction():
                if not self._db.execute("SELECT 1 FROM sqlite_master WHERE name = 'meta'").fetchone():
                    for statement in _TABLES.split(";\n"):
                        self._db.execute(statement)
                    self._db.execute("INSERT INTO meta VALUES ('format', ?)", (str(FORMAT),))
        (found,) = self._db.execute("SELECT value FROM meta WHERE key = 'format'").fetchone()
        if int(found) > FORMAT:
            raise WorkspaceTooNew(
                f"{self.path} was written by a newer potluck (format {found}, this one knows {FORMAT}): "
                "upgrade potluck, or move the folder away to build it anew"
            )

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        self._db.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._db.execute("ROLLBACK")
            raise
        self._db.execute("COMMIT")

    def check(self) -> None:
        """Let SQLite check every page. Raises ``WorkspaceDamaged``."""
        try:
            (verdict,) = self._db.execute("PRAGMA quick_check(1)").fetchone()
        except sqlite3.DatabaseError as error:
            raise WorkspaceDamaged(self._damaged(str(error))) from error
        if verdict != "ok":
            raise WorkspaceDamaged(self._damaged(verdict))

    def _damaged(self, reason: str) -> str:
        return (
            f"{self.path} is damaged ({reason}): move the folder {self.path.parent} away and run again; "
            "everything in it can be computed anew from the documents"
        )

    # Loads and documents

    def load(self, load_id: str) -> Load | None:
        """The load of that fingerprint, if it has been done."""
        row = self._db.execute(
            "SELECT id, source, content, error, reason FROM loads WHERE id = ?", (load_id,)
        ).fetchone()
        return Load(*row) if row else None

    def add_load(self, load: Load, loader: str, documents: Sequence[Document]) -> None:
        """Keep what loading a file gave, at once."""
        with self._transaction():
            self._db.execute("DELETE FROM loads WHERE id = ?", (load.id,))
            self._db.execute(
                "INSERT INTO loads VALUES (?, ?, ?, ?, ?, ?)",
                (load.id, load.source, load.content, loader, load.error, load.reason),
            )
            self._db.executemany(
                "INSERT INTO documents VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (_document_row(load.id, ordinal, document) for ordinal, document in enumerate(documents)),
            )

    def documents(self, load_id: str) -> list[tuple[str, Document]]:
        """The documents of a load with their ids, in order."""
        rows = self._db.execute(
            "SELECT id, source, text, metadata, sections, pages, losses FROM documents WHERE load = ? ORDER BY ordinal",
            (load_id,),
        )
        return [(row[0], _document(row[1:])) for row in rows]

    def document_ids(self, load_id: str) -> list[str]:
        """The ids of a load's documents, in order."""
        rows = self._db.execute("SELECT id FROM documents WHERE load = ? ORDER BY ordinal", (load_id,))
        return [row[0] for row in rows]

    def document(self, document_id: str) -> Document:
        """The document of that id."""
        row = self._db.execute(
            "SELECT source, text, metadata, sections, pages, losses FROM documents WHERE id = ?", (document_id,)
        ).fetchone()
        return _document(row)

    def document_size(self, document_id: str) -> tuple[int, list[str]]:
        """The length of a document's text in characters, and its losses."""
        row = self._db.execute("SELECT length(text), losses FROM documents WHERE id = ?", (document_id,)).fetchone()
        return int(row[0]), json.loads(row[1])

    # Chunks

    def is_split(self, document_id: str, splitter: str) -> bool:
        """Whether that splitter's chunks of a document are here."""
        found = self._db.execute(
            "SELECT 1 FROM splits WHERE document = ? AND splitter = ?", (document_id, splitter)
        ).fetchone()
        return found is not None

    def add_chunks(self, document_id: str, source: str, splitter: str, chunks: Sequence[Chunk]) -> None:
        """Keep the chunks of one document, at once."""
        rows = [
            (document_id, splitter, ordinal, stored.id, stored.start, stored.end, stored.heading, stored.text)
            for ordinal, stored in enumerate(_stored(document_id, source, splitter, chunks))
        ]
        with self._transaction():
            self._db.execute("DELETE FROM chunks WHERE document = ? AND splitter = ?", (document_id, splitter))
            self._db.executemany("INSERT INTO chunks VALUES (?, ?, ?, ?, ?, ?, ?, ?)", rows)
            self._db.execute("INSERT OR IGNORE INTO splits VALUES (?, ?)", (document_id, splitter))

    def chunks(self, load_id: str, splitter: str) -> list[StoredChunk]:
        """The chunks of all documents of a load, in order."""
        rows = self._db.execute(
            "SELECT c.id, c.document, c.start, c.end, c.heading, c.text FROM chunks c "
            "JOIN documents d ON d.id = c.document WHERE d.load = ? AND c.splitter = ? ORDER BY d.ordinal, c.ordinal",
            (load_id, splitter),
        )
        return [StoredChunk(*row) for row in rows]

    def chunk_texts(self, chunks: Iterable[StoredChunk]) -> Iterator[tuple[StoredChunk, str]]:
        """Each chunk with the text that is embedded for it. Chunks of one document should follow each other."""
        current, text = "", ""
        for chunk in chunks:
            if chunk.document != current:
                current = chunk.document
                (text,) = self._db.execute("SELECT text FROM documents WHERE id = ?", (current,)).fetchone()
            yield chunk, Chunk(chunk.start, chunk.end, text[chunk.start : chunk.end], chunk.heading).embedded_text

    def chunk(self, chunk_id: str, state: IndexState) -> StoredChunk | None:
        """The chunk of that id in an index, if the index has it."""
        row = self._db.execute(
            "SELECT c.id, c.document, c.start, c.end, c.heading, c.text FROM chunks c "
            "JOIN documents d ON d.id = c.document JOIN index_loads i ON i.load = d.load "
            'WHERE c.id = ? AND c.splitter = ? AND i."index" = ?',
            (chunk_id, state.splitter, state.id),
        ).fetchone()
        return StoredChunk(*row) if row else None

    # Vectors

    def missing_vectors(self, embedder: str, texts: Iterable[str]) -> list[str]:
        """Those of the text hashes that have no vector by this embedder yet, in order, each once."""
        find = "SELECT 1 FROM vectors WHERE embedder = ? AND text = ?"
        return [t for t in dict.fromkeys(texts) if not self._db.execute(find, (embedder, t)).fetchone()]

    def add_vectors(self, embedder: str, texts: Sequence[str], vectors: Vectors) -> None:
        """Keep the vectors of some text hashes, at once; a row a text, float32."""
        rows = [(embedder, text, vector.astype("<f4").tobytes()) for text, vector in zip(texts, vectors, strict=True)]
        with self._transaction():
            self._db.executemany("INSERT OR REPLACE INTO vectors VALUES (?, ?, ?)", rows)

    def copy_vectors(self, embedder: str, other: str, texts: Iterable[str]) -> None:
        """Keep the vectors of some text hashes for another embedder too, which would give the same."""
        with self._transaction():
            self._db.executemany(
                "INSERT OR IGNORE INTO vectors SELECT ?, text, vector FROM vectors WHERE embedder = ? AND text = ?",
                [(other, embedder, text) for text in texts],
            )

    def vectors(self, embedder: str, texts: Sequence[str]) -> Vectors:
        """The vectors of text hashes, float32, shape ``(len(texts), dimensions)``. ``KeyError`` for a missing one."""
        import numpy as np

        find = "SELECT vector FROM vectors WHERE embedder = ? AND text = ?"
        rows = []
        for text in texts:
            row = self._db.execute(find, (embedder, text)).fetchone()
            if row is None:
                raise KeyError(text)
            rows.append(np.frombuffer(row[0], dtype="<f4"))
        return np.stack(rows).astype(np.float32, copy=False)

    # Indexes

    def index(self, index_id: str) -> IndexState | None:
        """The state of an index as it is now, if it has ever been finished."""
        self._db.execute("BEGIN")
        try:
            row = self._db.execute(
                "SELECT id, splitter, embedder, dimensions FROM indexes WHERE id = ?", (index_id,)
            ).fetchone()
            loads = self._db.execute('SELECT source, load FROM index_loads WHERE "index" = ?', (index_id,)).fetchall()
        finally:
            self._db.execute("COMMIT")
        return IndexState(row[0], row[1], row[2], row[3], dict(loads)) if row else None

    def set_index(self, state: IndexState) -> None:
        """Make an index consist of ``state``, at once, and forget documents that no index has any more."""
        with self._transaction():
            self._db.execute("DELETE FROM indexes WHERE id = ?", (state.id,))
            self._db.execute(
                "INSERT INTO indexes VALUES (?, ?, ?, ?)", (state.id, state.splitter, state.embedder, state.dimensions)
            )
            self._db.executemany(
                "INSERT INTO index_loads VALUES (?, ?, ?)",
                [(state.id, source, load) for source, load in state.loads.items()],
            )
            self._db.execute("DELETE FROM loads WHERE id NOT IN (SELECT load FROM index_loads) AND error IS NULL")

    def index_chunks(self, state: IndexState) -> Iterator[StoredChunk]:
        """All chunks of an index, source by source in order of their names."""
        for _, load_id in sorted(state.loads.items()):
            yield from self.chunks(load_id, state.splitter)


def _stored(document_id: str, source: str, splitter: str, chunks: Sequence[Chunk]) -> Iterator[StoredChunk]:
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


def _document_row(load_id: str, ordinal: int, document: Document) -> tuple[str | int, ...]:
    def pack(value: Json) -> str:
        return json.dumps(value, ensure_ascii=False)

    return (
        fingerprint(load_id, ordinal),
        load_id,
        ordinal,
        document.source,
        document.text,
        pack(dict(document.metadata)),
        pack([[s.start, s.end, s.number, s.title, s.level] for s in document.sections]),
        pack([[p.start, p.end, p.number] for p in document.pages]),
        pack(list(document.losses)),
    )


def _document(row: Sequence[str]) -> Document:
    source, text, metadata, sections, pages, losses = row
    return Document(
        source=source,
        text=text,
        metadata=json.loads(metadata),
        sections=tuple(Section(*values) for values in json.loads(sections)),
        pages=tuple(Page(*values) for values in json.loads(pages)),
        losses=tuple(json.loads(losses)),
    )
