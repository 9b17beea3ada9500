"""A database that threads share: transactions, one state for what is read, and errors with a way out.

Modules: ``potluck.workspace.connection``.
"""

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from potluck.errors import RecipeClosed, StorageFailed, WorkspaceBusy, WorkspaceDamaged, WorkspaceGone
from potluck.workspace.connection import Connection, describe_damage, is_damage


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "資料 庫#1?.sqlite"


@pytest.fixture
def db(path: Path) -> Iterator[Connection]:
    with closing(Connection(path, 0, "run repair")) as opened:
        opened.run("CREATE TABLE names (name TEXT NOT NULL UNIQUE)")
        yield opened


def names(db: Connection) -> list[str]:
    return [name for (name,) in db.all("SELECT name FROM names ORDER BY name")]


def add(db: Connection, *values: str) -> None:
    db.run_many("INSERT INTO names VALUES (?)", [(value,) for value in values])


def test_the_file_of_any_name_is_made_in_wal_mode(db: Connection, path: Path) -> None:
    assert path.exists()
    assert db.path == path
    assert db.one("PRAGMA journal_mode") == ("wal",)


def test_rows_are_asked_for_all_together_or_one(db: Connection) -> None:
    add(db, "月台", "號誌")
    db.run("INSERT INTO names VALUES (?)", ("道碴",))

    assert names(db) == ["月台", "號誌", "道碴"]
    assert db.one("SELECT name FROM names WHERE name = ?", ("道碴",)) == ("道碴",)
    assert db.one("SELECT name FROM names WHERE name = ?", ("rail",)) is None
    assert db.all("SELECT name FROM names WHERE name > ? ORDER BY name", ("月台",)) == [("號誌",), ("道碴",)]


def test_a_transaction_is_all_or_nothing(db: Connection) -> None:
    def fail() -> None:
        with db.transaction():
            add(db, "甲", "乙")
            raise ValueError("壞了")

    with pytest.raises(ValueError, match="壞了"):
        fail()
    assert names(db) == []
    with db.transaction():
        add(db, "甲")
    assert names(db) == ["甲"]


def test_what_another_connection_sees_changes_with_the_end_of_the_transaction(db: Connection, path: Path) -> None:
    with closing(Connection(path, 0, "")) as other:
        with db.transaction():
            add(db, "甲")
            assert names(other) == []
        assert names(other) == ["甲"]


def test_a_second_writer_is_told_of_the_first_after_its_wait(db: Connection, path: Path) -> None:
    with closing(Connection(path, 0, "")) as other, db.transaction():
        with pytest.raises(WorkspaceBusy, match="being written by another process"), other.transaction():
            pass
        with pytest.raises(WorkspaceBusy):
            add(other, "乙")


def test_what_is_read_as_one_state_belongs_together(db: Connection, path: Path) -> None:
    with closing(Connection(path, 0, "")) as other:
        with other.one_state():
            assert names(other) == []
            add(db, "甲")
            assert names(other) == []
            with other.one_state():
                assert names(other) == []
            add(db, "乙")
            assert names(other) == []
        assert names(other) == ["乙", "甲"]


def test_within_gives_the_connection_itself_and_undoes_what_fails(db: Connection) -> None:
    def work(raw: sqlite3.Connection) -> None:
        raw.execute("INSERT INTO names VALUES ('甲')")
        if not fine:
            raise ValueError("壞了")

    fine = False
    with pytest.raises(ValueError, match="壞了"):
        db.within(work)
    assert names(db) == []
    fine = True
    db.within(work)
    assert names(db) == ["甲"]


def test_other_threads_wait_for_the_end_of_a_transaction(db: Connection) -> None:
    tried = threading.Event()
    seen: list[list[str]] = []

    def read() -> None:
        tried.set()
        seen.append(names(db))

    reader = threading.Thread(target=read)
    with db.transaction():
        add(db, "甲")
        reader.start()
        assert tried.wait(5)
        reader.join(0.05)
        assert seen == []
        add(db, "乙")
    reader.join(5)
    assert seen == [["乙", "甲"]]


USES: dict[str, Callable[[Connection], object]] = {
    "run": lambda db: db.run("SELECT 1"),
    "run_many": lambda db: db.run_many("INSERT INTO names VALUES (?)", []),
    "all": lambda db: db.all("SELECT 1"),
    "one": lambda db: db.one("SELECT 1"),
    "is_empty": Connection.is_empty,
    "transaction": lambda db: db.transaction().__enter__(),
    "one_state": lambda db: db.one_state().__enter__(),
    "within": lambda db: db.within(lambda raw: None),
    "check_in_place": Connection.check_in_place,
    "check_pages": Connection.check_pages,
}


@pytest.mark.parametrize("use", USES)
def test_a_closed_one_says_so_whatever_it_is_asked(db: Connection, use: str) -> None:
    db.close()
    db.close()

    with pytest.raises(RecipeClosed, match="is closed, as the recipe is: load the recipe again"):
        USES[use](db)


def test_it_is_empty_until_there_is_a_table(path: Path) -> None:
    with closing(Connection(path, 0, "")) as db:
        assert db.is_empty()
        db.run("CREATE TABLE names (name TEXT)")
        assert not db.is_empty()


def test_one_whose_tables_alone_are_gone_is_damaged(db: Connection) -> None:
    db.run("PRAGMA writable_schema = ON")
    db.run("DELETE FROM sqlite_master")

    with pytest.raises(WorkspaceDamaged, match=r"its tables are gone\): run repair"):
        db.is_empty()


@pytest.mark.parametrize("replaced", [False, True])
def test_a_file_that_was_deleted_or_replaced_is_not_written(db: Connection, path: Path, replaced: bool) -> None:
    db.check_in_place()
    path.rename(path.with_suffix(".away"))
    if replaced:
        path.write_bytes(path.with_suffix(".away").read_bytes())

    with pytest.raises(WorkspaceGone, match="was deleted or replaced while it was in use"):
        db.check_in_place()
    with pytest.raises(WorkspaceGone), db.transaction():
        pass


def test_a_read_only_one_reads_and_does_not_write(db: Connection, path: Path) -> None:
    add(db, "甲")
    with closing(Connection(path, 0, "", read_only=True)) as reader:
        assert names(reader) == ["甲"]
        with pytest.raises((StorageFailed, WorkspaceDamaged)):
            add(reader, "乙")
    assert names(db) == ["甲"]


def test_a_read_only_one_makes_no_file(tmp_path: Path) -> None:
    with pytest.raises(StorageFailed, match="the workspace must be writable"):
        Connection(tmp_path / "none.sqlite", 0, "", read_only=True)

    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize("ending", ["", "-wal", "-shm"])
def test_a_folder_in_the_place_of_one_of_its_files_is_named(path: Path, ending: str) -> None:
    folder = path.with_name(path.name + ending)
    folder.mkdir()

    with pytest.raises(StorageFailed) as raised:
        Connection(path, 0, "")
    assert str(raised.value).startswith(f"{folder} is a folder, and in the way")


def test_a_file_that_is_not_a_database_is_damaged_with_the_way_out(path: Path) -> None:
    path.write_bytes(b"no database at all" * 100)

    with pytest.raises(WorkspaceDamaged) as raised:
        Connection(path, 0, "run repair")
    assert str(raised.value) == f"{path} is damaged (file is not a database): run repair"
    assert raised.value.reason == "file is not a database"


def test_pages_that_are_altered_are_found(db: Connection, path: Path) -> None:
    add(db, *(f"第{number}號筆記 {'x' * 200}" for number in range(200)))
    db.check_pages()
    db.run("PRAGMA wal_checkpoint(TRUNCATE)")
    db.close()
    content = bytearray(path.read_bytes())
    content[8192:12288] = bytes(4096)
    path.write_bytes(content)

    with closing(Connection(path, 0, "run repair")) as damaged, pytest.raises(WorkspaceDamaged):
        damaged.check_pages()


def test_a_long_reason_is_cut(db: Connection, path: Path) -> None:
    for length, shown in ((200, "碴" * 200), (201, "碴" * 200 + "…")):
        with pytest.raises(WorkspaceDamaged) as raised:
            db.raise_damaged("碴" * length)
        assert raised.value.reason == shown
        assert str(raised.value) == f"{path} is damaged ({shown}): run repair"


def test_a_mistake_in_a_statement_is_not_damage(db: Connection) -> None:
    with pytest.raises(sqlite3.ProgrammingError):
        db.run("SELECT ?", ())


@pytest.mark.parametrize(
    ("number", "damage"),
    [
        (sqlite3.SQLITE_CORRUPT, True),
        (sqlite3.SQLITE_NOTADB, True),
        (sqlite3.SQLITE_ERROR, True),
        (sqlite3.SQLITE_CORRUPT_VTAB, True),
        *((number, False) for number in (
            sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR,
            sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM, sqlite3.SQLITE_NOMEM,
            sqlite3.SQLITE_INTERRUPT, sqlite3.SQLITE_BUSY_SNAPSHOT, sqlite3.SQLITE_IOERR_READ,
        )),
    ],
)  # fmt: skip
def test_what_sqlite_says_of_the_system_is_not_of_the_file(number: int, damage: bool) -> None:
    error = sqlite3.DatabaseError("?")
    error.sqlite_errorcode = number

    assert is_damage(error) is damage


def test_what_is_not_sqlites_own_is_damage_but_for_a_wrong_use() -> None:
    undecodable = UnicodeDecodeError("utf-8", "道碴\0".encode() + b"\xff\0\0", 0, 1, "?")

    assert is_damage(undecodable)
    assert not is_damage(sqlite3.ProgrammingError("closed"))
    assert describe_damage(undecodable) == "道碴\0\\xff"
    assert describe_damage(sqlite3.DatabaseError("malformed")) == "malformed"
