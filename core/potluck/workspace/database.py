"""Opening one SQLite file from several processes at the same moment, which SQLite leaves to its users."""

from __future__ import annotations

import sqlite3
import time


def use_wal(database: sqlite3.Connection, wait: float) -> None:
    """Put a database into WAL mode, which is kept in the file.

    SQLite does not wait for other connections in the statement that changes the mode, whatever the connection's
    timeout: this does, up to ``wait`` seconds. ``sqlite3.OperationalError`` after that.
    """
    deadline = time.monotonic() + wait
    while True:
        try:
            if database.execute("PRAGMA journal_mode").fetchone() != ("wal",):
                database.execute("PRAGMA journal_mode = WAL")
            return
        except sqlite3.OperationalError as error:
            if not is_busy(error) or time.monotonic() > deadline:
                raise
            time.sleep(0.005)


def is_busy(error: sqlite3.Error) -> bool:
    """Whether another connection was in the way."""
    return code(error) == sqlite3.SQLITE_BUSY


def code(error: Exception) -> int:
    """SQLite's result code, of which the kind alone; 0 for what SQLite did not say."""
    found: int = getattr(error, "sqlite_errorcode", 0)
    return found & 0xFF
