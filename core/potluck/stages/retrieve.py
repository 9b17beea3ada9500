"""Retrieving: from a question to the passages nearest to it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from potluck.contracts import Embedder, VectorStore
from potluck.documents import Document, Passage, page_at, sections_within
from potluck.stages.embed import embed_query
from potluck.workspace.catalogue import Catalogue, IndexState, StoredChunk

_DOCUMENTS_KEPT = 64


@dataclass
class Retriever:
    """Searches one state of an index. ``extra`` vectors of the store are not in the index (a newer or older state)."""

    catalogue: Catalogue
    state: IndexState
    store: VectorStore
    embedder: Embedder
    extra: int

    def __post_init__(self) -> None:
        """Keep the documents that were last cited at hand."""
        self._document = lru_cache(_DOCUMENTS_KEPT)(self.catalogue.document)

    def retrieve(self, question: str, k: int) -> list[Passage]:
        """The ``k`` nearest passages, best first; fewer if the index has fewer."""
        vector = embed_query(question, self.embedder)
        hits = self.store.search(vector, k + self.extra)
        passages: list[Passage] = []
        for chunk_id, score in zip(hits.ids, hits.scores, strict=True):
            chunk = self.catalogue.chunk(chunk_id, self.state)
            if chunk is not None:
                passages.append(_passage(chunk, self._document(chunk.document), score))
            if len(passages) == k:
                break
        return passages


def _passage(chunk: StoredChunk, document: Document, score: float) -> Passage:
    return Passage(
        id=chunk.id,
        source=document.source,
        text=document.text[chunk.start : chunk.end],
        start=chunk.start,
        end=chunk.end,
        score=score,
        heading=chunk.heading,
        sections=tuple(section.label for section in sections_within(document.sections, chunk.start, chunk.end)),
        page=page_at(document.pages, chunk.start),
    )
