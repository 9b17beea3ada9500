"""The documents that are added to a vector store, with their vectors: the truth that a store is filled from."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from potluck.errors import StoreMismatch
from potluck.fingerprints import text_hash

if TYPE_CHECKING:
    from potluck.contracts import Vectors

_TABLES = """
CREATE TABLE IF NOT EXISTS documents (
  key TEXT PRIMARY KEY, id TEXT NOT NULL, text TEXT NOT NULL, metadata TEXT NOT NULL, vector BLOB NOT NULL
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS embedder (fingerprint TEXT NOT NULL);
"""


@dataclass(frozen=True, slots=True)
class Added:
    """A document that was added. ``key`` is what a store knows it by."""

    id: str
    text: str
    metadata: dict[str, Any]

    @property
    def key(self) -> str:
        """Any id is allowed; a store takes short ones."""
        return text_hash(self.id)


class AddedDocuments:
    """A file of documents. What is kept is kept whole or not at all."""

    def __init__(self, path: Path, embedder: str) -> None:
        """Open the file, or make it. Raises ``StoreMismatch`` if its vectors are of another embedder."""
        path.parent.mkdir(parents=True, exist_ok=True)
        self._db = sqlite3.connect(path, timeout=30, isolation_level=None, check_same_thread=False)
        self._db.executescript(_TABLES)
        known = self._db.execute("SELECT fingerprint FROM embedder").fetchone()
        if known is None:
            self._db.execute("INSERT INTO embedder VALUES (?)", (embedder,))
        elif known[0] != embedder:
            self._db.close()
            raise StoreMismatch(
                f"{path} holds vectors of another embedder than the recipe's: name another collection, or delete it"
            )

    def keys(self) -> set[str]:
        """Those of all documents."""
        return {key for (key,) in self._db.execute("SELECT key FROM documents")}

    def find(self, keys: Sequence[str]) -> dict[str, Added]:
        """The documents of these keys that there are."""
        rows = (self._db.execute("SELECT key, id, text, metadata FROM documents WHERE key = ?", (k,)) for k in keys)
        found = (row.fetchone() for row in rows)
        return {row[0]: Added(row[1], row[2], json.loads(row[3])) for row in found if row is not None}

    def vectors(self, keys: Sequence[str]) -> Vectors:
        """Their vectors, in the order of the keys, all of which there are."""
        import numpy as np

        rows = [self._db.execute("SELECT vector FROM documents WHERE key = ?", (key,)).fetchone()[0] for key in keys]
        vectors: Vectors = np.array([np.frombuffer(row, "<f4") for row in rows], np.float32)
        return vectors

    def keep(self, documents: Sequence[Added], vectors: Vectors) -> None:
        """Add documents; one with an id that is known takes its place."""
        rows = [
            (one.key, one.id, one.text, json.dumps(one.metadata, ensure_ascii=False), vector.astype("<f4").tobytes())
            for one, vector in zip(documents, vectors, strict=True)
        ]
        self._write("INSERT OR REPLACE INTO documents VALUES (?, ?, ?, ?, ?)", rows)

    def remove(self, keys: Iterable[str]) -> None:
        """Remove documents; unknown keys are ignored."""
        self._write("DELETE FROM documents WHERE key = ?", [(key,) for key in keys])

    def close(self) -> None:
        """Close the file."""
        self._db.close()

    def _write(self, statement: str, rows: Sequence[tuple[Any, ...]]) -> None:
        with closing(self._db.cursor()) as cursor:
            cursor.execute("BEGIN IMMEDIATE")
            try:
                cursor.executemany(statement, rows)
            except BaseException:
                cursor.execute("ROLLBACK")
                raise
            cursor.execute("COMMIT")
