"""Retrieving: from a question to the passages nearest to it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING

from potluck.contracts import Embedder, VectorStore
from potluck.documents import Document, Passage, page_at, sections_within
from potluck.stages.embed import embed_query, question_vectors
from potluck.workspace.calls import Calls
from potluck.workspace.catalogue import Catalogue, IndexState, StoredChunk

if TYPE_CHECKING:
    from potluck.contracts import Vectors
    from potluck.recipe.model import Part

_DOCUMENTS_KEPT = 64


@dataclass
class Retriever:
    """Searches one state of an index. ``extra`` vectors of the store are not in the index (a newer or older state).

    ``part`` is the embedder as the recipe names it, for observers.
    """

    catalogue: Catalogue
    state: IndexState
    store: VectorStore
    embedder: Embedder
    extra: int
    part: Part | None = None

    def __post_init__(self) -> None:
        """Keep the documents that were last cited at hand."""
        self._document = lru_cache(_DOCUMENTS_KEPT)(self.catalogue.document)
        self._documents: dict[str, str] = {}
        self._passages: dict[str, Passage] = {}
        self._vectors: dict[str, Vectors] = {}

    def prepare(self, questions: Sequence[str], calls: Calls) -> int:
        """Embed questions that will be retrieved, in batches, each at most once ever. Returns how many were."""
        vectors, computed = question_vectors(questions, lambda: self.embedder, self.state.embedder, calls)
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
        hits = self.store.search(vector, k + self.extra)
        passages: list[Passage] = []
        for chunk_id, score in zip(hits.ids, hits.scores, strict=True):
            passage = self.find(chunk_id)
            if passage is not None:
                passages.append(replace(passage, score=score))
            if len(passages) == k:
                break
        return passages

    def find(self, chunk_id: str) -> Passage | None:
        """The passage of a chunk, kept at hand with its text: other questions will find it again."""
        if chunk_id in self._passages:
            return self._passages[chunk_id]
        chunk = self.catalogue.chunk(chunk_id, self.state)
        if chunk is None:
            return None
        self._documents[chunk.id] = chunk.document
        passage = self._passages[chunk.id] = _passage(chunk, self._document(chunk.document), 0.0)
        return passage

    def narrow(self, passage: Passage, start: int, end: int) -> Passage:
        """The passage for a span of a passage's text, with the section and page of that span."""
        document = self._document(self._documents[passage.id])
        return _span(document, passage.start + start, passage.start + end, passage)


def _passage(chunk: StoredChunk, document: Document, score: float) -> Passage:
    whole = Passage(chunk.id, document.source, "", chunk.start, chunk.end, score, chunk.heading)
    return _span(document, chunk.start, chunk.end, whole)


def _span(document: Document, start: int, end: int, passage: Passage) -> Passage:
    return replace(
        passage,
        text=document.text[start:end],
        start=start,
        end=end,
        sections=tuple(section.label for section in sections_within(document.sections, start, end)),
        page=page_at(document.pages, start),
    )
