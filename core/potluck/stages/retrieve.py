"""Retrieving: from a question to the passages nearest to it."""

from __future__ import annotations

import weakref
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import lru_cache, partial
from itertools import islice
from threading import RLock
from typing import TYPE_CHECKING

from potluck.contracts import Embedder, VectorStore
from potluck.documents import Document, Passage, page_at, sections_within
from potluck.embedding.queries import embed_query, question_vectors
from potluck.errors import StoreMismatch
from potluck.workspace.answer_cache import AnswerCache
from potluck.workspace.catalogue import IndexState, Snapshot, StoredChunk

if TYPE_CHECKING:
    from potluck.contracts import Vectors
    from potluck.recipe.model import ComponentSpec

_DOCUMENTS_KEPT = 64
_ROWS = 4096
"""Vectors that are read at once where the store cannot answer."""


class Searcher:
    """Searches one state of an index, whatever other processes make of the index meanwhile. Threads may share it.

    What the store finds counts only if the catalogue's snapshot has it, and only if the store had the whole state:
    otherwise (a store that changes in place, beside a process that indexes) the snapshot's own vectors are compared,
    every one of them. ``close`` it, or let go of it.
    """

    def __init__(
        self,
        snapshot: Snapshot,
        state: IndexState,
        store: VectorStore,
        embedder: Embedder,
        newest: Callable[[], str | None],
        part: ComponentSpec | None = None,
    ) -> None:
        """Take a snapshot, a state of an index in it, and the index's store, opened.

        ``newest`` says which generation the index has by now; ``part`` is the embedder as the recipe names it, for
        observers.
        """
        self.state, self.store, self.embedder, self.part = state, store, embedder, part
        self._snapshot, self._newest = snapshot, newest
        self._lock = RLock()
        self._places = {chunk.id: document for document, chunks in snapshot.index_documents(state) for chunk in chunks}
        held = store.ids()
        self.whole = self._places.keys() <= held
        self._extra = max(0, len(held) - len(self._places))
        self._document = lru_cache(_DOCUMENTS_KEPT)(partial(_read, snapshot, state.splitter))
        self._passages: dict[str, Passage] = {}
        self._vectors: dict[str, Vectors] = {}
        self.close = weakref.finalize(self, _close, snapshot, store)

    def sources(self) -> set[str]:
        """The sources of all documents of the index."""
        with self._lock:
            return self._snapshot.sources(self.state)

    def sections(self) -> list[tuple[str, set[str]]]:
        """The sources of all documents of the index, each with the labels of its sections."""
        with self._lock:
            return list(self._snapshot.sections(self.state))

    def prepare(self, questions: Sequence[str], cache: AnswerCache) -> int:
        """Embed questions that will be retrieved, in batches, each at most once ever. Returns how many were."""
        vectors, computed = question_vectors(questions, lambda: self.embedder, self.state.embedder, cache)
        self._vectors |= vectors
        return computed

    def retrieve(self, question: str, k: int) -> list[Passage]:
        """The ``k`` nearest passages, best first; fewer if the index has fewer."""
        vector = self._vectors.get(question)
        if vector is None:
            vector = embed_query(question, self.embedder)
        return self.nearest(vector, k)

    def nearest(self, vector: Vectors, k: int) -> list[Passage]:
        """The ``k`` passages nearest to a vector of shape ``(dimensions,)``, best first."""
        if vector.shape[-1] != self.state.dimensions:
            raise StoreMismatch(
                f"the embedder gives vectors of length {vector.shape[-1]}, and the index has {self.state.dimensions}: "
                "the service behind it has another model. Run `potluck index`, which embeds everything anew"
            )
        with self._lock:
            k = min(k, len(self._places))
            if k <= 0:
                return []
            found = self._in_store(vector, k)
            if found is None:
                found = self._in_catalogue(vector, k)
            return [replace(self._passage(chunk_id), score=score) for chunk_id, score in found]

    def find(self, chunk_id: str) -> Passage | None:
        """The passage of a chunk, if the index has it."""
        with self._lock:
            return self._passage(chunk_id) if chunk_id in self._places else None

    def narrow(self, passage: Passage, start: int, end: int) -> Passage:
        """The passage for a span of a passage's text, with the section and page of that span."""
        with self._lock:
            document, _ = self._document(self._places[passage.id])
        return _span(document, passage.start + start, passage.start + end, passage)

    def _in_store(self, vector: Vectors, k: int) -> list[tuple[str, float]] | None:
        """Ids and scores; None where the store no longer has all of this state, or not yet."""
        asked = k + self._extra
        while self.whole:
            hits = self.store.search(vector, asked)
            found = [hit for hit in zip(hits.ids, hits.scores, strict=True) if hit[0] in self._places][:k]
            if len(found) == k:
                return found if self._is_still_whole() else None
            if len(hits.ids) < asked:
                return None
            asked *= 2  # what a newer state has brought stands between
        return None

    def _is_still_whole(self) -> bool:
        """Whether the store had the whole state a moment ago: an index loses vectors only after it has changed."""
        return self._newest() == self.state.generation or self._places.keys() <= self.store.ids()

    def _in_catalogue(self, vector: Vectors, k: int) -> list[tuple[str, float]]:
        """What an exact store would find: every vector compared, equal scores in the order of ids."""
        import numpy as np

        query = vector.astype(np.float64)
        chunks = self._snapshot.index_chunks(self.state)
        best: list[tuple[float, str]] = []
        while some := list(islice(chunks, _ROWS)):
            rows = self._snapshot.index_vectors(self.state, some)
            distances = (-(rows * query).sum(axis=1)).tolist()
            best = sorted([*best, *zip(distances, (chunk.id for chunk in some), strict=True)])[:k]
        return [(chunk_id, -distance) for distance, chunk_id in best]

    def _passage(self, chunk_id: str) -> Passage:
        """The passage of a chunk, kept at hand with its text: other questions will find it again."""
        if chunk_id not in self._passages:
            document, chunks = self._document(self._places[chunk_id])
            self._passages[chunk_id] = _passage(chunks[chunk_id], document, 0.0)
        return self._passages[chunk_id]


def _read(snapshot: Snapshot, splitter: str, document_id: str) -> tuple[Document, dict[str, StoredChunk]]:
    """A document, and its chunks by their ids."""
    chunks = snapshot.document_chunks(document_id, splitter)
    return snapshot.document(document_id), {chunk.id: chunk for chunk in chunks}


def _close(snapshot: Snapshot, store: VectorStore) -> None:
    try:
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
