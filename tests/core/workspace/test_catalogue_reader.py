"""Every row of the catalogue is checked before anybody believes it: what was altered or is missing is named.

Modules: ``potluck.workspace.catalogue_reader``.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from potluck.documents import Chunk, Document, Page, Section
from potluck.errors import RecipeClosed, WorkspaceDamaged
from potluck.workspace.catalogue import Catalogue
from potluck.workspace.catalogue_reader import IndexState, Load

FIRST = Document(
    "規範.doc",
    "正線道碴厚三十公分。",
    {"title": "道碴"},
    (Section(0, 4, "1.4", "正線", 2),),
    (Page(0, 10, 1, "ii"),),
    ("x",),
)
SECOND = Document("規範.doc#2", "rail", sections=(Section(0, 4, None, "鋼軌", 1), Section(0, 1, "2", "", 1)))
STATE = IndexState("index", "splitter", "embedder", 2, {"規範.doc": "load", "壞.doc": "bad"})


@pytest.fixture
def catalogue(tmp_path: Path) -> Iterator[Catalogue]:
    """Two documents of one file, each of two chunks and one; a file that could not be read; an index of both."""
    with closing(Catalogue(tmp_path / "catalogue.sqlite")) as opened:
        opened.add_load(Load("load", "規範.doc", "content"), "loader", [FIRST, SECOND])
        opened.add_load(Load("bad", "壞.doc", "content", "NoText", "there is no text"), "loader", [])
        first, second = opened.document_ids("load")
        opened.add_chunks(
            first, "規範.doc", "splitter", [Chunk(0, 4, "正線道碴", "第1章"), Chunk(4, 10, "厚三十公分。")]
        )
        opened.add_chunks(second, "規範.doc#2", "splitter", [Chunk(0, 4, "rail")])
        texts = [chunk.text for chunk in opened.chunks("load", "splitter")]
        opened.add_vectors("embedder", texts, np.eye(3, 2, dtype=np.float32))
        opened.set_index(STATE)
        yield opened


def change(catalogue: Catalogue, statement: str) -> None:
    """Alter the file as a disk may, past the catalogue."""
    with closing(sqlite3.connect(catalogue.path, isolation_level=None)) as db:
        db.execute("PRAGMA foreign_keys = OFF")
        db.execute(statement)


def test_a_load_is_what_came_of_a_file(catalogue: Catalogue) -> None:
    assert catalogue.load("load") == Load("load", "規範.doc", "content")
    assert catalogue.load("bad") == Load("bad", "壞.doc", "content", "NoText", "there is no text")
    assert catalogue.load("none") is None
    assert (catalogue.document_ids("bad"), catalogue.document_ids("none")) == ([], [])


def test_a_closed_one_says_so(catalogue: Catalogue) -> None:
    reader = catalogue.snapshot()
    reader.close()

    with pytest.raises(RecipeClosed):
        reader.load("load")
    assert catalogue.load("load") is not None


def test_documents_come_in_order_whole_or_by_size(catalogue: Catalogue) -> None:
    (first, one), (second, other) = catalogue.documents("load")

    assert (one, other) == (FIRST, SECOND)
    assert catalogue.document_size(first) == (10, ["x"])
    assert catalogue.document_size(second) == (4, [])


def test_chunks_come_in_order_of_the_documents_that_were_split(catalogue: Catalogue) -> None:
    first, second = catalogue.document_ids("load")
    catalogue.add_chunks(second, "規範.doc#2", "other", [Chunk(0, 2, "ra")])

    spans = [(one.document, one.start, one.end, one.heading) for one in catalogue.chunks("load", "splitter")]
    assert spans == [(first, 0, 4, "第1章"), (first, 4, 10, ""), (second, 0, 4, "")]
    assert [one.document for one in catalogue.chunks("load", "other")] == [second]
    assert (catalogue.is_split(first, "splitter"), catalogue.is_split(first, "other")) == (True, False)
    assert [text for _, text in catalogue.chunk_texts(catalogue.chunks("load", "splitter"))] == [
        "第1章\n正線道碴",
        "厚三十公分。",
        "rail",
    ]


def test_a_document_of_no_chunks_has_been_split(catalogue: Catalogue) -> None:
    first, _ = catalogue.document_ids("load")
    catalogue.add_chunks(first, "規範.doc", "none", [])

    assert catalogue.is_split(first, "none")
    assert catalogue.document_chunks(first, "none") == []


def test_vectors_stand_in_the_order_of_the_texts(catalogue: Catalogue) -> None:
    chunks = catalogue.chunks("load", "splitter")
    rows = catalogue.index_vectors(STATE, [chunks[1], chunks[0], chunks[1]])

    assert rows.tolist() == [[0, 1], [1, 0], [0, 1]]
    assert rows.dtype == np.float32
    assert catalogue.missing_vectors("embedder", [chunks[0].text, "b", "a", "b"]) == ["b", "a"]
    with pytest.raises(KeyError, match="none"):
        catalogue.vectors("embedder", ["none"])


def test_texts_that_were_left_out_are_in_no_index_of_that_embedder(catalogue: Catalogue) -> None:
    chunks = catalogue.chunks("load", "splitter")
    catalogue.leave_out("embedder", {chunks[1].text: "answered 500"})
    catalogue.leave_out("other", {chunks[0].text: "answered 400"})

    assert catalogue.refused_texts("embedder") == {chunks[1].text: "answered 500"}
    assert list(catalogue.index_chunks(STATE)) == [chunks[0], chunks[2]]


def test_an_index_has_its_state_its_documents_their_sources_and_sections(catalogue: Catalogue) -> None:
    first, second = catalogue.document_ids("load")
    chunks = catalogue.chunks("load", "splitter")

    found = catalogue.index("index")
    assert found == STATE
    assert found is not None
    assert catalogue.generation("index") == found.generation != ""
    assert list(catalogue.index_documents(STATE)) == [(first, chunks[:2]), (second, chunks[2:])]
    assert catalogue.sources(STATE) == {"規範.doc", "規範.doc#2"}
    assert list(catalogue.sections(STATE)) == [("規範.doc", {"1.4"}), ("規範.doc#2", {"鋼軌", "2"})]
    assert (catalogue.index("none"), catalogue.generation("none")) == (None, None)


def test_documents_of_an_index_come_by_the_names_of_their_sources(catalogue: Catalogue) -> None:
    for name in ("b", "a"):
        catalogue.add_load(Load(name, f"{name}.txt", "c"), "loader", [Document(f"{name}.txt", name)])
        (document,) = catalogue.document_ids(name)
        catalogue.add_chunks(document, f"{name}.txt", "splitter", [Chunk(0, 1, name)])
    state = IndexState("two", "splitter", "embedder", 2, {"b.txt": "b", "a.txt": "a"})

    assert [catalogue.document(one).source for one, _ in catalogue.index_documents(state)] == ["a.txt", "b.txt"]


def first_document(catalogue: Catalogue) -> str:
    return catalogue.document_ids("load")[0]


def vector_of_the_first(catalogue: Catalogue) -> object:
    return catalogue.index_vectors(STATE, list(catalogue.index_chunks(STATE))[:1])


ALTERED: dict[str, tuple[str, Callable[[Catalogue], object], str]] = {
    "a load": ("UPDATE loads SET source = '規範.docx' WHERE id = 'load'", lambda c: c.load("load"), "load load"),
    "the reason of a load": ("UPDATE loads SET reason = '' WHERE id = 'bad'", lambda c: c.load("bad"), "load bad"),
    "a document that is gone": (
        "DELETE FROM documents WHERE ordinal = 1", lambda c: c.document_ids("load"), "documents of 規範.doc are missing"
    ),
    "the losses of a document": (
        "UPDATE documents SET losses = '[]'", lambda c: c.document_size(first_document(c)), "document "
    ),
    "the text of a document": (
        "UPDATE documents SET text = '側線' WHERE ordinal = 0", lambda c: c.documents("load"), "the text of 規範.doc"
    ),
    "the sections of a document": (
        "UPDATE documents SET sections = '[]'", lambda c: list(c.sections(STATE)), "the text of 規範.doc"
    ),
    "a document that there is not": ("SELECT 1", lambda c: c.document("none"), "document none"),
    "a chunk": (
        "UPDATE chunks SET start = 1 WHERE ordinal = 0", lambda c: c.chunks("load", "splitter"), "chunks of document "
    ),
    "a chunk that is gone": (
        "DELETE FROM chunks WHERE ordinal = 1", lambda c: list(c.index_chunks(STATE)), "chunks of document "
    ),
    "chunks that nobody made": (
        "DELETE FROM splits", lambda c: c.document_chunks(first_document(c), "splitter"), "chunks of document "
    ),
    "a vector": ("UPDATE vectors SET vector = x'00'", vector_of_the_first, "the vector of text "),
    "a load of an index that is gone": (
        "DELETE FROM loads WHERE id = 'bad'", lambda c: list(c.index_documents(STATE)), "what was loaded from 壞.doc"
    ),
    "an index": ("UPDATE indexes SET dimensions = 3", lambda c: c.index("index"), "index index"),
    "a source of an index": ("DELETE FROM index_loads WHERE load = 'bad'", lambda c: c.index("index"), "index index"),
    "an index that is gone": ("DELETE FROM indexes", lambda c: c.index("index"), "index index"),
}  # fmt: skip


@pytest.mark.parametrize("what", ALTERED)
def test_what_is_not_as_it_was_written_is_named(catalogue: Catalogue, what: str) -> None:
    statement, read, named = ALTERED[what]
    change(catalogue, statement)

    with pytest.raises(WorkspaceDamaged) as raised:
        read(catalogue)
    assert raised.value.reason.startswith(f"not what was written: {named}")


def test_a_vector_of_an_index_that_is_gone_is_named(catalogue: Catalogue) -> None:
    change(catalogue, "DELETE FROM vectors")

    with pytest.raises(WorkspaceDamaged, match=r"the vector of text [0-9a-f]{32} is missing"):
        vector_of_the_first(catalogue)
