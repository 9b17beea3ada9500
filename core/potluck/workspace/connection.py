"""A SQLite database that threads may share, whose errors are the workspace's."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from threading import RLock
from typing import Any, NoReturn

from potluck.errors import WorkspaceDamaged, WorkspaceGone
from potluck.workspace.database import use_wal
from potluck.workspace.files import storage_errors

_SURROUNDINGS = {
    sqlite3.SQLITE_BUSY,
    sqlite3.SQLITE_LOCKED,
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_READONLY,
    sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_PERM,
    sqlite3.SQLITE_NOMEM,
    sqlite3.SQLITE_INTERRUPT,
}
"""What SQLite says of other processes and of the system. Anything else it says of a file that only potluck writes
means that the file is not what was written."""

_QUOTED = 200


class Connection:
    """One connection. Threads take turns: a statement or a transaction at a time."""

    def __init__(self, path: Path, wait: float, remedy: str, read_only: bool = False) -> None:
        """Open a database in WAL mode, or make an empty one; ``wait`` is how many seconds it waits for others.

        ``remedy`` says what to do about a damaged file. Raises ``WorkspaceDamaged``, ``WorkspaceBusy`` or
        ``StorageFailed``, as every method does.
        """
        self.path = path
        self._remedy = remedy
        self._lock = RLock()
        address = f"{path.absolute().as_uri()}?mode={'ro' if read_only else 'rwc'}"
        with storage_errors(path.parent):
            self._db = sqlite3.connect(address, wait, isolation_level=None, check_same_thread=False, uri=True)
        try:
            with self._errors():
                if not read_only:
                    use_wal(self._db, wait)
                self._file = _identity(path)
        except BaseException:
            self._db.close()
            raise

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._db.close()

    def run(self, statement: str, values: Sequence[object] = ()) -> None:
        """Execute a statement that gives nothing."""
        with self._lock, self._errors():
            self._db.execute(statement, values)

    def run_many(self, statement: str, rows: Iterable[Sequence[object]]) -> None:
        """Execute a statement for each row of values."""
        with self._lock, self._errors():
            self._db.executemany(statement, rows)

    def all(self, statement: str, values: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        """All rows of a query."""
        with self._lock, self._errors():
            return self._db.execute(statement, values).fetchall()

    def one(self, statement: str, values: Sequence[object] = ()) -> tuple[Any, ...] | None:
        """The first row of a query, or None."""
        with self._lock, self._errors():
            row: tuple[Any, ...] | None = self._db.execute(statement, values).fetchone()
            return row

    def within(self, work: Callable[[sqlite3.Connection], None]) -> None:
        """Let ``work`` use the connection itself, in one transaction that is undone if it raises."""
        with self.transaction(), self._errors():
            work(self._db)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing, while other threads and other writers wait.

        Raises ``WorkspaceGone`` where the file is not the one that was opened.
        """
        with self._lock:
            self.check_in_place()
            with self._open_transaction("IMMEDIATE"):
                yield

    @contextmanager
    def one_state(self) -> Iterator[None]:
        """What is read within belongs together, whatever other processes write meanwhile. Other threads wait."""
        with self._lock:
            if self._db.in_transaction:
                yield
            else:
                with self._open_transaction("DEFERRED"):
                    yield

    @contextmanager
    def _open_transaction(self, kind: str) -> Iterator[None]:
        self.run(f"BEGIN {kind}")
        try:
            yield
            self.run("COMMIT")
        except BaseException:
            if self._db.in_transaction:
                self._db.execute("ROLLBACK")
            raise

    def check_in_place(self) -> None:
        """Raise ``WorkspaceGone`` where the file has been deleted, or replaced by another."""
        if _identity(self.path) != self._file:
            raise WorkspaceGone(
                f"{self.path} was deleted or replaced while it was in use: run the same command again; what is missing "
                "is computed anew"
            )

    def check_pages(self) -> None:
        """Let SQLite check every page. Raises ``WorkspaceDamaged``."""
        row = self.one("PRAGMA quick_check(1)")
        if row != ("ok",):
            self.damaged(str(row[0]) if row else "it cannot be checked")

    def damaged(self, reason: str) -> NoReturn:
        """Raise ``WorkspaceDamaged`` with the way out."""
        short = reason if len(reason) <= _QUOTED else reason[:_QUOTED] + "…"
        raise WorkspaceDamaged(f"{self.path} is damaged ({short}): {self._remedy}")

    @contextmanager
    def _errors(self) -> Iterator[None]:
        with storage_errors(self.path.parent):
            try:
                yield
            except sqlite3.DatabaseError as error:
                if not is_damage(error) and not self._only_seems_read_only(error):
                    raise
                self.damaged(str(error))

    def _only_seems_read_only(self, error: sqlite3.DatabaseError) -> bool:
        """Whether the file says of itself that it must not be written, in a header that potluck did not write."""
        if getattr(error, "sqlite_errorcode", 0) != sqlite3.SQLITE_READONLY:
            return False
        return all(os.access(path, os.W_OK) for path in (self.path, self.path.parent))


def is_damage(error: sqlite3.DatabaseError) -> bool:
    """Whether SQLite speaks of the file's content, and not of other processes, the system or a closed connection."""
    surroundings = getattr(error, "sqlite_errorcode", 0) & 0xFF in _SURROUNDINGS
    return not surroundings and not isinstance(error, sqlite3.ProgrammingError)


def _identity(path: Path) -> tuple[int, int] | None:
    """Which file stands at a path."""
    try:
        found = os.stat(path)
    except OSError:
        return None
    return found.st_dev, found.st_ino
