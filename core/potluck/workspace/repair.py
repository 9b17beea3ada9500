"""Finding and keeping the undamaged part of a workspace.

Both databases are read row by row, whatever state their pages are in, and each row is checked against its checksum.
What passes is copied: to check, into a temporary database that SQLite deletes; to repair, into a new file that takes
the place of the old one in one step. What was dropped is computed again when it is next needed.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias

from potluck.atomic_files import sync_folder
from potluck.documents import Json
from potluck.errors import WorkspaceDamaged
from potluck.json_values import as_json
from potluck.reporting import inner_stage
from potluck.results.runs import FileResult, RowsResult
from potluck.workspace import catalogue_tables as tables
from potluck.workspace.answer_cache import ANSWER_TABLES, INSERT_ANSWER, INSERT_VECTOR, AnswerCache
from potluck.workspace.catalogue import Catalogue
from potluck.workspace.checksums import checksum
from potluck.workspace.connection import NOT_AS_DEFINED, SAYS_DAMAGE, describe_damage, is_damage
from potluck.workspace.lock import lock_for_writing
from potluck.workspace.scratch import readable
from potluck.workspace.storage_errors import is_made, storage_errors

_BESIDE = ".repaired"

Row: TypeAlias = tuple[Any, ...]


@dataclass(slots=True)
class RowCounts:
    """How many rows of a kind are whole and how many are not; not ``readable`` where more may be lost."""

    whole: int = 0
    damaged: int = 0
    readable: bool = True


@dataclass(slots=True)
class FileReport:
    """The state of one database: ``pages`` is SQLite's report on its structure, empty if nothing is wrong."""

    file: str
    pages: str = ""
    rows: dict[str, RowCounts] = field(default_factory=dict)

    @property
    def is_whole(self) -> bool:
        """Whether all of it is what was written."""
        return not self.pages and all(not rows.damaged and rows.readable for rows in self.rows.values())

    def as_json(self) -> dict[str, Json]:
        """As ``potluck workspace check --json`` prints it."""
        rows = {name: RowsResult(one.whole, one.damaged, one.readable) for name, one in self.rows.items()}
        return as_json(FileResult(self.file, self.is_whole, self.pages, rows))


def check_workspace(folder: Path) -> list[FileReport]:
    """Read all of a workspace's databases, and say what is damaged. Nothing is changed.

    One of an older version is brought up to today's first, as whenever it is opened. Raises ``WorkspaceTooNew``, and
    ``StorageFailed`` if something else is in the workspace's place.
    """
    if not is_made(folder):
        return []
    with storage_errors(folder), readable(folder) as place:
        return [_check_file(one) for one in _databases(place)]


def repair_workspace(folder: Path) -> list[FileReport]:
    """Replace each damaged database by one that holds what is whole of it.

    Raises ``WorkspaceBusy``, and ``StorageFailed`` if the workspace cannot be written.
    """
    if not is_made(folder):
        return []
    with storage_errors(folder), lock_for_writing(folder):
        reports = []
        for one in _databases(folder):
            reports.append(_check_file(one))
            if not reports[-1].is_whole:
                _replace(one)
        return reports


class _Database(NamedTuple):
    """One of a workspace's files: how it is opened when it is used, made, and copied as far as it is whole."""

    path: Path
    open: Callable[[Path], Catalogue | AnswerCache]
    create: Callable[[sqlite3.Connection], None]
    salvage: Callable[[_Salvage], None]


def _databases(folder: Path) -> list[_Database]:
    known = (
        _Database(folder / "catalogue.sqlite", Catalogue, tables.create_tables, _salvage_catalogue),
        _Database(folder / "calls.sqlite", AnswerCache, _create_answer_cache, _salvage_answer_cache),
    )
    return [one for one in known if os.path.lexists(one.path)]


def _check_file(database: _Database) -> FileReport:
    with inner_stage("check") as running:
        running.describe(database.path.name)
        return _report_on(database)


def _report_on(database: _Database) -> FileReport:
    path = database.path
    refused = _refusal(database)
    report = FileReport(path.name)
    with storage_errors(path.parent), closing(_open_damaged(path)) as source, closing(_new(database)) as scratch:
        report.pages = _verdict(source) or refused
        is_mended = _mend_definition(source, scratch)
        database.salvage(_Salvage(source, scratch, report))
        if not report.pages and (is_mended or _definitions(source) != _definitions(scratch)):
            report.pages = NOT_AS_DEFINED
    return report


def _refusal(database: _Database) -> str:
    """Why a file cannot be used, whatever its pages and its rows are like; empty if it can."""
    try:
        database.open(database.path).close()
    except WorkspaceDamaged as error:
        return error.reason
    return ""


def _verdict(source: sqlite3.Connection) -> str:
    """What SQLite says of the structure of a file; empty if nothing is wrong with it."""
    try:
        (verdict,) = source.execute("PRAGMA integrity_check(1)").fetchone()
    except SAYS_DAMAGE as error:
        if not is_damage(error):
            raise
        return describe_damage(error)
    return "" if verdict == "ok" else str(verdict)


def _mend_definition(source: sqlite3.Connection, new: sqlite3.Connection) -> bool:
    """Give the one table or index whose definition is not what was written its own again, as long as this is open.

    Otherwise one altered letter would cost every row. Nothing is committed. Whether it was necessary.
    """
    select = "SELECT rowid, type, name, tbl_name, sql FROM sqlite_master"
    written = {row[1:] for row in new.execute(select)}
    is_mended = False
    with suppress(*SAYS_DAMAGE):
        source.execute("PRAGMA writable_schema = ON")  # SQLite reads a schema then that it does not understand
        found = {row[1:]: row[0] for row in source.execute(select)}
        strange, missing = found.keys() - written, written - found.keys()
        if len(strange) == len(missing) == 1:
            source.execute("BEGIN")
            source.execute(
                "UPDATE sqlite_master SET type = ?, name = ?, tbl_name = ?, sql = ? WHERE rowid = ?",
                (*missing.pop(), found[strange.pop()]),
            )
            is_mended = True
    with suppress(*SAYS_DAMAGE):
        source.execute("PRAGMA writable_schema = RESET")
    return is_mended


def _definitions(database: sqlite3.Connection) -> list[Row]:
    return database.execute("SELECT type, name, sql FROM sqlite_master WHERE sql NOT NULL ORDER BY name").fetchall()


def _replace(database: _Database) -> None:
    path = database.path
    beside = path.with_name(path.name + _BESIDE)
    beside.unlink(missing_ok=True)
    with closing(_open_damaged(path)) as source, closing(_new(database, beside)) as target:
        _mend_definition(source, target)
        database.salvage(_Salvage(source, target, FileReport(path.name)))
        target.commit()
    for ending in ("-wal", "-shm"):  # they belong to the old file, and would be taken for the new one's
        path.with_name(path.name + ending).unlink(missing_ok=True)
    os.replace(beside, path)
    sync_folder(path.parent)


def _new(database: _Database, path: Path | str = "") -> sqlite3.Connection:
    """A new database without rows, in one transaction; without a path a temporary one."""
    target = sqlite3.connect(path, isolation_level=None)
    target.execute("PRAGMA foreign_keys = ON")
    target.execute("BEGIN")
    database.create(target)
    return target


def _open_damaged(path: Path) -> sqlite3.Connection:
    source = sqlite3.connect(path, isolation_level=None)
    # A text that is not UTF-8 any more is a row that does not pass, and ends no walk.
    source.text_factory = lambda content: content.decode("utf-8", "surrogateescape")
    return source


@dataclass(frozen=True, slots=True)
class _Salvage:
    """From one database into another, with the count of what was found."""

    source: sqlite3.Connection
    target: sqlite3.Connection
    report: FileReport

    def rows(self, name: str, select: str, order: str) -> Iterator[Row]:
        """The rows of a query from its beginning and, where a page cannot be read, from its end as well.

        A row may come twice.
        """
        counts = self.report.rows.setdefault(name, RowCounts())
        for direction in ("ASC", "DESC"):
            by = ", ".join(f"{key} {direction}" for key in order.split())
            try:
                yield from self.source.execute(f"{select} ORDER BY {by}")
                return
            except SAYS_DAMAGE as error:
                if not is_damage(error):
                    raise
                counts.readable = False

    def keep(self, name: str, statement: str, row: Row, right: bool) -> None:
        """Copy a row that is what was written, and count it."""
        counts = self.report.rows.setdefault(name, RowCounts())
        try:
            kept = right and self.target.execute(statement, row).rowcount > 0
        except (sqlite3.Error, UnicodeError):
            kept = right = False
        counts.whole += kept
        counts.damaged += not right

    def drop(self, name: str, statement: str) -> None:
        """Remove copied rows that are useless without the rows that were not copied."""
        lost = self.target.execute(statement).rowcount
        self.report.rows[name].whole -= lost
        self.report.rows[name].damaged += lost


def _create_answer_cache(database: sqlite3.Connection) -> None:
    for statement in ANSWER_TABLES:
        database.execute(statement)


def _salvage_answer_cache(work: _Salvage) -> None:
    for row in work.rows("answers", "SELECT key, answer, sum FROM answers", "key"):
        work.keep("answers", _or_ignore(INSERT_ANSWER), row, checksum(*row[:2]) == row[2])
    for row in work.rows("queries", "SELECT embedder, text, vector, sum FROM queries", "embedder text"):
        work.keep("queries", _or_ignore(INSERT_VECTOR), row, checksum(*row[:3]) == row[3])


def _salvage_catalogue(work: _Salvage) -> None:
    for row in work.rows("loads", "SELECT * FROM loads", "id"):
        work.keep("loads", _or_ignore(tables.INSERT_LOAD), row, checksum(*row[:-1]) == row[-1])
    for row in work.rows("documents", "SELECT * FROM documents", "rowid"):
        right = checksum(*row[:7]) == row[7] and checksum(*row[8:]) == row[6]
        work.keep("documents", _or_ignore(tables.INSERT_DOCUMENT), row, right)
    work.drop(
        "loads", "DELETE FROM loads WHERE documents != (SELECT count(*) FROM documents WHERE documents.load = loads.id)"
    )
    for row in work.rows("documents split", "SELECT document, splitter, sum FROM splits", "document splitter"):
        _salvage_split(work, row)
    for row in work.rows("vectors", "SELECT * FROM vectors", "embedder text"):
        work.keep("vectors", _or_ignore(tables.INSERT_VECTOR), row, checksum(*row[:-1]) == row[-1])
    for row in work.rows("texts left out", "SELECT embedder, text, reason FROM left_out", "embedder text"):
        work.keep("texts left out", _or_ignore(tables.INSERT_LEFT_OUT), row, right=True)
    for row in work.rows("indexes", "SELECT * FROM indexes", "id"):
        _salvage_index(work, row)
    work.drop("indexes", _INCOMPLETE)
    for row in work.rows("claims", 'SELECT "index", load FROM claims', '"index" load'):
        work.keep("claims", "INSERT OR IGNORE INTO claims SELECT ?, id FROM loads WHERE id = ?", row, right=True)


_INCOMPLETE = """
DELETE FROM indexes WHERE EXISTS (
  SELECT 1 FROM index_loads i JOIN documents d ON d.load = i.load WHERE i."index" = indexes.id AND (
    NOT EXISTS (SELECT 1 FROM splits s WHERE s.document = d.id AND s.splitter = indexes.splitter)
    OR EXISTS (
      SELECT 1 FROM chunks c WHERE c.document = d.id AND c.splitter = indexes.splitter AND indexes.embedder <> ''
      AND NOT EXISTS (SELECT 1 FROM vectors v WHERE v.embedder = indexes.embedder AND v.text = c.text)
      AND NOT EXISTS (SELECT 1 FROM left_out l WHERE l.embedder = indexes.embedder AND l.text = c.text)
    )
  )
)
"""
"""An index that lacks chunks or vectors is forgotten, so that the next run of ``index`` computes them."""


def _salvage_split(work: _Salvage, row: Row) -> None:
    try:
        chunks = work.source.execute(
            "SELECT ordinal, id, start, end, heading, text FROM chunks WHERE document = ? AND splitter = ? "
            "ORDER BY ordinal",
            row[:2],
        ).fetchall()
    except (sqlite3.DatabaseError, UnicodeError):
        chunks = []
    right = tables.split_sum(row[0], row[1], chunks) == row[2]
    before = work.target.total_changes
    work.keep("documents split", _or_ignore(tables.INSERT_SPLIT), row, right)
    if work.target.total_changes > before:
        work.target.executemany(tables.INSERT_CHUNK, [(*row[:2], *chunk) for chunk in chunks])


def _salvage_index(work: _Salvage, row: Row) -> None:
    select = 'SELECT source, load FROM index_loads WHERE "index" = ?'
    try:
        loads = work.source.execute(select, row[:1]).fetchall()
    except (sqlite3.DatabaseError, UnicodeError):
        loads = []
    known = all(work.target.execute("SELECT 1 FROM loads WHERE id = ?", pair[1:]).fetchone() for pair in loads)
    before = work.target.total_changes
    work.keep("indexes", _or_ignore(tables.INSERT_INDEX), row, known and tables.index_sum(row[:5], loads) == row[5])
    if work.target.total_changes > before:
        work.target.executemany(tables.INSERT_INDEX_LOAD, [(row[0], *pair) for pair in loads])


def _or_ignore(statement: str) -> str:
    """The statement for rows that may come twice."""
    return statement.replace("INSERT OR REPLACE", "INSERT").replace("INSERT", "INSERT OR IGNORE", 1)
