"""An embedder is asked for as many texts and as many at once as it takes, and messages quote how a text begins.

Modules: ``potluck.embedding.batched_calls``.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from potluck import hookimpl
from potluck.contracts import Embedder, Vectors
from potluck.embedding.batched_calls import batches_for, excerpt, raise_if_refused
from potluck.errors import RemoteError, RemoteTimeout, TextsRefused
from potluck.hookspecs import StageEvent
from potluck.observation.observers import Observers
from potluck.observation.stage import stage


class Choosy(Embedder):
    """Refuses some texts; notes every call."""

    dimensions, window, batch_size = 2, None, 3

    def __init__(self, *refused: str, most: int = 99, works: bool = True) -> None:
        self.refused, self.most, self.works = refused, most, works
        self.asked: list[list[str]] = []

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        return [len(text) for text in texts]

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        self.asked.append(list(texts))
        if not self.works:
            raise TextsRefused("answered 503")
        if len(texts) > self.most:
            raise RemoteTimeout("no answer within 1 s")
        if set(self.refused) & set(texts):
            raise TextsRefused("answered 500")
        return self.embed_queries(texts)

    def embed_queries(self, texts: Sequence[str]) -> Vectors:
        return np.array([[1.0, 0.0] if "道" in text else [0.0, 1.0] for text in texts], np.float32)


TEXTS = ["道碴", "rail", "道岔", "weld", "壞 bad", "月台", "號誌"]


def test_a_call_has_as_many_texts_as_the_embedder_takes() -> None:
    embedder = Choosy()

    found = [(list(texts), vectors[:, 0].tolist()) for texts, vectors in batches_for(
        embedder.embed_passages, embedder).of(TEXTS)]  # fmt: skip

    assert embedder.asked == [TEXTS[:3], TEXTS[3:6], TEXTS[6:]]
    assert found == [(TEXTS[:3], [1, 0, 1]), (TEXTS[3:6], [0, 0, 0]), (TEXTS[6:], [0])]


@pytest.mark.parametrize(("skip", "done"), [(True, 6), (False, 5)])
def test_a_refused_text_stops_what_comes_after_it_unless_such_texts_are_skipped(skip: bool, done: int) -> None:
    embedder = Choosy("壞 bad")
    batches = batches_for(embedder.embed_passages, embedder, skip)

    answered = [text for texts, _ in batches.of(TEXTS) for text in texts]

    assert len(answered) == done
    assert [(text, str(error)) for text, error in batches.refused] == [("壞 bad", "answered 500")]


def test_an_embedder_that_refuses_even_a_harmless_text_does_not_work_at_all() -> None:
    embedder = Choosy(works=False)

    with pytest.raises(TextsRefused, match="answered 503"):
        list(batches_for(embedder.embed_passages, embedder, True).of(TEXTS * 4))

    assert embedder.asked[-1] == ["potluck"]


def test_where_a_harmless_text_is_taken_all_the_others_may_be_refused_one_by_one() -> None:
    embedder = Choosy(*TEXTS)
    batches = batches_for(embedder.embed_passages, embedder, True)

    assert list(batches.of(TEXTS)) == []
    assert sorted(text for text, _ in batches.refused) == sorted(TEXTS)
    assert ["potluck"] in embedder.asked


def test_the_running_stage_is_told_that_batches_shrink() -> None:
    told: list[str] = []

    class Notices:
        @hookimpl
        def potluck_stage_progressed(self, event: StageEvent) -> None:
            told.append(event.notice)

    embedder, observers = Choosy(most=2), Observers()
    observers.register(Notices())
    with stage(observers, "embed", "texts"):
        answered = [text for texts, _ in batches_for(embedder.embed_passages, embedder).of(TEXTS) for text in texts]

    assert answered == TEXTS
    assert len(told) == 1
    assert "no answer within 1 s; 3 texts at once are too many" in told[0]


def test_nothing_is_raised_where_nothing_was_refused() -> None:
    raise_if_refused([])

    with pytest.raises(TextsRefused, match=r"^no vector for 1 text; it begins '道碴 厚': answered 500$"):
        raise_if_refused([("道碴\n厚", RemoteError("answered 500"))])
    with pytest.raises(TextsRefused, match=r"^no vector for 2 texts; one begins 'rail': answered 400$"):
        raise_if_refused([("rail", RemoteError("answered 400")), ("道碴", RemoteError("answered 500"))])


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("", ""),
        ("  道碴\n\t厚  三十 ", "道碴 厚 三十"),
        ("碴" * 50, "碴" * 50),
        ("碴" * 51, "碴" * 50 + " ..."),
        ("a" * 49 + "  \n b", "a" * 49 + "  ..."),
    ],
)
def test_an_excerpt_is_one_line_of_fifty_characters(text: str, shown: str) -> None:
    assert excerpt(text) == shown
