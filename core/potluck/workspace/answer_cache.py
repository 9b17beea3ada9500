"""Answers of models and vectors of questions, kept so that nothing is asked or embedded twice.

A database of its own beside the catalogue: it is written while questions are answered, by as many processes as do so,
and it may be deleted at any time. A row appears whole or not at all, and is never changed; a damaged row does not
count, and its question is asked again.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from potluck.documents import Json
from potluck.workspace.catalogue_tables import with_checksum
from potluck.workspace.checksums import checksum
from potluck.workspace.connection import NOT_AS_DEFINED, Connection

if TYPE_CHECKING:
    from potluck.contracts import Vectors

REMEDY = (
    "run 'potluck workspace repair RECIPE', which keeps the answers that are whole, or delete the file; "
    "the others will be asked for again"
)

# Seconds that a statement waits for other processes.
_WAIT = 60

ANSWER_TABLES = (
    "CREATE TABLE answers (key TEXT PRIMARY KEY, answer TEXT NOT NULL, sum BLOB NOT NULL) WITHOUT ROWID",
    "CREATE TABLE queries (embedder TEXT NOT NULL, text TEXT NOT NULL, vector BLOB NOT NULL, sum BLOB NOT NULL, "
    "PRIMARY KEY (embedder, text)) WITHOUT ROWID",
)
_COLUMNS = {"answers": ["key", "answer", "sum"], "queries": ["embedder", "text", "vector", "sum"]}
_FIRST_COLUMNS = {"answers": ["key", "answer"], "queries": ["embedder", "text", "vector"]}
"""The tables of a version without checksums."""
INSERT_ANSWER = "INSERT OR REPLACE INTO answers VALUES (?, ?, ?)"
INSERT_VECTOR = "INSERT OR REPLACE INTO queries VALUES (?, ?, ?, ?)"


@dataclass(frozen=True, slots=True)
class KeptTime:
    """How long a kept answer took when it was made, from how many passages of how many characters in all."""

    seconds: float
    passages: int = 0
    characters: int = 0


class AnswerCache:
    """An open cache of answers and question vectors. Threads and processes may share it."""

    def __init__(self, path: Path, fresh: bool = False) -> None:
        """Open it, or make an empty one. ``fresh``: answers kept before are not taken. Raises ``WorkspaceDamaged``."""
        self._fresh = fresh
        self._heard: dict[str, dict[str, Json]] = {}
        self._db = Connection(path, _WAIT, REMEDY)
        try:
            self._db.run("PRAGMA synchronous = NORMAL")
            if self._columns() != _COLUMNS:
                self._db.within(self._make)
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Close the database."""
        self._db.close()

    def answer(self, key: str, *, cached: bool = True) -> dict[str, Json] | None:
        """The answer kept under a key, or None. Not ``cached``: only what was answered since this was opened."""
        if self._fresh or not cached:
            return self._heard.get(key)
        row = self._db.one("SELECT answer, sum FROM answers WHERE key = ?", (key,))
        if row is None or checksum(key, row[0]) != row[1]:
            return None
        found: dict[str, Json] = json.loads(row[0])
        return found

    def times_of(self, chat: str, count: int) -> list[KeptTime]:
        """What some answers took of the chat model with a fingerprint: ``count`` of those that are kept, at most."""
        rows = self._db.all("SELECT key, answer, sum FROM answers WHERE instr(answer, ?) LIMIT ?", (chat, count))
        answers = (json.loads(answer) for key, answer, kept in rows if checksum(key, answer) == kept)
        return [_time_of(one) for one in answers if one.get("chat") == chat]

    def keep_answer(self, key: str, answer: Mapping[str, Json], *, cached: bool = True) -> None:
        """Keep an answer, at once. Not ``cached``: only as long as this is open."""
        if self._fresh or not cached:
            self._heard[key] = dict(answer)
        if not cached:
            return
        row = with_checksum((key, json.dumps(dict(answer), ensure_ascii=False)))
        with self._db.transaction():
            self._db.run(INSERT_ANSWER, row)

    def question_vectors(self, embedder: str, texts: Iterable[str]) -> dict[str, Vectors]:
        """The vectors that are known of some questions, float32, by question."""
        import numpy as np

        found: dict[str, Vectors] = {}
        for text in texts:
            row = self._db.one("SELECT vector, sum FROM queries WHERE embedder = ? AND text = ?", (embedder, text))
            if row is not None and checksum(embedder, text, row[0]) == row[1]:
                found[text] = np.frombuffer(row[0], dtype="<f4").astype(np.float32)
        return found

    def keep_question_vectors(self, embedder: str, texts: Sequence[str], vectors: Iterable[Vectors]) -> None:
        """Keep the vectors of some questions, at once."""
        rows = [
            with_checksum((embedder, text, vector.astype("<f4").tobytes()))
            for text, vector in zip(texts, vectors, strict=True)
        ]
        with self._db.transaction():
            self._db.run_many(INSERT_VECTOR, rows)

    def _columns(self) -> dict[str, list[str]]:
        """The columns of each table."""
        found: dict[str, list[str]] = {}
        select = "SELECT t.name, c.name FROM sqlite_master t JOIN pragma_table_info(t.name) c WHERE t.type = 'table'"
        for table, column in self._db.all(select):
            found.setdefault(table, []).append(column)
        return found

    def _make(self, database: sqlite3.Connection) -> None:
        """Make the tables; rows of a version without checksums get those of what they hold now."""
        columns = self._columns()
        if columns == _COLUMNS:  # another process was quicker
            return
        old = columns == _FIRST_COLUMNS
        if not old and not self._db.is_empty():
            self._db.raise_damaged(NOT_AS_DEFINED)
        if old:
            database.execute("ALTER TABLE answers RENAME TO old_answers")
            database.execute("ALTER TABLE queries RENAME TO old_queries")
        for statement in ANSWER_TABLES:
            database.execute(statement)
        if old:
            answers, queries = "SELECT key, answer FROM old_answers", "SELECT embedder, text, vector FROM old_queries"
            database.executemany(INSERT_ANSWER, map(with_checksum, database.execute(answers)))
            database.executemany(INSERT_VECTOR, map(with_checksum, database.execute(queries)))
            database.execute("DROP TABLE old_answers")
            database.execute("DROP TABLE old_queries")


def _time_of(kept: Mapping[str, Any]) -> KeptTime:
    shown = kept.get("out", {})
    return KeptTime(float(kept["seconds"]), shown.get("items", 0), shown.get("characters", 0))
