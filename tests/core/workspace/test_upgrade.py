"""A workspace without checksums, as potluck wrote it first, gets them, and nothing is computed again."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from potluck import Recipe
from potluck.workspace.answer_cache import AnswerCache
from potluck.workspace.repair import check_workspace
from support.fake_plugins import install_hashing, visible

FIRST = """
CREATE TABLE old_meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE old_loads (
  id TEXT PRIMARY KEY, source TEXT NOT NULL, content TEXT NOT NULL, loader TEXT NOT NULL, error TEXT, reason TEXT
) WITHOUT ROWID;
CREATE TABLE old_documents (
  id TEXT PRIMARY KEY, load TEXT NOT NULL REFERENCES old_loads(id) ON DELETE CASCADE, ordinal INTEGER NOT NULL,
  source TEXT NOT NULL, text TEXT NOT NULL, metadata TEXT NOT NULL, sections TEXT NOT NULL, pages TEXT NOT NULL,
  losses TEXT NOT NULL
);
CREATE TABLE old_splits (
  document TEXT NOT NULL REFERENCES old_documents(id) ON DELETE CASCADE, splitter TEXT NOT NULL,
  PRIMARY KEY (document, splitter)
) WITHOUT ROWID;
CREATE TABLE old_chunks (
  document TEXT NOT NULL REFERENCES old_documents(id) ON DELETE CASCADE, splitter TEXT NOT NULL,
  ordinal INTEGER NOT NULL, id TEXT NOT NULL, start INTEGER NOT NULL, end INTEGER NOT NULL, heading TEXT NOT NULL,
  text TEXT NOT NULL, PRIMARY KEY (document, splitter, ordinal)
) WITHOUT ROWID;
CREATE TABLE old_vectors (
  embedder TEXT NOT NULL, text TEXT NOT NULL, vector BLOB NOT NULL, PRIMARY KEY (embedder, text)
) WITHOUT ROWID;
CREATE TABLE old_indexes (
  id TEXT PRIMARY KEY, splitter TEXT NOT NULL, embedder TEXT NOT NULL, dimensions INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE old_index_loads (
  "index" TEXT NOT NULL REFERENCES old_indexes(id) ON DELETE CASCADE, source TEXT NOT NULL,
  load TEXT NOT NULL REFERENCES old_loads(id), PRIMARY KEY ("index", source)
) WITHOUT ROWID;
INSERT INTO old_meta VALUES ('format', '1');
INSERT INTO old_loads SELECT id, source, content, loader, error, reason FROM loads;
INSERT INTO old_documents SELECT id, load, ordinal, source, text, metadata, sections, pages, losses FROM documents;
INSERT INTO old_splits SELECT document, splitter FROM splits;
INSERT INTO old_chunks SELECT * FROM chunks;
INSERT INTO old_vectors SELECT embedder, text, vector FROM vectors;
INSERT INTO old_indexes SELECT id, splitter, embedder, dimensions FROM indexes;
INSERT INTO old_index_loads SELECT * FROM index_loads;
"""
"""The tables of format 1, filled from today's."""


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    with visible(install_hashing(tmp_path / "site"), monkeypatch):
        for number in range(5):
            text = f"第{number}號筆記。\n\nNote {number} stands here.\n\n" * 9
            (tmp_path / f"{number}.txt").write_text(text, encoding="utf-8")
        recipe = 'documents: "*.txt"\nembedder: hashing\nsplitter: {chunk_size: 40, chunk_overlap: 0}\n'
        (tmp_path / "recipe.yaml").write_text(recipe, encoding="utf-8")
        yield tmp_path


def to_the_first_format(path: Path) -> None:
    db = sqlite3.connect(path)
    db.executescript(f"PRAGMA foreign_keys = OFF; PRAGMA legacy_alter_table = OFF; {FIRST}")
    names = (
        "index_loads",
        "indexes",
        "vectors",
        "chunks",
        "splits",
        "documents",
        "claims",
        "left_out",
        "loads",
        "meta",
    )
    db.executescript("".join(f"DROP TABLE {name};" for name in names))
    db.executescript(
        "".join(f"ALTER TABLE old_{name} RENAME TO {name};" for name in names if name not in ("claims", "left_out"))
    )
    db.executescript(
        "CREATE INDEX documents_by_load ON documents (load, ordinal);"
        "CREATE INDEX chunks_by_id ON chunks (id, splitter);"
        "CREATE INDEX index_loads_by_load ON index_loads (load);"
    )
    db.close()


def test_a_catalogue_of_the_first_format_is_used_as_it_is(home: Path) -> None:
    with Recipe.load(home / "recipe.yaml") as recipe:
        before = recipe.ask("筆記？").as_json()
    to_the_first_format(home / ".potluck" / "catalogue.sqlite")

    assert all(one.is_whole for one in check_workspace(home / ".potluck"))
    with Recipe.load(home / "recipe.yaml") as recipe:
        report = recipe.index()
        after = recipe.ask("筆記？").as_json()

    assert (report.loaded, report.split, report.embedded, report.documents.unchanged) == (0, 0, 0, 5)
    assert after["retrieved"] == before["retrieved"]
    assert all(one.is_whole and one.rows for one in check_workspace(home / ".potluck"))


def test_cached_answers_without_checksums_are_used_as_they_are(tmp_path: Path) -> None:
    db = sqlite3.connect(tmp_path / "calls.sqlite")
    db.executescript(
        "CREATE TABLE answers (key TEXT PRIMARY KEY, answer TEXT NOT NULL) WITHOUT ROWID;"
        "CREATE TABLE queries (embedder TEXT NOT NULL, text TEXT NOT NULL, vector BLOB NOT NULL, "
        "PRIMARY KEY (embedder, text)) WITHOUT ROWID;"
    )
    db.execute("INSERT INTO answers VALUES ('k', ?)", (json.dumps({"text": "25m"}),))
    db.execute("INSERT INTO queries VALUES ('e', '問', ?)", (np.ones(3, "<f4").tobytes(),))
    db.commit()
    db.close()

    for _ in range(2):
        cache = AnswerCache(tmp_path / "calls.sqlite")
        assert cache.answer("k") == {"text": "25m"}
        assert cache.question_vectors("e", ["問"])["問"].tolist() == [1, 1, 1]
        cache.close()
