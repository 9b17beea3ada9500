"""Retrievers ask the recipe's embedder and chat model, and nothing is asked twice.

Modules: ``potluck.retrieval.shared_models``.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from potluck import recipe as recipes
from potluck.components.components import Components
from potluck.contracts import ChatModel, ChatOptions, Config, Embedder, Vectors
from potluck.documents import Answer, Message, Usage
from potluck.errors import ContractBroken, WindowExceeded
from potluck.model_sources.model_store import ModelStore
from potluck.retrieval.shared_models import SharedChat, SharedEmbedder
from potluck.workspace import Workspace
from potluck.workspace.answer_cache import AnswerCache
from support.fake_plugins import install_hashing, visible


class Noting(Embedder):
    """Questions and passages have other vectors; every text is noted."""

    dimensions, window, batch_size = 2, 8, 8

    def __init__(self) -> None:
        self.questions: list[str] = []
        self.passages: list[str] = []

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        return [len(text) for text in texts]

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        self.passages += texts
        return np.array([[1, 0] if "道" in text else [0, 1] for text in texts], np.float32)

    def embed_queries(self, texts: Sequence[str]) -> Vectors:
        self.questions += texts
        return np.array([[-1, 0] if "道" in text else [0, -1] for text in texts], np.float32)


@pytest.fixture
def cache(tmp_path: Path) -> Iterator[AnswerCache]:
    with closing(AnswerCache(tmp_path / "calls.sqlite")) as opened:
        yield opened


def test_questions_that_were_prepared_are_not_embedded_again(cache: AnswerCache) -> None:
    embedder = Noting()
    shared = SharedEmbedder(embedder, "f")

    assert shared.prepare(["道碴？", "rail?", "道碴？"], cache) == 2
    assert shared.embed_questions(["rail?", "道碴？", "rail?"]).tolist() == [[0, -1], [-1, 0], [0, -1]]
    assert embedder.questions == ["道碴？", "rail?"]
    assert shared.prepare(["道碴？", "weld?"], cache) == 1
    assert SharedEmbedder(embedder, "f").prepare(["道碴？", "weld?"], cache) == 0
    assert SharedEmbedder(embedder, "other").prepare(["道碴？"], cache) == 1


def test_questions_that_were_prepared_are_not_looked_up_again(cache: AnswerCache) -> None:
    shared = SharedEmbedder(Noting(), "f")
    shared.prepare(["道碴？"], cache)
    cache.close()

    assert shared.embed_questions(["道碴？"]).tolist() == [[-1, 0]]


def test_a_question_that_nobody_prepared_is_kept_once_there_is_a_cache(cache: AnswerCache) -> None:
    embedder = Noting()
    shared = SharedEmbedder(embedder, "f")

    assert shared.embed_questions(["道碴？", "道碴？"]).tolist() == [[-1, 0], [-1, 0]]
    assert shared.embed_questions(["道碴？"]).tolist() == [[-1, 0]]
    assert embedder.questions == ["道碴？", "道碴？"]
    shared.prepare([], cache)
    for _ in range(2):
        assert shared.embed_questions(["道岔？", "道碴？"]).tolist() == [[-1, 0], [-1, 0]]
    assert sorted(embedder.questions[2:]) == ["道岔？", "道碴？"]
    assert SharedEmbedder(embedder, "f").prepare(["道岔？"], cache) == 0


def test_no_texts_have_an_empty_matrix(cache: AnswerCache) -> None:
    shared = SharedEmbedder(Noting(), "f")
    for found in (shared.embed_questions([]), shared.embed_passages([])):
        assert found.shape == (0, 2)
        assert found.dtype == np.float32
    shared.prepare([], cache)
    assert shared.embed_questions([]).shape == shared.embed_passages([]).shape == (0, 2)


def test_texts_that_stand_for_passages_are_embedded_as_passages_and_kept_apart_from_questions(
    cache: AnswerCache,
) -> None:
    embedder = Noting()
    shared = SharedEmbedder(embedder, "f")

    assert shared.embed_passages(["道碴？", "rail?"]).tolist() == [[1, 0], [0, 1]]
    shared.prepare(["道碴？"], cache)
    for _ in range(2):
        assert shared.embed_passages(["rail?", "道碴？", "rail?"]).tolist() == [[0, 1], [1, 0], [0, 1]]
    assert embedder.passages == ["道碴？", "rail?", "rail?", "道碴？"]
    assert shared.embed_questions(["rail?"]).tolist() == [[0, -1]]
    other = SharedEmbedder(embedder, "other")
    other.prepare([], cache)
    other.embed_passages(["rail?"])
    assert embedder.passages[4:] == ["rail?"]


def test_what_is_longer_than_the_window_is_refused(cache: AnswerCache) -> None:
    shared = SharedEmbedder(Noting(), "f")

    with pytest.raises(WindowExceeded, match="the question has 9 tokens"):
        shared.embed_questions(["道" * 9])
    with pytest.raises(WindowExceeded, match="a text has 9 tokens"):
        shared.embed_passages(["道" * 9])


class Echo(ChatModel):
    """Repeats what it is asked, and meets other threads where that is wanted."""

    context_window = None

    def __init__(self, together: threading.Barrier | None = None) -> None:
        self.asked: list[list[Message]] = []
        self.prepared = 0
        self.together = together

    def prepare(self) -> None:
        self.prepared += 1

    def count_tokens(self, messages: Sequence[Message]) -> int:
        return 1

    def chat(self, messages: Sequence[Message], options: ChatOptions) -> Answer:
        assert options.max_tokens == 77
        self.asked.append(list(messages))
        if self.together is not None:
            self.together.wait(10)
        return Answer(f"答：{messages[-1].content}", usage=Usage(3, 4))


@pytest.fixture
def components(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Components]:
    (tmp_path / "a.txt").write_text("道碴", encoding="utf-8")
    text = "documents: a.txt\nembedder: hashing\nchat: {use: extractive, max_tokens: 77}\n"
    with visible(install_hashing(tmp_path / "site"), monkeypatch), closing(Workspace(tmp_path / "w")) as workspace:
        recipe = recipes.loads(text, tmp_path / "recipe.yaml", [])
        with closing(Components(recipe, workspace, ModelStore(tmp_path))) as opened:
            yield opened


def test_each_prompt_is_asked_once_as_a_message_of_the_user(components: Components, cache: AnswerCache) -> None:
    model = components.__dict__["chat"] = Echo()
    shared = SharedChat(components, lambda: cache)

    assert shared.ask(["一", "二", "一"]) == ["答：一", "答：二", "答：一"]
    assert shared.ask(["三", "二"]) == ["答：三", "答：二"]
    assert shared.ask([]) == []
    assert model.asked == [[Message("user", one)] for one in "一二三"]
    assert model.prepared == 3


def test_where_nothing_is_to_be_kept_a_prompt_is_asked_once_while_the_cache_is_open(
    components: Components, cache: AnswerCache, tmp_path: Path
) -> None:
    model = components.__dict__["chat"] = Echo()
    config = components.recipe.chat.config
    object.__setattr__(config, "cache", False)
    shared = SharedChat(components, lambda: cache)

    assert shared.ask(["一"]) == shared.ask(["一"]) == ["答：一"]
    with closing(AnswerCache(tmp_path / "calls.sqlite")) as later:
        SharedChat(components, lambda: later).ask(["一"])
    assert len(model.asked) == 2


def test_another_chat_model_is_asked_anew(components: Components, cache: AnswerCache) -> None:
    model = components.__dict__["chat"] = Echo()
    for fingerprint in ("one", "other", "one"):
        components.__dict__["chat_fingerprint"] = fingerprint
        SharedChat(components, lambda: cache).ask(["一"])

    assert len(model.asked) == 2


def test_a_model_that_takes_several_at_once_is_asked_several_at_once(
    components: Components, cache: AnswerCache
) -> None:
    model = components.__dict__["chat"] = Echo(threading.Barrier(3))
    model.concurrency = 3

    assert SharedChat(components, lambda: cache).ask(["一", "二", "三"]) == ["答：一", "答：二", "答：三"]


def test_settings_that_are_not_chat_options_are_refused_by_name(components: Components, cache: AnswerCache) -> None:
    components.__dict__["chat"] = Echo()
    object.__setattr__(components.recipe.chat, "config", Config())

    with pytest.raises(ContractBroken, match="the settings of the chat model 'extractive' are not ChatOptions"):
        SharedChat(components, lambda: cache).ask(["一"])
