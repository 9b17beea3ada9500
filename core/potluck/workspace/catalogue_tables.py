"""The tables of the catalogue, and how those of an older version become today's."""

from __future__ import annotations

import secrets
import sqlite3
from collections.abc import Sequence

from potluck.workspace.checksums import checksum

FORMAT = 3
"""The version of the tables below. A catalogue of a higher one is refused, one of a lower is brought up to it."""

TABLES = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE loads (
  id TEXT PRIMARY KEY, source TEXT NOT NULL, content TEXT NOT NULL, loader TEXT NOT NULL, error TEXT, reason TEXT,
  documents INTEGER NOT NULL, sum BLOB NOT NULL
) WITHOUT ROWID;
CREATE TABLE claims (
  "index" TEXT NOT NULL, load TEXT NOT NULL REFERENCES loads(id) ON DELETE CASCADE, PRIMARY KEY ("index", load)
) WITHOUT ROWID;
CREATE INDEX claims_by_load ON claims (load);
CREATE TABLE documents (
  id TEXT PRIMARY KEY, load TEXT NOT NULL REFERENCES loads(id) ON DELETE CASCADE, ordinal INTEGER NOT NULL,
  source TEXT NOT NULL, characters INTEGER NOT NULL, losses TEXT NOT NULL, body BLOB NOT NULL, sum BLOB NOT NULL,
  metadata TEXT NOT NULL, sections TEXT NOT NULL, pages TEXT NOT NULL, text TEXT NOT NULL
);
CREATE INDEX documents_by_load ON documents (load, ordinal);
CREATE TABLE splits (
  document TEXT NOT NULL REFERENCES documents(id) ON DELETE CASCADE, splitter TEXT NOT NULL, sum BLOB NOT NULL,
  PRIMARY KEY (document, splitter)
) WITHOUT ROWID;
CREATE TABLE chunks (
  document TEXT NOT NULL REFERENCES documents(id) ON DELETE CASCADE, splitter TEXT NOT NULL, ordinal INTEGER NOT NULL,
  id TEXT NOT NULL, start INTEGER NOT NULL, end INTEGER NOT NULL, heading TEXT NOT NULL, text TEXT NOT NULL,
  PRIMARY KEY (document, splitter, ordinal)
) WITHOUT ROWID;
CREATE TABLE vectors (
  embedder TEXT NOT NULL, text TEXT NOT NULL, vector BLOB NOT NULL, sum BLOB NOT NULL, PRIMARY KEY (embedder, text)
) WITHOUT ROWID;
CREATE TABLE left_out (
  embedder TEXT NOT NULL, text TEXT NOT NULL, reason TEXT NOT NULL, PRIMARY KEY (embedder, text)
) WITHOUT ROWID;
CREATE TABLE indexes (
  id TEXT PRIMARY KEY, splitter TEXT NOT NULL, embedder TEXT NOT NULL, dimensions INTEGER NOT NULL,
  generation TEXT NOT NULL, sum BLOB NOT NULL
) WITHOUT ROWID;
CREATE TABLE index_loads (
  "index" TEXT NOT NULL REFERENCES indexes(id) ON DELETE CASCADE, source TEXT NOT NULL,
  load TEXT NOT NULL REFERENCES loads(id), PRIMARY KEY ("index", source)
) WITHOUT ROWID;
CREATE INDEX index_loads_by_load ON index_loads (load);
"""

INSERT_LOAD = "INSERT INTO loads VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
INSERT_DOCUMENT = "INSERT INTO documents VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
INSERT_SPLIT = "INSERT INTO splits VALUES (?, ?, ?)"
INSERT_CHUNK = "INSERT INTO chunks VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
INSERT_VECTOR = "INSERT OR REPLACE INTO vectors VALUES (?, ?, ?, ?)"
INSERT_LEFT_OUT = "INSERT OR REPLACE INTO left_out VALUES (?, ?, ?)"
INSERT_INDEX = "INSERT INTO indexes VALUES (?, ?, ?, ?, ?, ?)"
INSERT_INDEX_LOAD = "INSERT INTO index_loads VALUES (?, ?, ?)"

Row = Sequence[object]


def with_checksum(values: Row) -> Row:
    """A row of loads, or of vectors, with its checksum at the end."""
    return (*values, checksum(*values))


def document_row(head: Row, body: Row) -> Row:
    """A row of documents.

    ``head`` is what ledgers read (id, load, ordinal, source, characters, losses) and has a checksum of its own, so
    that the ``body`` (metadata, sections, pages, text) need not be read with it.
    """
    inner = checksum(*body)
    return (*head, inner, checksum(*head, inner), *body)


def split_sum(document: object, splitter: object, chunks: Sequence[Row]) -> bytes:
    """The checksum over all chunks of a document by a splitter, in order (ordinal, id, start, end, heading, text)."""
    return checksum(document, splitter, len(chunks), *(value for chunk in chunks for value in chunk))


def index_sum(head: Row, loads: Sequence[Row]) -> bytes:
    """The checksum of an index (id, splitter, embedder, dimensions, generation) with its sources and their loads."""
    return checksum(*head, *(value for pair in sorted(loads, key=repr) for value in pair))


def create_tables(database: sqlite3.Connection) -> None:
    """Make empty tables."""
    for statement in TABLES.split(";\n"):
        database.execute(statement)
    database.executemany("INSERT INTO meta VALUES (?, ?)", meta_rows(FORMAT))


def meta_rows(version: int) -> list[Row]:
    """What the catalogue says of itself: the version of its tables, and the checksum of that."""
    return [("format", str(version)), ("sum", checksum(str(version)).hex())]


def upgrade(database: sqlite3.Connection, found: int) -> None:
    """Make the tables of an older format today's."""
    if found == 1:
        _add_checksums(database)
        return
    statement = next(one for one in TABLES.split(";\n") if one.strip().startswith("CREATE TABLE left_out"))
    database.execute(statement)
    database.executemany("INSERT OR REPLACE INTO meta VALUES (?, ?)", meta_rows(FORMAT))


def _add_checksums(database: sqlite3.Connection) -> None:
    """Give the rows of format 1, which had no checksums, those of what they hold now."""
    for index in ("documents_by_load", "chunks_by_id", "index_loads_by_load"):
        database.execute(f"DROP INDEX IF EXISTS {index}")
    old = ("index_loads", "indexes", "vectors", "chunks", "splits", "documents", "loads", "meta")
    for table in old:
        database.execute(f"ALTER TABLE {table} RENAME TO old_{table}")
    create_tables(database)
    _copy_documents(database)
    _copy_indexes(database)
    for table in old:
        database.execute(f"DROP TABLE old_{table}")


def _copy_documents(database: sqlite3.Connection) -> None:
    counted = (
        "SELECT id, source, content, loader, error, reason, (SELECT count(*) FROM old_documents WHERE load = l.id) "
        "FROM old_loads l"
    )
    database.executemany(INSERT_LOAD, map(with_checksum, database.execute(counted)))
    documents = (
        "SELECT id, load, ordinal, source, length(text), losses, metadata, sections, pages, text FROM old_documents"
    )
    database.executemany(INSERT_DOCUMENT, (document_row(row[:6], row[6:]) for row in database.execute(documents)))
    chunks = (
        "SELECT ordinal, id, start, end, heading, text FROM old_chunks WHERE document = ? AND splitter = ? "
        "ORDER BY ordinal"
    )
    for document, splitter in database.execute("SELECT document, splitter FROM old_splits").fetchall():
        rows = database.execute(chunks, (document, splitter)).fetchall()
        database.execute(INSERT_SPLIT, (document, splitter, split_sum(document, splitter, rows)))
        database.executemany(INSERT_CHUNK, ((document, splitter, *row) for row in rows))
    vectors = "SELECT embedder, text, vector FROM old_vectors"
    database.executemany(INSERT_VECTOR, map(with_checksum, database.execute(vectors)))


def _copy_indexes(database: sqlite3.Connection) -> None:
    for row in database.execute("SELECT id, splitter, embedder, dimensions FROM old_indexes").fetchall():
        head = (*row, new_generation())
        loads = database.execute('SELECT source, load FROM old_index_loads WHERE "index" = ?', row[:1]).fetchall()
        database.execute(INSERT_INDEX, (*head, index_sum(head, loads)))
        database.executemany(INSERT_INDEX_LOAD, ((row[0], *pair) for pair in loads))


def new_generation() -> str:
    """A name for one state of an index, unlike that of any other."""
    return secrets.token_hex(8)
