"""A SQLite database that threads may share, whose errors are the workspace's."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from threading import RLock
from typing import Any, NoReturn

from potluck.errors import RecipeClosed, WorkspaceDamaged, WorkspaceGone
from potluck.workspace.database import code, use_wal
from potluck.workspace.storage_errors import refuse_obstacle, storage_errors

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

SAYS_DAMAGE = (sqlite3.DatabaseError, UnicodeDecodeError)
"""What Python raises for a damaged file. SQLite quotes the file's own names in its messages, and where these are not
UTF-8 any more, Python raises ``UnicodeDecodeError`` in place of SQLite's error."""

NOT_AS_DEFINED = "the definitions of the tables are not what was written"

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
        self._is_closed = False
        address = f"{path.absolute().as_uri()}?mode={'ro' if read_only else 'rwc'}"
        for ending in ("", "-wal", "-shm"):  # SQLite does not say which of them it cannot open
            refuse_obstacle(path.with_name(path.name + ending))
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
        """Close the file. Every other method raises ``RecipeClosed`` from now on."""
        with self._lock:
            self._is_closed = True
            self._db.close()

    def run(self, statement: str, values: Sequence[object] = ()) -> None:
        """Execute a statement that gives nothing."""
        with self._turn():
            self._db.execute(statement, values)

    def run_many(self, statement: str, rows: Iterable[Sequence[object]]) -> None:
        """Execute a statement for each row of values."""
        with self._turn():
            self._db.executemany(statement, rows)

    def all(self, statement: str, values: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        """All rows of a query."""
        with self._turn():
            return self._db.execute(statement, values).fetchall()

    def one(self, statement: str, values: Sequence[object] = ()) -> tuple[Any, ...] | None:
        """The first row of a query, or None."""
        with self._turn():
            row: tuple[Any, ...] | None = self._db.execute(statement, values).fetchone()
            return row

    def is_empty(self) -> bool:
        """Whether nothing has been put into it yet. Raises ``WorkspaceDamaged`` if the tables alone are gone."""
        with self.one_state():
            tables, pages = self.one("SELECT 1 FROM sqlite_master"), self.one("PRAGMA page_count")
        if tables is None and pages not in ((0,), (1,)):
            self.raise_damaged("its tables are gone")
        return tables is None

    def within(self, work: Callable[[sqlite3.Connection], None]) -> None:
        """Let ``work`` use the connection itself, in one transaction that is undone if it raises."""
        with self.transaction(), self._errors():
            work(self._db)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing, while other threads and other writers wait.

        Raises ``WorkspaceGone`` if the file is not the one that was opened.
        """
        with self._lock:
            self.check_in_place()
            with self._open_transaction("IMMEDIATE"):
                yield

    @contextmanager
    def one_state(self) -> Iterator[None]:
        """What is read within belongs together, whatever other processes write meanwhile. Other threads wait."""
        with self._lock:
            self._check_open()
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
        """Raise ``WorkspaceGone`` if the file has been deleted, or replaced by another."""
        self._check_open()
        if _identity(self.path) != self._file:
            raise WorkspaceGone(
                f"{self.path} was deleted or replaced while it was in use: run the same command again; what is missing "
                "is computed again"
            )

    def check_pages(self) -> None:
        """Let SQLite check every page. Raises ``WorkspaceDamaged``."""
        row = self.one("PRAGMA quick_check(1)")
        if row != ("ok",):
            self.raise_damaged(str(row[0]) if row else "it cannot be checked")

    def raise_damaged(self, reason: str) -> NoReturn:
        """Raise ``WorkspaceDamaged`` with the remedy."""
        short = reason if len(reason) <= _QUOTED else reason[:_QUOTED] + "…"
        raise WorkspaceDamaged(f"{self.path} is damaged ({short}): {self._remedy}", reason=short)

    def _check_open(self) -> None:
        if self._is_closed:
            raise RecipeClosed(f"{self.path} is closed, as the recipe is: load the recipe again")

    @contextmanager
    def _turn(self) -> Iterator[None]:
        """Use the connection while other threads wait."""
        with self._lock:
            self._check_open()
            with self._errors():
                yield

    @contextmanager
    def _errors(self) -> Iterator[None]:
        with storage_errors(self.path.parent):
            try:
                yield
            except SAYS_DAMAGE as error:
                if not is_damage(error) and not self._only_seems_read_only(error):
                    raise
                self.raise_damaged(describe_damage(error))

    def _only_seems_read_only(self, error: Exception) -> bool:
        """Whether the file says of itself that it must not be written, in a header that potluck did not write."""
        if getattr(error, "sqlite_errorcode", 0) != sqlite3.SQLITE_READONLY:
            return False
        return all(os.access(path, os.W_OK) for path in (self.path, self.path.parent))


def is_damage(error: Exception) -> bool:
    """Whether SQLite speaks of the file's content, and not of other processes, the system or a closed connection."""
    return code(error) not in _SURROUNDINGS and not isinstance(error, sqlite3.ProgrammingError)


def describe_damage(error: Exception) -> str:
    """What SQLite says, or would have said if Python could read it."""
    if isinstance(error, UnicodeDecodeError) and isinstance(error.object, bytes):
        return error.object.decode("utf-8", "backslashreplace").rstrip("\0")
    return str(error)


def _identity(path: Path) -> tuple[int, int] | None:
    """Which file stands at a path."""
    try:
        found = os.stat(path)
    except OSError:
        return None
    return found.st_dev, found.st_ino
