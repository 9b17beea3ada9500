"""What models were asked and what they said, so that nothing is asked twice: answers, and the vectors of questions.

A database of its own beside the catalogue: it is written while questions are answered, by as many processes as do so,
and it may be deleted at any time. A row appears whole or not at all, and is never changed.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

from potluck.documents import Json
from potluck.errors import WorkspaceDamaged
from potluck.workspace.database import use_wal

if TYPE_CHECKING:
    from potluck.contracts import Vectors

# Seconds that a statement waits for other processes.
_WAIT = 60

_TABLES = """
CREATE TABLE IF NOT EXISTS answers (key TEXT PRIMARY KEY, answer TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS queries (
  embedder TEXT NOT NULL, text TEXT NOT NULL, vector BLOB NOT NULL, PRIMARY KEY (embedder, text)
) WITHOUT ROWID;
"""


class Calls:
    """An open cache of calls. Threads and processes may share it."""

    def __init__(self, path: Path) -> None:
        """Open it, or make an empty one. Raises ``WorkspaceDamaged``."""
        self._path = path
        self._lock = Lock()
        path.parent.mkdir(parents=True, exist_ok=True)
        self._db = sqlite3.connect(path, timeout=_WAIT, isolation_level=None, check_same_thread=False)
        try:
            use_wal(self._db, _WAIT)
            self._db.execute("PRAGMA synchronous = NORMAL")
            self._db.executescript(_TABLES)
        except sqlite3.DatabaseError as error:
            self._db.close()
            if isinstance(error, sqlite3.OperationalError):
                raise
            raise WorkspaceDamaged(
                f"{path} is damaged ({error}): delete it; the answers in it will be asked for again"
            ) from error

    def close(self) -> None:
        """Close the database."""
        self._db.close()

    def answer(self, key: str) -> dict[str, Json] | None:
        """What was answered under a key, or None."""
        with self._lock:
            row = self._db.execute("SELECT answer FROM answers WHERE key = ?", (key,)).fetchone()
        if row is None:
            return None
        found: dict[str, Json] = json.loads(row[0])
        return found

    def keep_answer(self, key: str, answer: Mapping[str, Json]) -> None:
        """Keep an answer, at once."""
        text = json.dumps(dict(answer), ensure_ascii=False)
        with self._lock:
            self._db.execute("INSERT OR REPLACE INTO answers VALUES (?, ?)", (key, text))

    def queries(self, embedder: str, texts: Iterable[str]) -> dict[str, Vectors]:
        """The vectors that are known of some questions, float32, by question."""
        import numpy as np

        found: dict[str, Vectors] = {}
        for text in texts:
            with self._lock:
                row = self._db.execute(
                    "SELECT vector FROM queries WHERE embedder = ? AND text = ?", (embedder, text)
                ).fetchone()
            if row is not None:
                found[text] = np.frombuffer(row[0], dtype="<f4").astype(np.float32)
        return found

    def keep_queries(self, embedder: str, texts: Sequence[str], vectors: Iterable[Vectors]) -> None:
        """Keep the vectors of some questions, at once."""
        rows = [(embedder, text, vector.astype("<f4").tobytes()) for text, vector in zip(texts, vectors, strict=True)]
        with self._lock:
            self._db.execute("BEGIN IMMEDIATE")
            try:
                self._db.executemany("INSERT OR REPLACE INTO queries VALUES (?, ?, ?)", rows)
            except BaseException:
                self._db.execute("ROLLBACK")
                raise
            self._db.execute("COMMIT")
