"""How surprised a chat model is by an answer is measured once, and kept.

Modules: ``potluck.evaluation.surprises``.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from potluck.contracts import Likelihood
from potluck.documents import Message
from potluck.errors import PotluckError, Unsupported
from potluck.evaluation.surprises import surprise_at
from potluck.metrics.perplexity import Surprise, perplexity
from potluck.workspace.answer_cache import AnswerCache
from support.plain_chat import Plain, Quoting, Scored

ASKED = [Message("user", "道碴厚度？")]


class Counting(Plain):
    """Counts how often it is asked how likely a text is."""

    def __init__(self) -> None:
        self.asked: list[tuple[object, tuple[str, ...]]] = []

    def likelihoods(
        self, prompt: str | Sequence[Message], continuations: Sequence[str], after: str = ""
    ) -> list[Likelihood]:
        self.asked.append((prompt, tuple(continuations)))
        return super().likelihoods(prompt, continuations, after)


@pytest.fixture
def cache(tmp_path: Path) -> Iterator[AnswerCache]:
    opened = AnswerCache(tmp_path / "calls.sqlite")
    yield opened
    opened.close()


def test_it_is_what_perplexity_measures_of_the_answer_after_the_messages(cache: AnswerCache) -> None:
    found = surprise_at(Plain(), ASKED, "鋼軌。", cache, "key", cached=True)

    assert found == perplexity(Plain(), [(ASKED, "鋼軌。")]).whole
    assert (found.tokens, found.characters) == (3, 3)
    assert found.nats > 0


def test_it_is_measured_once_for_a_key_whoever_asks_later(cache: AnswerCache, tmp_path: Path) -> None:
    chat = Counting()

    first = surprise_at(chat, ASKED, "鋼軌。", cache, "key", cached=True)
    again = surprise_at(chat, ASKED, "鋼軌。", cache, "key", cached=True)
    later = AnswerCache(tmp_path / "calls.sqlite")
    afterwards = surprise_at(chat, ASKED, "鋼軌。", later, "key", cached=True)
    later.close()

    assert first == again == afterwards
    assert chat.asked == [(ASKED, ("鋼軌。",))]
    assert surprise_at(chat, ASKED, "rail", cache, "other key", cached=True) != first
    assert len(chat.asked) == 2


def test_what_is_kept_holds_all_three_figures(cache: AnswerCache) -> None:
    cache.keep_answer("key", {"nats": 1.5, "tokens": 2, "characters": 7})

    assert surprise_at(Quoting(), ASKED, "鋼軌。", cache, "key", cached=True) == Surprise(1.5, 2, 7)


def test_where_nothing_is_to_be_kept_it_is_measured_once_while_the_cache_is_open(
    cache: AnswerCache, tmp_path: Path
) -> None:
    chat = Counting()
    cache.keep_answer("key", {"nats": 1.5, "tokens": 2, "characters": 7})

    found = [surprise_at(chat, ASKED, "鋼軌。", cache, "key", cached=False) for _ in range(2)]

    assert found[0] == found[1] != Surprise(1.5, 2, 7)
    assert len(chat.asked) == 1
    later = AnswerCache(tmp_path / "calls.sqlite")
    assert later.answer("key") == {"nats": 1.5, "tokens": 2, "characters": 7}
    later.close()


@pytest.mark.parametrize("chat", [Quoting(), Scored()], ids=["says nothing of it", "fills gaps"])
def test_a_model_that_cannot_tell_is_refused_and_nothing_is_kept(cache: AnswerCache, chat: Quoting | Scored) -> None:
    with pytest.raises(Unsupported):
        surprise_at(chat, ASKED, "鋼軌。", cache, "key", cached=True)

    assert cache.answer("key") is None


def test_an_empty_answer_has_no_surprise(cache: AnswerCache) -> None:
    with pytest.raises(PotluckError, match="is empty"):
        surprise_at(Plain(), ASKED, "", cache, "key", cached=True)
