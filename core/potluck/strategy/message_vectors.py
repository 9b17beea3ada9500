"""The vectors of messages, each embedded at most once ever, and what each took."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from potluck.contracts import Embedder
from potluck.embedding.queries import embed_queries
from potluck.fingerprints import fingerprint, text_hash
from potluck.observation.stage import stage
from potluck.strategy.budget import Budget
from potluck.workspace.answer_cache import AnswerCache

if TYPE_CHECKING:
    from potluck.contracts import Vectors
    from potluck.observation.observers import Observers
    from potluck.recipe.model import ComponentSpec


@dataclass(frozen=True, slots=True)
class EmbeddingCost:
    """What one text took: seconds, and US dollars."""

    seconds: float
    usd: float


class MessageVectors:
    """Embeds messages, in batches, and keeps their vectors. ``embedder`` is called only if something is missing."""

    def __init__(
        self,
        embedder: Callable[[], Embedder],
        name: str,
        cache: AnswerCache,
        meter: Budget,
        observers: Observers,
        part: ComponentSpec,
    ) -> None:
        """``name`` is the embedder's fingerprint, ``part`` it as the recipe names it."""
        self._embedder, self.name, self._cache, self._meter = embedder, name, cache, meter
        self._observers, self._part = observers, part
        self._vectors: dict[str, Vectors] = {}
        self._took: dict[str, EmbeddingCost] = {}
        self._pace = 0.0

    def of(self, texts: Sequence[str], share: float = 1.0) -> Vectors:
        """The vectors of some texts, shape ``(len(texts), dimensions)``.

        Raises ``OutOfBudget`` before what does not fit into ``share`` of the budget; what is done is kept.
        """
        import numpy as np

        wanted = [text for text in dict.fromkeys(texts) if text not in self._vectors]
        # Texts of one length together: a batch is as slow as its longest text.
        missing = sorted((text for text in wanted if not self._load_kept(text)), key=len)
        if missing:
            embedder = self._embedder()
            size = max(1, embedder.batch_size) * max(1, embedder.concurrency)
            with stage(self._observers, "embed", "texts", len(missing), self._part) as running:
                for start in range(0, len(missing), size):
                    part = missing[start : start + size]
                    self._embed(part, embedder, share)
                    running.advance(len(part))
        return np.stack([self._vectors[text] for text in texts])

    def cost_of(self, text: str) -> EmbeddingCost:
        """What the vector of a text took."""
        return self._took[text]

    def _load_kept(self, text: str) -> bool:
        """Take over the vectors of an earlier run."""
        kept = self._cache.answer(self._key(text))
        found = self._cache.question_vectors(self.name, [text])
        if not found:
            return False
        kept = kept or {}
        took = EmbeddingCost(_number(kept.get("seconds")), _number(kept.get("usd")))
        self._meter.reuse(took.seconds, took.usd)
        self._vectors |= found
        self._took[text] = took
        return True

    def _embed(self, texts: Sequence[str], embedder: Embedder, share: float) -> None:
        price = embedder.price or 0.0
        paid = [tokens * price / 1e6 for tokens in embedder.count_tokens(texts)] if price else [0.0] * len(texts)
        self._meter.need(self._pace * len(texts), sum(paid), share)
        began = self._meter.time()
        usd = dict(zip(texts, paid, strict=True))
        for batch, vectors in embed_queries(texts, embedder):
            seconds = (self._meter.time() - began) / len(batch)
            for text in batch:
                self._took[text] = EmbeddingCost(seconds, usd[text])
                self._cache.keep_answer(self._key(text), {"seconds": seconds, "usd": usd[text]})
                self._meter.pay(usd[text])
            self._cache.keep_question_vectors(self.name, batch, vectors)
            self._vectors |= dict(zip(batch, vectors, strict=True))
            self._pace = seconds
            began = self._meter.time()

    def _key(self, text: str) -> str:
        return fingerprint("strategy: embedding", self.name, text_hash(text))


def _number(value: object) -> float:
    return float(value) if isinstance(value, int | float) else 0.0
