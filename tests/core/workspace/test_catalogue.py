"""The catalogue keeps what was computed, whole, and switches an index in one step.

Modules: ``potluck.workspace.answer_cache``, ``potluck.workspace.checksums``, ``potluck.workspace.connection``,
``potluck.workspace.database``, ``potluck.workspace.storage_errors``, ``potluck.workspace.lock``,
``potluck.workspace.catalogue_reader``, ``potluck.workspace.repair``, ``potluck.workspace.manifests``,
``potluck.workspace.scratch``.
"""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from potluck.documents import Chunk, Document, Page, Section
from potluck.errors import PotluckError, WorkspaceDamaged, WorkspaceTooNew
from potluck.fingerprints import fingerprint, text_hash
from potluck.workspace.catalogue import FORMAT, Catalogue, IndexState, Load, StoredChunk
from potluck.workspace.catalogue_tables import meta_rows

TEXT = "1.4.4 短鋼軌：係指長度在標準長度以下5m以上之鋼軌。\nA short rail is shorter than the standard length. 🚆"


@pytest.fixture
def catalogue(tmp_path: Path) -> Iterator[Catalogue]:
    opened = Catalogue(tmp_path / "catalogue.sqlite")
    yield opened
    opened.close()


def fill(catalogue: Catalogue, load_id: str = "load", source: str = "規範.doc", text: str = TEXT) -> list[StoredChunk]:
    document = Document(
        source,
        text,
        {"title": "道碴軌道"},
        (Section(0, 29, "1.4.4", "短鋼軌", 3),),
        (Page(0, 3, 1), Page(3, len(text), 2, "A-3")),
        ("no images",),
    )
    catalogue.add_load(Load(load_id, source, "content"), "loader", [document])
    (document_id,) = catalogue.document_ids(load_id)
    middle = len(text) // 2
    chunks = [Chunk(0, middle, text[:middle], "第1章"), Chunk(middle, len(text), text[middle:])]
    catalogue.add_chunks(document_id, source, "splitter", chunks)
    return catalogue.chunks(load_id, "splitter")


def test_a_document_comes_back_as_it_was_kept(catalogue: Catalogue) -> None:
    fill(catalogue)

    ((document_id, document),) = catalogue.documents("load")

    assert document.text == TEXT
    assert document.sections == (Section(0, 29, "1.4.4", "短鋼軌", 3),)
    assert document.pages == (Page(0, 3, 1), Page(3, len(TEXT), 2, "A-3"))
    assert (document.source, dict(document.metadata), document.losses) == (
        "規範.doc",
        {"title": "道碴軌道"},
        ("no images",),
    )
    assert catalogue.document(document_id) == document


def test_a_chunk_is_named_after_its_source_its_splitter_its_text_and_how_often_that_stood_before(
    catalogue: Catalogue,
) -> None:
    """What an index of yesterday holds is found again by these names."""
    catalogue.add_load(Load("load", "a.txt", "content"), "loader", [Document("a.txt", "道碴 道碴")])
    (document_id,) = catalogue.document_ids("load")
    catalogue.add_chunks(document_id, "a.txt", "splitter", [Chunk(0, 2, "道碴"), Chunk(3, 5, "道碴")])

    found = [chunk.id for chunk in catalogue.chunks("load", "splitter")]

    assert found == [fingerprint("a.txt", "splitter", text_hash("道碴"), count) for count in (1, 2)]


def test_the_text_to_embed_is_the_heading_and_the_span(catalogue: Catalogue) -> None:
    chunks = fill(catalogue)
    middle = len(TEXT) // 2

    texts = [text for _, text in catalogue.chunk_texts(chunks)]

    assert texts == [f"第1章\n{TEXT[:middle]}", TEXT[middle:]]


def test_a_chunk_keeps_its_id_when_text_is_inserted_above_it(catalogue: Catalogue) -> None:
    def ids(load_id: str, paragraphs: list[str]) -> list[str]:
        text, spans, start = "\n".join(paragraphs), [], 0
        for paragraph in paragraphs:
            spans.append(Chunk(start, start + len(paragraph), paragraph))
            start += len(paragraph) + 1
        catalogue.add_load(Load(load_id, "a.txt", load_id), "loader", [Document("a.txt", text)])
        catalogue.add_chunks(catalogue.document_ids(load_id)[0], "a.txt", "splitter", spans)
        return [chunk.id for chunk in catalogue.chunks(load_id, "splitter")]

    before = ids("one", ["甲", "乙", "甲"])
    after = ids("two", ["丙", "甲", "乙", "甲"])

    assert after[1:] == before
    assert len(set(after)) == 4


def test_vectors_come_back_bit_by_bit_and_a_missing_one_is_named(catalogue: Catalogue) -> None:
    vectors = np.random.default_rng(0).normal(size=(3, 5)).astype(np.float32)
    catalogue.add_vectors("embedder", ["a", "b", "c"], vectors)

    assert np.array_equal(catalogue.vectors("embedder", ["c", "a"]), vectors[[2, 0]])
    assert catalogue.missing_vectors("embedder", ["a", "d", "d", "e"]) == ["d", "e"]
    assert catalogue.missing_vectors("another", ["a"]) == ["a"]
    with pytest.raises(KeyError, match="d"):
        catalogue.vectors("embedder", ["a", "d"])


def test_a_text_that_was_left_out_is_not_once_it_has_a_vector(catalogue: Catalogue) -> None:
    catalogue.leave_out("e", {})
    catalogue.leave_out("e", {"甲": "refused", "乙": "refused"})

    catalogue.add_vectors("e", ["甲"], np.ones((1, 2), np.float32))

    assert catalogue.refused_texts("e") == {"乙": "refused"}


def test_an_index_sees_only_its_own_chunks(catalogue: Catalogue) -> None:
    state = IndexState("index", "splitter", "embedder", 5, {"一.txt": "one"})
    mine = fill(catalogue, "one", "一.txt")
    catalogue.set_index(state)
    other = fill(catalogue, "two", "二.txt")
    catalogue.set_index(IndexState("other", "splitter", "embedder", 5, {"二.txt": "two"}))

    assert catalogue.index("index") == state
    assert list(catalogue.index_chunks(state)) == mine
    assert other[0] not in mine


def test_a_document_that_no_index_has_any_more_leaves_no_text_behind(catalogue: Catalogue) -> None:
    fill(catalogue, "old", "秘密.txt")
    catalogue.set_index(IndexState("index", "splitter", "embedder", 5, {"秘密.txt": "old"}))
    fill(catalogue, "new", "公開.txt")

    catalogue.set_index(IndexState("index", "splitter", "embedder", 5, {"公開.txt": "new"}))

    assert catalogue.load("old") is None
    assert catalogue.documents("old") == []
    assert catalogue.chunks("old", "splitter") == []


def test_a_reader_sees_the_old_index_until_the_switch(catalogue: Catalogue) -> None:
    fill(catalogue)
    old = IndexState("index", "splitter", "embedder", 5, {"規範.doc": "load"})
    catalogue.set_index(old)
    reader = Catalogue(catalogue.path)

    fill(catalogue, "newer", "規範.doc", TEXT + "新")

    assert reader.index("index") == old
    reader.close()


def test_a_snapshot_stays_as_it_was_and_cannot_be_written(catalogue: Catalogue) -> None:
    fill(catalogue)
    old = IndexState("index", "splitter", "embedder", 5, {"規範.doc": "load"})
    catalogue.set_index(old)

    with closing(catalogue.snapshot()) as snapshot:
        fill(catalogue, "newer", "新.doc")
        catalogue.set_index(IndexState("index", "splitter", "embedder", 5, {"新.doc": "newer"}))
        assert snapshot.index("index") == old
        assert snapshot.load("load") is not None
        with pytest.raises(PotluckError), snapshot._db.transaction():
            snapshot._db.run("DELETE FROM loads")
    assert catalogue.load("load") is None, "no index has it any more"


def test_a_format_that_is_not_what_was_written_is_damage(tmp_path: Path) -> None:
    path = tmp_path / "catalogue.sqlite"
    Catalogue(path).close()
    with closing(sqlite3.connect(path)) as db, db:
        db.execute("UPDATE meta SET value = '1' WHERE key = 'format'")

    with pytest.raises(WorkspaceDamaged, match="its format is 1"):
        Catalogue(path)


def test_a_workspace_of_a_newer_version_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "catalogue.sqlite"
    Catalogue(path).close()
    with sqlite3.connect(path) as db:
        db.executemany("REPLACE INTO meta VALUES (?, ?)", meta_rows(FORMAT + 1))
    db.close()

    with pytest.raises(WorkspaceTooNew, match=rf"format {FORMAT + 1}, this one knows {FORMAT}"):
        Catalogue(path)


def test_a_file_that_is_not_a_catalogue_is_named_with_the_way_out(tmp_path: Path) -> None:
    path = tmp_path / "catalogue.sqlite"
    path.write_bytes(b"not a database" * 1000)

    with pytest.raises(WorkspaceDamaged, match="potluck workspace repair"):
        Catalogue(path)


def test_damaged_pages_are_found(tmp_path: Path) -> None:
    path = tmp_path / "catalogue.sqlite"
    catalogue = Catalogue(path)
    for number in range(50):
        fill(catalogue, f"load{number}", f"{number}.txt", TEXT * 50)
    catalogue.close()
    content = bytearray(path.read_bytes())
    content[8192:12288] = os.urandom(4096)
    path.write_bytes(content)
    damaged = Catalogue(path)

    with pytest.raises(WorkspaceDamaged, match="damaged"):
        damaged.check()
    damaged.close()


@settings(max_examples=30, deadline=None)
@given(
    texts=st.lists(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1), min_size=1)
)
def test_any_text_survives(texts: list[str], tmp_path_factory: pytest.TempPathFactory) -> None:
    catalogue = Catalogue(tmp_path_factory.mktemp("c") / "catalogue.sqlite")
    documents = [Document(f"{n}.txt", text) for n, text in enumerate(texts)]
    catalogue.add_load(Load("load", "f", "c"), "loader", documents)

    assert [document for _, document in catalogue.documents("load")] == documents
    catalogue.close()


WRITER = textwrap.dedent(
    """
    import sys
    from pathlib import Path
    from potluck.documents import Chunk, Document
    from potluck.workspace.catalogue import Catalogue, IndexState, Load
    catalogue = Catalogue(Path(sys.argv[1]))
    print("ready", flush=True)
    number = int(sys.argv[2])
    while True:
        text = f"document {number} " * 20
        load, source = f"load{number}", f"{number % 5}.txt"
        catalogue.add_load(Load(load, source, "c"), "l", [Document(source, text)])
        (document,) = catalogue.document_ids(load)
        chunks = [Chunk(i, i + 1, text[i]) for i in range(len(text)) if text[i] != " "]
        catalogue.add_chunks(document, source, "s", chunks)
        state = catalogue.index("index")
        loads = {**(state.loads if state else {}), source: load}
        catalogue.set_index(IndexState("index", "s", "e", 4, loads))
        number += 1
    """
)


def kill_while_writing(path: Path, times: int) -> None:
    for round_number in range(times):
        process = subprocess.Popen(
            [sys.executable, "-c", WRITER, str(path), str(round_number * 1000)], stdout=subprocess.PIPE
        )
        assert process.stdout is not None
        process.stdout.readline()
        try:
            process.wait(0.003 * (round_number % 17))
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGKILL)
        process.wait()
        process.stdout.close()
        assert_whole(path)


def assert_whole(path: Path) -> None:
    catalogue = Catalogue(path)
    catalogue.check()
    state = catalogue.index("index")
    for load_id in state.loads.values() if state else ():
        ((document_id, document),) = catalogue.documents(load_id)
        assert document.text == f"document {load_id.removeprefix('load')} " * 20
        assert catalogue.is_split(document_id, "s")
        assert "".join(document.text[c.start] for c in catalogue.chunks(load_id, "s")) == document.text.replace(" ", "")
    catalogue.close()


def test_killed_at_any_moment_the_index_is_whole(tmp_path: Path) -> None:
    kill_while_writing(tmp_path / "catalogue.sqlite", 15)


@pytest.mark.slow
def test_killed_two_hundred_times_the_index_is_whole(tmp_path: Path) -> None:
    kill_while_writing(tmp_path / "catalogue.sqlite", 200)
