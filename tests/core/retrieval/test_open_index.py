"""One state of an index is searched whole, whatever the store has of other states, and its passages are placed.

Modules: ``potluck.retrieval.open_index``.
"""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from potluck.contracts import Hits, Vectors, VectorStore
from potluck.documents import Chunk, Document, Page, Passage, Section
from potluck.errors import ContractBroken, RecipeClosed, StoreMismatch
from potluck.fingerprints import text_hash
from potluck.retrieval.open_index import LimitedCorpus, OpenIndex
from potluck.stages.index import collection_of
from potluck.workspace.catalogue import Catalogue, IndexState, Load, StoredChunk
from support.stores import LOCAL

RULES = Document(
    "規範.doc",
    "第1條 正線道碴厚三十公分。第2條 側線道碴厚二十公分。",
    {},
    (Section(0, 14, "第1條", "正線", 1), Section(14, 28, "第2條", "側線", 1)),
    (Page(0, 14, 1, "ii"), Page(14, 28, 2)),
)
NOTES = Document("notes.txt", "main line siding")
SPANS = {"規範.doc": [(0, 14, "總則"), (14, 28, ""), (10, 20, "")], "notes.txt": [(0, 9, ""), (10, 16, "")]}
ANGLES = {"規範.doc": [0.0, 0.5, 1.0], "notes.txt": [1.5, 2.0]}
"""Where the vector of each chunk points, in radians."""


def pointing(angle: float) -> Vectors:
    return np.array([np.cos(angle), np.sin(angle)], np.float32)


class Shelf:
    """A catalogue with an index of five passages, and the store of it."""

    def __init__(self, folder: Path) -> None:
        self.catalogue = Catalogue(folder / "catalogue.sqlite")
        self.vectors: dict[str, Vectors] = {}
        loads = {document.source: self.add(document) for document in (RULES, NOTES)}
        self.catalogue.set_index(IndexState("index", "splitter", "embedder", 2, loads))
        self.folder = folder / "store"
        with closing(self.open_store()) as store:
            store.add(list(self.vectors), np.stack(list(self.vectors.values())))
            store.commit()

    def add(self, document: Document) -> str:
        source = document.source
        self.catalogue.add_load(Load(source, source, "content"), "loader", [document])
        (document_id,) = self.catalogue.document_ids(source)
        chunks = [Chunk(start, end, document.text[start:end], heading) for start, end, heading in SPANS[source]]
        self.catalogue.add_chunks(document_id, source, "splitter", chunks)
        rows = np.stack([pointing(angle) for angle in ANGLES[source]])
        self.catalogue.add_vectors("embedder", [text_hash(chunk.embedded_text) for chunk in chunks], rows)
        stored = self.catalogue.chunks(source, "splitter")
        self.vectors |= dict(zip([chunk.id for chunk in stored], rows, strict=True))
        return source

    @property
    def state(self) -> IndexState:
        found = self.catalogue.index("index")
        assert found is not None
        return found

    @property
    def chunks(self) -> list[StoredChunk]:
        return [chunk for source in ("規範.doc", "notes.txt") for chunk in self.catalogue.chunks(source, "splitter")]

    def open_store(self) -> VectorStore:
        store = LOCAL["exact"].make(self.folder)
        store.open(collection_of(self.state))
        return store

    def open(self, newest: Callable[[], str | None] | None = None) -> OpenIndex:
        newest = newest or (lambda: self.catalogue.generation("index"))
        return OpenIndex(self.catalogue.snapshot(), self.state, self.open_store(), newest)


@pytest.fixture
def shelf(tmp_path: Path) -> Iterator[Shelf]:
    made = Shelf(tmp_path)
    yield made
    made.catalogue.close()


@pytest.fixture
def index(shelf: Shelf) -> Iterator[OpenIndex]:
    opened = shelf.open()
    yield opened
    opened.close()


def places(passages: Sequence[Passage]) -> list[tuple[str, int, int]]:
    return [(one.source, one.start, one.end) for one in passages]


def test_it_has_the_passages_the_sources_and_the_sections_of_its_state(shelf: Shelf, index: OpenIndex) -> None:
    assert index.ids == {chunk.id for chunk in shelf.chunks}
    assert index.whole
    assert index.sources() == {"規範.doc", "notes.txt"}
    assert dict(index.sections()) == {"規範.doc": {"第1條", "第2條"}, "notes.txt": set()}
    assert dict(index.texts()) == {chunk.id: text for chunk, text in shelf.catalogue.chunk_texts(shelf.chunks)}
    assert "總則\n第1條 正線道碴厚三十公分。" in dict(index.texts()).values()


def test_a_passage_is_placed_in_its_document_with_sections_and_page(shelf: Shelf, index: OpenIndex) -> None:
    first, second, across, *_ = shelf.chunks

    assert index.passage(first.id) == Passage(
        first.id, "規範.doc", "第1條 正線道碴厚三十公分。", 0, 14, 0.0, "總則", ("第1條",), 1, "ii"
    )
    assert (index.passage(second.id).page, index.passage(second.id).page_label) == (2, None)
    assert index.passage(across.id).sections == ("第1條", "第2條")
    assert index.passage(across.id).page == 1
    last = index.passage(shelf.chunks[-1].id)
    assert (last.text, last.sections, last.page, last.page_label) == ("siding", (), None, None)
    assert index.document(last) == NOTES
    with pytest.raises(KeyError):
        index.passage("none")


def test_a_passage_is_found_by_its_id_or_is_none(shelf: Shelf, index: OpenIndex) -> None:
    assert index.find(shelf.chunks[0].id) == index.passage(shelf.chunks[0].id)
    assert index.find("none") is None


def test_another_span_of_a_passage_has_its_own_section_and_page_and_keeps_the_rest(
    shelf: Shelf, index: OpenIndex
) -> None:
    whole = replace(index.passage(shelf.chunks[0].id), score=0.5)

    span = index.span(whole, 18, 24)

    assert span == replace(
        whole, text=RULES.text[18:24], start=18, end=24, sections=("第2條",), page=2, page_label=None
    )


@pytest.mark.parametrize("whole", [True, False], ids=["in the store", "in the catalogue"])
def test_the_nearest_come_best_first_with_their_cosines(shelf: Shelf, whole: bool) -> None:
    if not whole:
        with closing(shelf.open_store()) as store:
            store.delete([shelf.chunks[3].id])
            store.commit()
    with closing(shelf.open()) as index:
        found = index.nearest(pointing(0.6), 3)
        some = index.nearest(pointing(0.6), 2, {shelf.chunks[3].id, shelf.chunks[0].id, "none"})

        assert index.whole is whole
        assert places(found) == [("規範.doc", 14, 28), ("規範.doc", 10, 20), ("規範.doc", 0, 14)]
        assert [one.score for one in found] == pytest.approx([np.cos(0.1), np.cos(0.4), np.cos(0.6)], abs=1e-6)
        assert places(some) == [("規範.doc", 0, 14), ("notes.txt", 0, 9)]
        assert len(index.nearest(pointing(0.6), 99)) == 5


@pytest.mark.parametrize(("k", "within"), [(0, None), (-1, None), (3, set[str]()), (3, {"none"})])
def test_nothing_is_nearest_where_nothing_is_wanted(index: OpenIndex, k: int, within: set[str] | None) -> None:
    assert index.nearest(pointing(0.6), k, within) == []


def test_a_vector_of_another_length_is_refused_with_the_way_out(index: OpenIndex) -> None:
    with pytest.raises(StoreMismatch, match=r"gives vectors of length 3, and the index has 2: .* `potluck index`"):
        index.nearest(np.ones(3, np.float32), 1)


class Asked:
    """A store that notes how many hits it was asked for."""

    def __init__(self, store: VectorStore) -> None:
        self.store, self.asked = store, list[int]()
        self.ids, self.close = store.ids, store.close

    def search(self, vector: Vectors, k: int) -> Hits:
        self.asked.append(k)
        return self.store.search(vector, k)


def test_a_store_of_this_state_alone_is_asked_for_what_is_wanted_and_one_with_more_for_as_many_more(
    shelf: Shelf,
) -> None:
    def asked(k: int, within: set[str] | None = None) -> list[int]:
        store = Asked(shelf.open_store())
        snapshot = shelf.catalogue.snapshot()
        with closing(OpenIndex(snapshot, shelf.state, store, lambda: shelf.state.generation)) as index:  # type: ignore[arg-type]
            index.nearest(pointing(0.0), k, within)
        return store.asked

    assert asked(2) == [2]
    assert asked(1, {shelf.chunks[4].id}) == [1, 2, 4, 8]
    with closing(shelf.open_store()) as store:
        store.add(["newer", "newest"], np.stack([pointing(0.0), pointing(0.01)]))
        store.commit()
    assert asked(2) == [4]


def test_what_only_the_store_has_is_not_found(shelf: Shelf) -> None:
    with closing(shelf.open_store()) as store:
        store.add(["newer"], pointing(0.6)[None])
        store.commit()

    with closing(shelf.open()) as index:
        assert places(index.nearest(pointing(0.6), 1)) == [("規範.doc", 14, 28)]


@pytest.mark.parametrize(("loses", "moves_on"), [(True, True), (True, False), (False, True), (False, False)])
def test_a_store_that_loses_vectors_while_it_is_asked_is_not_believed(
    shelf: Shelf, loses: bool, moves_on: bool
) -> None:
    """Vectors are lost after the index has changed; unless it has, what the store found is the whole state's."""
    generation = ["another" if moves_on else shelf.state.generation]
    store = Asked(shelf.open_store())
    with closing(OpenIndex(shelf.catalogue.snapshot(), shelf.state, store, lambda: generation[0])) as index:  # type: ignore[arg-type]
        assert index.whole
        if loses:
            store.ids = lambda: {chunk.id for chunk in shelf.chunks[1:]}
        store.search = lambda vector, k: Hits((shelf.chunks[4].id,), (0.25,))  # type: ignore[method-assign]

        (found,) = index.nearest(pointing(0.0), 1)

    believed = not (loses and moves_on)
    assert (found.id, found.score) == ((shelf.chunks[4].id, 0.25) if believed else (shelf.chunks[0].id, 1.0))


def test_an_index_that_changes_meanwhile_is_searched_as_it_was(shelf: Shelf) -> None:
    with closing(shelf.open()) as index:
        shelf.catalogue.set_index(IndexState("index", "splitter", "embedder", 2, {"notes.txt": "notes.txt"}))

        assert len(index.nearest(pointing(0.0), 9)) == 5
        assert index.sources() == {"規範.doc", "notes.txt"}
        assert len(list(index.texts())) == 5


def test_vectors_stand_in_the_order_that_was_asked_for(shelf: Shelf, index: OpenIndex) -> None:
    ids = [shelf.chunks[3].id, shelf.chunks[0].id]

    assert index.vectors(ids).tolist() == [shelf.vectors[one].tolist() for one in ids]
    assert index.vectors(ids).dtype == np.float32


def test_equal_scores_stand_in_the_order_of_ids_in_the_catalogue_as_in_the_store(shelf: Shelf) -> None:
    found = {}
    for whole in (True, False):
        if not whole:
            with closing(shelf.open_store()) as store:
                store.delete([shelf.chunks[4].id])
                store.commit()
        with closing(shelf.open()) as index:
            found[whole] = [one.id for one in index.nearest(np.array([0, 0], np.float32), 5)]

    assert found[False] == sorted(chunk.id for chunk in shelf.chunks)
    assert found[True] == found[False]


def test_closing_it_closes_the_snapshot_and_so_does_letting_go_of_it(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    store, closed = shelf.open_store(), []
    monkeypatch.setattr(store, "close", lambda: closed.append(True))
    index = OpenIndex(shelf.catalogue.snapshot(), shelf.state, store, lambda: None)
    snapshot = shelf.catalogue.snapshot()
    index.close()
    assert closed == [True]
    with pytest.raises(RecipeClosed):
        index.sources()

    forgotten = OpenIndex(snapshot, shelf.state, shelf.open_store(), lambda: None)
    del forgotten
    gc.collect()
    with pytest.raises(RecipeClosed):
        snapshot.generation("index")


def test_a_retriever_gets_of_the_corpus_what_it_said_that_it_needs(shelf: Shelf, index: OpenIndex) -> None:
    first = shelf.chunks[0].id
    whole = LimitedCorpus(index, {"texts", "vectors"}, "the retriever '甲'")

    assert whole.ids == index.ids
    assert whole.passage(first) == index.passage(first)
    assert whole.document(whole.passage(first)) == RULES
    assert whole.span(whole.passage(first), 1, 3) == index.span(index.passage(first), 1, 3)
    assert list(whole.texts()) == list(index.texts())
    assert whole.nearest(pointing(0.6), 2, {first}) == index.nearest(pointing(0.6), 2, {first})
    assert whole.vectors([first]).tolist() == index.vectors([first]).tolist()


USES: dict[str, Callable[[LimitedCorpus], object]] = {
    "texts": LimitedCorpus.texts,
    "vectors": lambda corpus: corpus.vectors([]),
    "nearest": lambda corpus: corpus.nearest(pointing(0.6), 1),
}


@pytest.mark.parametrize(("use", "need"), [("texts", "texts"), ("vectors", "vectors"), ("nearest", "vectors")])
def test_what_a_retriever_did_not_say_that_it_needs_is_refused(index: OpenIndex, use: str, need: str) -> None:
    others = {"texts", "vectors", "embedder", "chat"} - {need}
    corpus = LimitedCorpus(index, others, "the retriever '甲'")  # type: ignore[arg-type]

    with pytest.raises(ContractBroken) as raised:
        USES[use](corpus)
    assert str(raised.value) == (
        f"the retriever '甲' asks for the {need} of the corpus, and its 'needs' do not name them"
    )
