"""Texts that are longer than an embedder's window are embedded in pieces, each counted once, and averaged.

Modules: ``potluck.embedding.pooling``.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from potluck.contracts import Embedder, Vectors
from potluck.embedding.pooling import Counted, embed_in_pieces, embed_slice


class ByLetter(Embedder):
    """A token per character; the vector points to where the first character says."""

    dimensions, window, fit, batch_size = 2, 4, "pool", 8

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.calls = 0

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        return [len(text) for text in texts]

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        self.asked += texts
        self.calls += 1
        return np.array([[1, 0] if text[0] in "a道" else [0, 1] for text in texts], np.float32)

    embed_queries = embed_passages


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("一二三四五六七八九", ["一二三四", "五六七八", "九"]),
        ("abc defg", ["abc ", "defg"]),
        ("abcd efg", ["abcd", " efg"]),
        ("ab      cd", ["ab  ", "cd"]),
        ("a bcdef", ["a bc", "def"]),
        ("abc def gh", ["abc ", "def ", "gh"]),
    ],
)
def test_pieces_fit_the_window_and_no_letter_is_lost(text: str, pieces: list[str]) -> None:
    embedder = ByLetter()

    embed_in_pieces(text, embedder, embedder.embed_passages)

    assert embedder.asked == pieces


def test_a_piece_may_be_one_letter() -> None:
    class Wide(ByLetter):
        window = 1

    embedder = Wide()
    embed_in_pieces("道碴厚", embedder, embedder.embed_passages)

    assert embedder.asked == ["道", "碴", "厚"]


def test_texts_that_fit_are_asked_for_together_as_they_are() -> None:
    embedder = ByLetter()

    assert embed_slice([Counted("道碴厚三", 4), Counted("x", 1)], embedder).tolist() == [[1, 0], [0, 1]]
    assert (embedder.asked, embedder.calls) == (["道碴厚三", "x"], 1)


def test_a_piece_counts_as_much_as_it_has_tokens() -> None:
    embedder = ByLetter()

    vector = embed_in_pieces("道二三四xy", embedder, embedder.embed_passages)

    expected = np.array([4, 2]) / np.hypot(4, 2)
    assert vector == pytest.approx(expected)
    assert vector.dtype == np.float32


def test_of_a_batch_only_what_is_too_long_is_embedded_in_pieces() -> None:
    embedder = ByLetter()

    vectors = embed_slice([Counted("道碴", 2), Counted("道碴厚三十", 5)], embedder)

    assert embedder.asked == ["道碴", "道碴厚三", "十"]
    assert vectors[0].tolist() == [1, 0]
    assert vectors[1] == pytest.approx(np.array([4, 1]) / np.hypot(4, 1))
