"""One call of an embedder, its vectors checked against the contract."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from potluck.components.turns import turn
from potluck.contracts import Embedder
from potluck.errors import ContractBroken, UnusableVectors
from potluck.observation.stage import model_call

if TYPE_CHECKING:
    from potluck.contracts import Vectors


def check_vectors(vectors: Vectors, count: int, embedder: Embedder) -> Vectors:
    """Check vectors against the contract. Raises ``ContractBroken``."""
    import numpy as np

    if vectors.shape != (count, embedder.dimensions) or vectors.dtype != np.float32:
        raise ContractBroken(
            f"the embedder gave {vectors.dtype} of shape {vectors.shape} for {count} texts, "
            f"expected float32 of shape {(count, embedder.dimensions)}"
        )
    if not np.isfinite(vectors).all():
        raise UnusableVectors("the embedder gave values that are not finite")
    norms = np.linalg.norm(vectors, axis=1)
    if count and abs(norms - 1.0).max() > 1e-2:
        raise UnusableVectors(f"the embedder gave vectors of length {norms.min():.3f} to {norms.max():.3f}, expected 1")
    return vectors


def count_tokens(embedder: Embedder, texts: Sequence[str]) -> list[int]:
    """The tokens of each text as the embedder counts them."""
    with turn(embedder):
        return embedder.count_tokens(texts)


def call_embedder(
    call: Callable[[Sequence[str]], Vectors], texts: Sequence[str], tokens: int, embedder: Embedder
) -> Vectors:
    """The vectors of a call, checked against the contract; ``tokens`` is what the texts were counted to have."""
    with model_call("embeddings", len(texts)) as spent:
        spent.input_tokens = tokens if embedder.exact_token_counts else None
        with turn(embedder):
            vectors = call(texts)
        return check_vectors(vectors, len(texts), embedder)
