"""Repair keeps what is whole of what belongs together, and forgets an index that lacks something."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import numpy as np
import pytest

from potluck.documents import Chunk, Document
from potluck.errors import WorkspaceDamaged, WorkspaceTooNew
from potluck.workspace.catalogue import FORMAT, Catalogue, IndexState, Load
from potluck.workspace.catalogue_tables import meta_rows
from potluck.workspace.repair import FileReport, check_workspace, repair_workspace


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two documents of two chunks each; a third text was left out by the embedder."""
    catalogue = Catalogue(tmp_path / "catalogue.sqlite")
    for name in ("a", "b"):
        text = f"{name}1{name}2"
        catalogue.add_load(Load(name, f"{name}.txt", "content"), "loader", [Document(f"{name}.txt", text)])
        (document,) = catalogue.document_ids(name)
        catalogue.add_chunks(document, f"{name}.txt", "splitter", [Chunk(0, 2, text[:2]), Chunk(2, 4, text[2:])])
        catalogue.claim("begun", [name])
    texts = [chunk.text for name in ("a", "b") for chunk in catalogue.chunks(name, "splitter")]
    catalogue.add_vectors("embedder", texts[:3], np.ones((3, 4), np.float32))
    catalogue.leave_out("embedder", {texts[3]: "the filter refused it"})
    catalogue.set_index(IndexState("index", "splitter", "embedder", 4, {"a.txt": "a", "b.txt": "b"}))
    catalogue.close()
    return tmp_path


def execute(folder: Path, statement: str) -> None:
    db = sqlite3.connect(folder / "catalogue.sqlite")
    assert db.execute(statement).rowcount > 0
    db.commit()
    db.close()


def counts(report: FileReport) -> dict[str, tuple[int, int]]:
    return {name: (rows.whole, rows.damaged) for name, rows in report.rows.items() if rows.damaged}


def test_what_is_whole_is_left_as_it_is(folder: Path) -> None:
    before = (folder / "catalogue.sqlite").stat().st_ino

    (report,) = repair_workspace(folder)

    assert report.is_whole
    assert {name: rows.whole for name, rows in report.rows.items()} == {
        "loads": 2,
        "documents": 2,
        "documents split": 2,
        "vectors": 3,
        "texts left out": 1,
        "indexes": 1,
        "claims": 2,
    }
    assert (folder / "catalogue.sqlite").stat().st_ino == before


INDEX = {"indexes": (0, 1)}
SPLIT = {"documents split": (1, 1), **INDEX}
DOCUMENT = {"loads": (1, 1), "documents": (1, 1), **SPLIT}
"""What is counted where a document is lost with all that was made of it: (whole, damaged)."""


@pytest.mark.parametrize(
    ("damage", "found"),
    [
        ("UPDATE loads SET source = 'c.txt' WHERE id = 'a'", DOCUMENT),
        ("UPDATE documents SET text = 'a1a3' WHERE load = 'a'", DOCUMENT),
        ("UPDATE documents SET characters = 5 WHERE load = 'a'", DOCUMENT),
        ("DELETE FROM documents WHERE load = 'a'", {"loads": (1, 1), **SPLIT}),
        ("UPDATE chunks SET start = 1 WHERE id = (SELECT id FROM chunks WHERE ordinal = 0)", SPLIT),
        ("DELETE FROM chunks WHERE id = (SELECT id FROM chunks WHERE ordinal = 1)", SPLIT),
        (
            "UPDATE vectors SET vector = x'00' WHERE text = (SELECT min(text) FROM vectors)",
            {"vectors": (2, 1), **INDEX},
        ),
        ("DELETE FROM vectors WHERE text = (SELECT min(text) FROM vectors)", INDEX),
        ("DELETE FROM left_out", INDEX),
        ("UPDATE index_loads SET source = 'c.txt' WHERE load = 'a'", INDEX),
        ("UPDATE indexes SET dimensions = 5", INDEX),
    ],
)
def test_what_is_damaged_is_counted_and_dropped_with_the_index_that_lacks_it(
    folder: Path, damage: str, found: dict[str, tuple[int, int]]
) -> None:
    execute(folder, damage)

    (checked,) = check_workspace(folder)
    (repaired,) = repair_workspace(folder)

    assert not checked.is_whole
    assert counts(checked) == counts(repaired) == found
    assert all(report.is_whole for report in check_workspace(folder))
    catalogue = Catalogue(folder / "catalogue.sqlite")
    assert catalogue.index("index") is None
    assert [catalogue.document(one).text for name in ("a", "b") for one in catalogue.document_ids(name)] in (
        [["b1b2"], ["a1a2", "b1b2"]]
    )
    catalogue.close()


@pytest.mark.parametrize(
    "damage",
    [
        "UPDATE documents SET text = 'a1a3' WHERE load = 'a'",
        "UPDATE documents SET ordinal = 7 WHERE load = 'a'",
        "DELETE FROM documents WHERE load = 'a'",
        "UPDATE loads SET content = 'other' WHERE id = 'a'",
        "DELETE FROM chunks WHERE ordinal = 1",
        "DELETE FROM splits",
        "UPDATE vectors SET vector = zeroblob(16)",
        "DELETE FROM vectors",
        "DELETE FROM index_loads WHERE load = 'a'",
        "UPDATE indexes SET generation = 'x'",
    ],
)
def test_reading_an_index_tells_each_damage(folder: Path, damage: str) -> None:
    execute(folder, damage)
    catalogue = Catalogue(folder / "catalogue.sqlite")

    with pytest.raises(WorkspaceDamaged, match="is damaged"):
        read_all(catalogue)
    catalogue.close()


def read_all(catalogue: Catalogue) -> None:
    state = catalogue.index("index")
    assert state is not None
    for document, chunks in catalogue.index_documents(state):
        catalogue.document(document)
        catalogue.index_vectors(state, chunks)


def test_a_table_with_another_definition_is_damage_though_every_row_is_whole(folder: Path) -> None:
    db = sqlite3.connect(folder / "catalogue.sqlite")
    db.execute("PRAGMA writable_schema = ON")
    db.execute("UPDATE sqlite_master SET sql = replace(sql, 'content TEXT', 'comtent TEXT') WHERE name = 'loads'")
    db.commit()
    db.close()

    (checked,) = check_workspace(folder)
    repair_workspace(folder)

    assert (checked.pages, counts(checked)) == ("the definitions of the tables are not what was written", {})
    assert all(report.is_whole for report in check_workspace(folder))
    catalogue = Catalogue(folder / "catalogue.sqlite")
    read_all(catalogue)
    catalogue.close()


def test_a_workspace_of_a_newer_version_is_not_repaired(folder: Path) -> None:
    db = sqlite3.connect(folder / "catalogue.sqlite")
    db.executemany("REPLACE INTO meta VALUES (?, ?)", meta_rows(FORMAT + 1))
    db.commit()
    db.close()

    with pytest.raises(WorkspaceTooNew):
        repair_workspace(folder)


@pytest.mark.parametrize("text", ["9" * 400, "-1", "２", "", "3.5", "nan"])
def test_a_format_that_nobody_wrote_is_damage(folder: Path, text: str) -> None:
    execute(folder, f"UPDATE meta SET value = '{text}' WHERE key = 'format'")

    with pytest.raises(WorkspaceDamaged, match="potluck workspace repair"):
        Catalogue(folder / "catalogue.sqlite")
