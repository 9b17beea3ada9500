"""Vectors of questions: each is embedded once ever, and one that is too long is an error unless that is consented to.

Modules: ``potluck.embedding.queries``, ``potluck.workspace.answer_cache``.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Literal

import numpy as np
import pytest

from potluck.contracts import Embedder, Vectors
from potluck.embedding.queries import embed_queries, embed_query, question_vectors
from potluck.errors import WindowExceeded
from potluck.workspace.answer_cache import AnswerCache


class Counting(Embedder):
    """Keeps what it was asked, batch by batch."""

    dimensions, batch_size = 2, 2

    def __init__(self, window: int | None = None, fit: Literal["error", "pool", "cut"] = "error") -> None:
        self.window, self.fit = window, fit
        self.asked: list[list[str]] = []

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        return [len(text) for text in texts]

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        raise AssertionError("a question is not a passage")

    def embed_queries(self, texts: Sequence[str]) -> Vectors:
        self.asked.append(list(texts))
        return np.array([[1, 0] if "道" in text else [0, 1] for text in texts], np.float32)


@pytest.fixture
def cache(tmp_path: Path) -> Iterator[AnswerCache]:
    opened = AnswerCache(tmp_path / "calls.sqlite")
    yield opened
    opened.close()


def test_a_question_is_embedded_once_whoever_asks_and_however_often(cache: AnswerCache) -> None:
    embedder = Counting()
    first, computed = question_vectors(["道碴？", "rail?", "道碴？"], lambda: embedder, "e", cache)
    again, recomputed = question_vectors(["rail?", "weld?"], lambda: embedder, "e", cache)

    assert (computed, recomputed) == (2, 1)
    assert embedder.asked == [["道碴？", "rail?"], ["weld?"]]
    assert {text: vector.tolist() for text, vector in first.items()} == {"道碴？": [1, 0], "rail?": [0, 1]}
    assert again["rail?"].tolist() == [0, 1]


def test_no_embedder_is_made_where_every_vector_is_known(cache: AnswerCache) -> None:
    def none() -> Embedder:
        raise AssertionError("the embedder is not needed")

    question_vectors(["a"], Counting, "e", cache)

    assert question_vectors(["a"], none, "e", cache)[1] == 0
    assert question_vectors(["a"], Counting, "another embedder", cache)[1] == 1


@pytest.mark.parametrize(("fit", "asked"), [("cut", [["道碴厚三十公分"]]), ("pool", [["道碴厚三", "十公分"]])])
def test_a_long_question_is_read_as_the_settings_say(fit: Literal["pool", "cut"], asked: list[list[str]]) -> None:
    embedder = Counting(4, fit)

    assert embed_query("道碴厚三十公分", embedder).shape == (2,)
    assert embedder.asked == asked


def test_without_consent_a_long_question_is_an_error() -> None:
    with pytest.raises(WindowExceeded, match="the question has 7 tokens and the embedder reads 4: shorten it"):
        embed_query("道碴厚三十公分", Counting(4))
    assert embed_query("道碴厚三", Counting(4)).tolist() == [1, 0]


def test_long_questions_are_asked_apart_and_all_come_back() -> None:
    embedder = Counting(4, "cut")

    found = [text for batch, _ in embed_queries(["a", "道碴厚三十公分", "b", "c"], embedder) for text in batch]

    assert sorted(found) == ["a", "b", "c", "道碴厚三十公分"]
    assert embedder.asked == [["道碴厚三十公分"], ["a", "b"], ["c"]]
