"""Vector: the passages whose vectors are nearest to that of the question."""

from __future__ import annotations

from collections.abc import Sequence, Set

import potluck
from potluck.contracts import COSINE, Config, Context, Corpus, Ranking, Retriever


class VectorConfig(Config):
    """No settings."""


class VectorRetriever(Retriever):
    """Embeds the question and asks the store."""

    needs = frozenset({"vectors", "embedder"})
    scale = COSINE
    threads = True

    def __init__(self, config: VectorConfig, context: Context) -> None:
        assert context.embedder is not None, "it is needed"
        self._embedder = context.embedder

    def open(self, corpus: Corpus) -> None:
        """Keep it at hand."""
        self._corpus = corpus

    def retrieve(self, questions: Sequence[str], k: int, within: Set[str] | None = None) -> list[Ranking]:
        """The nearest of each question."""
        vectors = self._embedder.embed_questions(questions)
        return [Ranking(tuple(self._corpus.nearest(vector, k, within))) for vector in vectors]


@potluck.hookimpl
def potluck_retriever() -> potluck.Offer[VectorRetriever]:
    """Offer the retriever."""
    return potluck.Offer("the passages whose vectors are nearest to the question's", VectorConfig, VectorRetriever)
