"""One state of an index, open for retrieval: its passages, their documents and their vectors."""

from __future__ import annotations

import weakref
from collections.abc import Callable, Iterator, Sequence, Set
from dataclasses import replace
from functools import lru_cache, partial
from itertools import islice
from threading import RLock
from typing import TYPE_CHECKING

from potluck.contracts import KINDS, Corpus, RetrievalNeed, VectorStore
from potluck.documents import Chunk, Document, Passage, page_at, sections_within
from potluck.errors import ContractBroken, StoreMismatch, Unsupported
from potluck.workspace.catalogue import IndexState, Snapshot, StoredChunk

if TYPE_CHECKING:
    from potluck.contracts import Vectors

_DOCUMENTS_KEPT = 64
_ROWS = 4096
"""Vectors that are read at once if the store cannot answer."""


class OpenIndex:
    """One state of an index, whatever other processes make of the index meanwhile. Threads may share it.

    What the store finds counts only if the catalogue's snapshot has it, and only if the store had the whole state:
    otherwise (a store that changes in place, beside a process that indexes) the snapshot's own vectors are compared,
    every one of them. ``close`` it, or let go of it.
    """

    def __init__(
        self, snapshot: Snapshot, state: IndexState, store: VectorStore | None, newest: Callable[[], str | None]
    ) -> None:
        """Take a snapshot, a state of an index in it, and the index's store, opened.

        ``newest`` says which generation the index has by now.
        """
        self.state, self._store = state, store
        self._snapshot, self._newest = snapshot, newest
        self._lock = RLock()
        self._places = {chunk.id: document for document, chunks in snapshot.index_documents(state) for chunk in chunks}
        held = self._places.keys() if store is None else store.ids()
        self.whole = self._places.keys() <= held
        self._extra = max(0, len(held) - len(self._places))
        self._read = lru_cache(_DOCUMENTS_KEPT)(partial(_read, snapshot, state.splitter))
        self._passages: dict[str, Passage] = {}
        self.close = weakref.finalize(self, _close, snapshot, store)

    @property
    def store(self) -> VectorStore:
        """The index's store. Raises ``Unsupported`` for an index without vectors."""
        if self._store is None:
            raise Unsupported(
                "the index has no vectors, as the recipe's retriever needs none: name one that does, such as "
                f"'retriever: {_usual_retriever()}', and the passages are embedded"
            )
        return self._store

    @property
    def ids(self) -> Set[str]:
        """The ids of all passages."""
        return self._places.keys()

    def sources(self) -> set[str]:
        """The sources of all documents of the index."""
        with self._lock:
            return self._snapshot.sources(self.state)

    def sections(self) -> list[tuple[str, set[str]]]:
        """The sources of all documents of the index, each with the labels of its sections."""
        with self._lock:
            return list(self._snapshot.sections(self.state))

    def texts(self) -> Iterator[tuple[str, str]]:
        """Every passage's id and text, with the heading above it."""
        for document_id in dict.fromkeys(self._places.values()):
            with self._lock:
                document, chunks = self._read(document_id)
            for chunk in chunks.values():
                if chunk.id in self._places:
                    text = document.text[chunk.start : chunk.end]
                    yield chunk.id, Chunk(chunk.start, chunk.end, text, chunk.heading).embedded_text

    def vectors(self, passage_ids: Sequence[str]) -> Vectors:
        """The unit vectors of passages, float32, shape ``(len(passage_ids), dimensions)``."""
        assert self.store, "raised by an index without vectors"
        with self._lock:
            chunks = [self._read(self._places[one])[1][one] for one in passage_ids]
            return self._snapshot.index_vectors(self.state, chunks)

    def nearest(self, vector: Vectors, k: int, within: Set[str] | None = None) -> list[Passage]:
        """The ``k`` passages nearest to a vector of shape ``(dimensions,)``, best first; only those ``within`` ids."""
        assert self.store, "raised by an index without vectors"
        if vector.shape[-1] != self.state.dimensions:
            raise StoreMismatch(
                f"the embedder gives vectors of length {vector.shape[-1]}, and the index has {self.state.dimensions}: "
                "the service behind it has another model. Run `potluck index`, which embeds everything again"
            )
        with self._lock:
            wanted = self._places.keys() if within is None else self._places.keys() & within
            k = min(k, len(wanted))
            if k <= 0:
                return []
            found = self._in_store(vector, k, wanted)
            if found is None:
                found = self._in_catalogue(vector, k, wanted)
            return [replace(self.passage(chunk_id), score=score) for chunk_id, score in found]

    def passage(self, passage_id: str) -> Passage:
        """A passage with the score 0, kept at hand with its text: other questions will find it again."""
        with self._lock:
            if passage_id not in self._passages:
                document, chunks = self._read(self._places[passage_id])
                self._passages[passage_id] = _passage(chunks[passage_id], document, 0.0)
            return self._passages[passage_id]

    def find(self, passage_id: str) -> Passage | None:
        """The passage of an id, if the index has it."""
        return self.passage(passage_id) if passage_id in self._places else None

    def document(self, passage: Passage) -> Document:
        """The document of a passage."""
        with self._lock:
            return self._read(self._places[passage.id])[0]

    def span(self, passage: Passage, start: int, end: int) -> Passage:
        """The passage for another span of its document, with the section and page of that span."""
        return _span(self.document(passage), start, end, passage)

    def _in_store(self, vector: Vectors, k: int, wanted: Set[str]) -> list[tuple[str, float]] | None:
        """Ids and scores; None if the store no longer has all of this state, or not yet."""
        asked = k + self._extra
        while self.whole:
            hits = self.store.search(vector, asked)
            found = [hit for hit in zip(hits.ids, hits.scores, strict=True) if hit[0] in wanted][:k]
            if len(found) == k:
                return found if self._is_still_whole() else None
            if len(hits.ids) < asked:
                return None
            asked *= 2  # what a newer state has brought, or what is not wanted, stands between
        return None

    def _is_still_whole(self) -> bool:
        """Whether the store had the whole state a moment ago: an index loses vectors only after it has changed."""
        return self._newest() == self.state.generation or self._places.keys() <= self.store.ids()

    def _in_catalogue(self, vector: Vectors, k: int, wanted: Set[str]) -> list[tuple[str, float]]:
        """The result of an exact store: every vector compared, equal scores in the order of ids."""
        import numpy as np

        query = vector.astype(np.float64)
        chunks = (chunk for chunk in self._snapshot.index_chunks(self.state) if chunk.id in wanted)
        best: list[tuple[float, str]] = []
        while some := list(islice(chunks, _ROWS)):
            rows = self._snapshot.index_vectors(self.state, some)
            distances = (-(rows * query).sum(axis=1)).tolist()
            best = sorted([*best, *zip(distances, (chunk.id for chunk in some), strict=True)])[:k]
        return [(chunk_id, -distance) for distance, chunk_id in best]


class LimitedCorpus:
    """The passages of an open index for one retriever, which gets what it said that it needs.

    Raises ``ContractBroken`` if it asks for anything else: what depends on it would not be known.
    """

    def __init__(self, index: OpenIndex, needs: Set[RetrievalNeed], label: str) -> None:
        """``label`` is what messages call the retriever."""
        self._index, self._needs, self._label = index, needs, label

    @property
    def ids(self) -> Set[str]:
        """The ids of all passages."""
        return self._index.ids

    def passage(self, passage_id: str) -> Passage:
        """A passage with the score 0."""
        return self._index.passage(passage_id)

    def document(self, passage: Passage) -> Document:
        """The document of a passage."""
        return self._index.document(passage)

    def span(self, passage: Passage, start: int, end: int) -> Passage:
        """The passage for another span of its document."""
        return self._index.span(passage, start, end)

    def texts(self) -> Iterator[tuple[str, str]]:
        """Every passage's id and text."""
        self._check("texts")
        return self._index.texts()

    def nearest(self, vector: Vectors, k: int, within: Set[str] | None = None) -> list[Passage]:
        """The passages nearest to a vector."""
        self._check("vectors")
        return self._index.nearest(vector, k, within)

    def vectors(self, passage_ids: Sequence[str]) -> Vectors:
        """The vectors of passages."""
        self._check("vectors")
        return self._index.vectors(passage_ids)

    def _check(self, need: RetrievalNeed) -> None:
        if need not in self._needs:
            raise ContractBroken(f"{self._label} asks for the {need} of the corpus, and its 'needs' do not name them")


if TYPE_CHECKING:

    def _is_corpus(open_index: OpenIndex, limited: LimitedCorpus) -> tuple[Corpus, Corpus]:
        return open_index, limited


def _usual_retriever() -> str:
    """The name of the retriever of a recipe that names none."""
    return str(KINDS["retriever"].default).rpartition(":")[2]


def _read(snapshot: Snapshot, splitter: str, document_id: str) -> tuple[Document, dict[str, StoredChunk]]:
    """A document, and its chunks by their ids."""
    chunks = snapshot.document_chunks(document_id, splitter)
    return snapshot.document(document_id), {chunk.id: chunk for chunk in chunks}


def _close(snapshot: Snapshot, store: VectorStore | None) -> None:
    try:
        if store is not None:
            store.close()
    finally:
        snapshot.close()


def _passage(chunk: StoredChunk, document: Document, score: float) -> Passage:
    whole = Passage(chunk.id, document.source, "", chunk.start, chunk.end, score, chunk.heading)
    return _span(document, chunk.start, chunk.end, whole)


def _span(document: Document, start: int, end: int, passage: Passage) -> Passage:
    page = page_at(document.pages, start)
    return replace(
        passage,
        text=document.text[start:end],
        start=start,
        end=end,
        sections=tuple(section.label for section in sections_within(document.sections, start, end)),
        page=page.number if page else None,
        page_label=page.label if page else None,
    )
