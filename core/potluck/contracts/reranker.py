"""Reranker: from passages that were found to a better order of them."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from pydantic import Field

from potluck.contracts.component import Component
from potluck.contracts.config import Config
from potluck.contracts.retriever import RetrievalNeed, ScoreScale
from potluck.documents import Passage


@dataclass(frozen=True, slots=True)
class Candidates:
    """A question, and the ``passages`` that were found for it, best first, with the retriever's scores."""

    question: str
    passages: tuple[Passage, ...]


class RerankerConfig(Config):
    """Settings that every reranker takes."""

    candidates: int = Field(default=20, ge=1, le=1000)
    """How many passages are found for it to choose from; the first ``retriever.k`` of what it returns are used."""


class Reranker(Component):
    """Puts the passages that were found for a question into a better order.

    The same candidates of the same question get the same order and the same scores, whatever stands beside them in a
    batch: what it returns is kept under ``identity``, settings, code and libraries, and not asked for again.
    """

    needs: ClassVar[frozenset[RetrievalNeed]] = frozenset()
    """What it works with: ``embedder``, ``chat``, or nothing but the texts. It is given nothing else."""

    scale: ScoreScale
    """What its scores mean."""

    candidates: int = 20
    """How many passages of a question it takes, from the settings. It is never given more."""

    batch_size: int = 1
    """How many questions to pass in a call."""

    @abstractmethod
    def rerank(self, batch: Sequence[Candidates]) -> list[list[Passage]]:
        """The passages of each question, best first, with the scores that say so: ``replace(passage, score=...)``.

        Passages may be left out, which the ledger counts. None is new, changed in anything but the score, or twice.
        """
