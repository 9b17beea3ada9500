"""The ``transformers`` chat model with a soft prompt in front: against the same sums written out with embeddings."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from potluck.contracts import Attached, Context, Tuned
from potluck.documents import Answer, Message
from potluck.errors import AdapterMismatch, ContextExceeded
from potluck.model_sources.model_store import ModelStore
from potluck_plugins.chat._shared import causal
from potluck_plugins.chat.transformers import Transformers, TransformersConfig
from support.tuning import make_model

torch = pytest.importorskip("torch", reason="the transformers plugin needs torch")

LENGTH = 5
QUESTION = [Message("user", "紅色的蘋果 and a blue sky")]


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_model(tmp_path_factory.mktemp("tuned") / "model")


def soft(seed: int) -> Any:
    return torch.randn(1, LENGTH, 32, generator=torch.Generator().manual_seed(seed))


def attach_soft(seed: int) -> Any:
    from potluck.tuning import Virtual
    from potluck.tuning.attached import AttachedPast

    def attach(model: Any, tokenizer: Any) -> Attached:
        return AttachedPast(model, Virtual(LENGTH, embeddings=soft(seed)))

    return attach


def made(model: Path, attach: Any = None, **settings: Any) -> Transformers:
    tuned = Tuned(model, "identity of the tuned", attach) if attach else None
    config = TransformersConfig(model=str(model), dtype="float32", **{"max_tokens": 12, **settings})
    return Transformers(config, Context(model, model, ModelStore(model), tuned=tuned))


@pytest.fixture
def chat(model: Path) -> Iterator[Transformers]:
    running = made(model, attach_soft(1))
    yield running
    running.close()


def in_front(chat: Transformers, ids: list[int], seed: int = 1) -> Any:
    """Logits behind every token of a text that the soft prompt stands before, shape (tokens, vocabulary)."""
    model, _ = chat._both
    with torch.inference_mode():
        words = model.get_input_embeddings()(torch.tensor([ids]))
        return model(inputs_embeds=torch.cat([soft(seed), words], dim=1)).logits[0, LENGTH:]


def test_the_likeliest_tokens_are_those_of_the_embeddings_in_front(chat: Transformers) -> None:
    prompt, written = chat._prompt(QUESTION), list[int]()
    for _ in range(12):
        written.append(int(in_front(chat, [*prompt, *written])[-1].argmax()))
    bare = made(chat._context.base)

    answer = chat.chat(QUESTION, chat._config)

    assert answer.text == chat._both[1].decode(written[: answer.usage.completion], skip_special_tokens=True)
    assert answer.text != bare.chat(QUESTION, bare._config).text
    bare.close()


def test_likelihoods_are_those_of_the_embeddings_in_front(chat: Transformers) -> None:
    words = ["fruit", "weather", "蘋果", "藍色的天空"]
    prompt = chat._prompt(QUESTION)

    found = chat.likelihoods(QUESTION, words)

    for word, one in zip(words, found, strict=True):
        ids = chat._both[1](word, add_special_tokens=False)["input_ids"]
        said = in_front(chat, [*prompt, *ids]).log_softmax(-1)
        expected = sum(float(said[len(prompt) - 1 + place, token]) for place, token in enumerate(ids))
        assert one.tokens == len(ids)
        assert one.logprob == pytest.approx(expected, abs=1e-4)


def test_the_pieces_of_a_stream_are_the_whole_and_the_prefix_does_not_grow(chat: Transformers) -> None:
    first = chat.chat(QUESTION, chat._config)
    *pieces, answer = chat.stream(QUESTION, chat._config)

    assert isinstance(answer, Answer)
    assert "".join(map(str, pieces)) == answer.text == first.text
    assert chat._past().get_seq_length() == LENGTH


def test_usage_counts_the_text_and_the_window_is_smaller_by_the_prefix(chat: Transformers) -> None:
    bare = made(chat._context.base, context=1024)
    assert bare.context_window is not None
    assert chat.context_window == bare.context_window - LENGTH
    assert chat.chat(QUESTION, chat._config).usage.prompt == bare.count_tokens(QUESTION)
    fills = chat._config.model_copy(update={"max_tokens": bare.context_window - bare.count_tokens(QUESTION)})
    with pytest.raises(ContextExceeded, match=str(chat.context_window)):
        chat.chat(QUESTION, fills)
    bare.close()


def test_what_was_tuned_is_part_of_the_identity(chat: Transformers) -> None:
    bare = dict(made(chat._context.base).identity())
    assert dict(chat.identity()) == {**bare, "tuned": "identity of the tuned"}


def held(model: Path) -> bool:
    """Whether the base is in memory; models of other tests may be."""
    return any(key[0] == model.resolve() for key in causal._SHARED)


def test_several_answer_from_one_base_and_the_last_one_frees_it(model: Path) -> None:
    one, two, bare = made(model, attach_soft(1)), made(model, attach_soft(2)), made(model)
    scores = [each.likelihoods(QUESTION, ["fruit", "天空"]) for each in (one, two, bare)]

    assert one._both[0] is two._both[0] is bare._both[0]
    assert scores[0] != scores[1] != scores[2]
    assert [each.likelihoods(QUESTION, ["fruit", "天空"]) for each in (one, two, bare)] == scores
    for each in (one, two):
        each.close()
    assert held(model)
    bare.close()
    assert not held(model)


def test_an_adapter_that_is_refused_does_not_hold_the_base(model: Path) -> None:
    def refuse(model: Any, tokenizer: Any) -> Attached:
        raise AdapterMismatch("another base")

    chat = made(model, refuse)
    for _ in range(2):
        with pytest.raises(AdapterMismatch, match="another base"):
            chat.chat(QUESTION, chat._config)
    chat.close()

    assert not held(model)
