"""Retrieving: from a question to the passages nearest to it."""

from __future__ import annotations

from dataclasses import dataclass, replace
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
        self._documents: dict[str, str] = {}

    def retrieve(self, question: str, k: int) -> list[Passage]:
        """The ``k`` nearest passages, best first; fewer if the index has fewer."""
        vector = embed_query(question, self.embedder)
        hits = self.store.search(vector, k + self.extra)
        passages: list[Passage] = []
        for chunk_id, score in zip(hits.ids, hits.scores, strict=True):
            chunk = self.catalogue.chunk(chunk_id, self.state)
            if chunk is not None:
                self._documents[chunk.id] = chunk.document
                passages.append(_passage(chunk, self._document(chunk.document), score))
            if len(passages) == k:
                break
        return passages

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
