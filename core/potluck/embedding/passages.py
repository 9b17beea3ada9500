"""Vectors of texts that are not chunks of documents."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from potluck.contracts import Embedder
from potluck.embedding.batched_calls import batches_for, raise_if_refused
from potluck.embedding.call import count_tokens
from potluck.embedding.pooling import Counted, embed_slice
from potluck.errors import WindowExceeded

if TYPE_CHECKING:
    from potluck.contracts import Vectors


def embed_passages(texts: Sequence[str], embedder: Embedder) -> Vectors:
    """Embed texts that are not chunks of documents, shape ``(len(texts), dimensions)``. As ``embed_query``."""
    import numpy as np

    counts, window = count_tokens(embedder, texts), embedder.window
    if window is not None and embedder.fit == "error" and max(counts, default=0) > window:
        raise WindowExceeded(
            f"a text has {max(counts)} tokens and the embedder reads {window}: cut it, "
            "or write 'fit: pool' or 'fit: cut' among the embedder's settings"
        )
    counted = [Counted(text, tokens) for text, tokens in zip(texts, counts, strict=True)]

    def some(places: Sequence[int]) -> Vectors:
        return embed_slice([counted[place] for place in places], embedder)

    batches = batches_for(some, embedder)
    vectors = np.empty((len(texts), embedder.dimensions), np.float32)
    for places, rows in batches.of(range(len(texts))):
        vectors[list(places)] = rows
    raise_if_refused([(texts[place], error) for place, error in batches.refused])
    return vectors
