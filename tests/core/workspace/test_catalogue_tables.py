"""Rows of the catalogue carry checksums of all that they hold, and older tables become today's.

Modules: ``potluck.workspace.catalogue_tables``.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing

import pytest

from potluck.workspace.catalogue_tables import (
    FORMAT,
    create_tables,
    document_row,
    index_sum,
    meta_rows,
    new_generation,
    split_sum,
    upgrade,
    with_checksum,
)
from potluck.workspace.checksums import checksum


@pytest.fixture
def db() -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as opened:
        yield opened


def columns(db: sqlite3.Connection) -> dict[str, list[str]]:
    tables = [name for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
    return {table: [row[1] for row in db.execute(f"PRAGMA table_info('{table}')")] for table in sorted(tables)}


def test_a_row_has_the_checksum_of_its_values_at_its_end() -> None:
    assert with_checksum(("甲", 1, None)) == ("甲", 1, None, checksum("甲", 1, None))
    assert with_checksum(()) == (checksum(),)


def test_a_document_has_a_checksum_of_its_body_and_one_of_its_head_with_that() -> None:
    head, body = ("id", "load", 0, "甲.txt", 2, "[]"), ("{}", "[]", "[]", "道碴")

    inner = checksum(*body)
    assert document_row(head, body) == (*head, inner, checksum(*head, inner), *body)


def test_the_checksum_of_chunks_is_over_their_document_splitter_number_order_and_values() -> None:
    rows = [(0, "a", 0, 2, "", "t"), (1, "b", 2, 4, "第1章", "u")]
    others = [
        split_sum("d", "s", rows),
        split_sum("e", "s", rows),
        split_sum("d", "t", rows),
        split_sum("d", "s", rows[::-1]),
        split_sum("d", "s", rows[:1]),
        split_sum("d", "s", [(0, "a", 0, 2, "", "t"), (1, "b", 2, 4, "第2章", "u")]),
        split_sum("d", "s", []),
    ]

    assert len(set(others)) == len(others)
    assert split_sum("d", "s", rows) == checksum("d", "s", 2, *rows[0], *rows[1])


def test_the_checksum_of_an_index_does_not_depend_on_the_order_of_its_sources() -> None:
    head = ("index", "splitter", "embedder", 4, "generation")
    loads = [("乙.txt", "2"), ("甲.txt", "1")]

    assert index_sum(head, loads) == index_sum(head, loads[::-1])
    assert index_sum(head, loads) != index_sum(head, [("乙.txt", "1"), ("甲.txt", "2")])
    assert index_sum(head, loads) != index_sum(head, loads[:1])
    assert index_sum(head, loads) != index_sum((*head[:4], "another"), loads)


def test_new_tables_say_their_format_with_its_checksum(db: sqlite3.Connection) -> None:
    create_tables(db)

    assert dict(db.execute("SELECT key, value FROM meta")) == {"format": "3", "sum": checksum("3").hex()}
    assert FORMAT == 3
    assert meta_rows(7) == [("format", "7"), ("sum", checksum("7").hex())]
    assert {"loads", "claims", "documents", "splits", "chunks", "vectors", "left_out", "indexes", "index_loads"} < set(
        columns(db)
    )


def test_tables_of_the_second_format_get_the_one_that_they_lack_and_keep_their_rows(db: sqlite3.Connection) -> None:
    create_tables(db)
    today = columns(db)
    db.execute("DROP TABLE left_out")
    db.executemany("INSERT OR REPLACE INTO meta VALUES (?, ?)", meta_rows(2))
    db.execute("INSERT INTO splits VALUES ('d', 's', ?)", (b"sum",))

    upgrade(db, 2)

    assert columns(db) == today
    assert dict(db.execute("SELECT key, value FROM meta")) == dict(meta_rows(3))
    assert db.execute("SELECT * FROM splits").fetchall() == [("d", "s", b"sum")]


FIRST = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT);
CREATE TABLE loads (id TEXT PRIMARY KEY, source TEXT, content TEXT, loader TEXT, error TEXT, reason TEXT);
CREATE TABLE documents (id TEXT PRIMARY KEY, load TEXT, ordinal INTEGER, source TEXT, text TEXT, metadata TEXT,
  sections TEXT, pages TEXT, losses TEXT);
CREATE INDEX documents_by_load ON documents (load, ordinal);
CREATE TABLE splits (document TEXT, splitter TEXT, PRIMARY KEY (document, splitter));
CREATE TABLE chunks (document TEXT, splitter TEXT, ordinal INTEGER, id TEXT, start INTEGER, "end" INTEGER, heading TEXT,
  text TEXT);
CREATE TABLE vectors (embedder TEXT, text TEXT, vector BLOB);
CREATE TABLE indexes (id TEXT PRIMARY KEY, splitter TEXT, embedder TEXT, dimensions INTEGER);
CREATE TABLE index_loads ("index" TEXT, source TEXT, load TEXT);
INSERT INTO meta VALUES ('format', '1');
INSERT INTO loads VALUES ('l', '甲.txt', 'c', 'loader', NULL, NULL), ('m', '乙.txt', 'c', 'loader', 'NoText', 'none');
INSERT INTO documents VALUES ('d', 'l', 0, '甲.txt', '道碴🚆', '{}', '[]', '[]', '["x"]');
INSERT INTO splits VALUES ('d', 's');
INSERT INTO chunks VALUES ('d', 's', 1, 'b', 2, 3, '', 'u'), ('d', 's', 0, 'a', 0, 2, '第1章', 't');
INSERT INTO vectors VALUES ('e', 't', x'0000803f');
INSERT INTO indexes VALUES ('i', 's', 'e', 1);
INSERT INTO index_loads VALUES ('i', '甲.txt', 'l');
"""


def test_rows_of_the_first_format_get_the_checksums_of_what_they_hold(db: sqlite3.Connection) -> None:
    create_tables(db)
    today = columns(db)
    for (table,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
        db.execute(f'DROP TABLE "{table}"')
    db.executescript(FIRST)

    upgrade(db, 1)

    assert columns(db) == today
    assert dict(db.execute("SELECT key, value FROM meta")) == dict(meta_rows(3))
    assert sorted(db.execute("SELECT * FROM loads").fetchall()) == [
        with_checksum(("l", "甲.txt", "c", "loader", None, None, 1)),
        with_checksum(("m", "乙.txt", "c", "loader", "NoText", "none", 0)),
    ]
    assert db.execute("SELECT * FROM documents").fetchall() == [
        document_row(("d", "l", 0, "甲.txt", 3, '["x"]'), ("{}", "[]", "[]", "道碴🚆"))
    ]
    rows = [(0, "a", 0, 2, "第1章", "t"), (1, "b", 2, 3, "", "u")]
    assert db.execute("SELECT * FROM splits").fetchall() == [("d", "s", split_sum("d", "s", rows))]
    assert db.execute("SELECT * FROM chunks ORDER BY ordinal").fetchall() == [("d", "s", *row) for row in rows]
    assert db.execute("SELECT * FROM vectors").fetchall() == [with_checksum(("e", "t", b"\0\0\x80?"))]
    ((*head, total),) = db.execute("SELECT * FROM indexes").fetchall()
    assert head[:4] == ["i", "s", "e", 1]
    assert total == index_sum(head, [("甲.txt", "l")])
    assert db.execute("SELECT * FROM index_loads").fetchall() == [("i", "甲.txt", "l")]


def test_no_two_generations_are_named_alike() -> None:
    found = {new_generation() for _ in range(100)}

    assert len(found) == 100
    assert {len(one) for one in found} == {16}
