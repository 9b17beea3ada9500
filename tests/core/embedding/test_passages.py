"""Vectors of texts that are not chunks of documents.

Modules: ``potluck.embedding.passages``.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from potluck.contracts import Embedder, Vectors
from potluck.embedding.passages import embed_passages
from potluck.errors import TextsRefused, WindowExceeded


class Choosy(Embedder):
    """Refuses one text."""

    dimensions, window, batch_size = 2, None, 4

    def __init__(self, *refused: str) -> None:
        self.refused = refused

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        return [len(text) for text in texts]

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        if set(self.refused) & set(texts):
            raise TextsRefused("answered 500")
        return self.embed_queries(texts)

    def embed_queries(self, texts: Sequence[str]) -> Vectors:
        return np.array([[1.0, 0.0] if "道" in text else [0.0, 1.0] for text in texts], np.float32)


def test_texts_that_are_not_documents_all_have_vectors_or_the_one_that_has_none_is_named() -> None:
    texts = ["道碴", "rail", "道岔", "weld", "bad 壞"]

    assert embed_passages(texts, Choosy())[:, 0].tolist() == [1, 0, 1, 0, 0]
    with pytest.raises(TextsRefused, match="no vector for 1 text; it begins 'bad 壞'"):
        embed_passages(texts, Choosy("bad 壞"))


def test_a_text_longer_than_the_window_is_refused_before_anything_is_asked() -> None:
    class Narrow(Choosy):
        window = 4

    with pytest.raises(WindowExceeded, match="a text has 5 tokens and the embedder reads 4"):
        embed_passages(["道碴", "標準長度短"], Narrow())
    assert embed_passages(["道碴", "標準長度"], Narrow()).shape == (2, 2)
