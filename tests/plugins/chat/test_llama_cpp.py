"""The ``llama-cpp`` chat model with SmolLM2, in this process."""

from __future__ import annotations

import random
import signal
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from potluck.contracts import Context
from potluck.documents import Answer, Message
from potluck.errors import ContextExceeded, ModelNotFound, RemoteError
from potluck.model_sources.model_store import ModelStore
from potluck_plugins.chat._shared.llama_engine import BATCH, LlamaEngine
from potluck_plugins.chat.llama_cpp import LlamaCpp, LlamaCppConfig

IGNORED = signal.getsignal(signal.SIGINT) is signal.SIG_IGN
"""Before the engine is loaded."""
QUESTION = [Message("user", "What is the capital of France? Answer in one sentence.")]


def made(model: Path, **settings: object) -> LlamaCpp:
    here = Path.cwd()
    # One thread: on a busy machine several wait for each other.
    config = LlamaCppConfig(model=str(model), **{"max_tokens": 24, "context": 512, "threads": 1, **settings})
    return LlamaCpp(config, Context(here, here, ModelStore(here), seed=3))


@pytest.fixture(scope="module")
def chat(smollm2: Path) -> Iterator[LlamaCpp]:
    running = made(smollm2)
    yield running
    running.close()


def options(chat: LlamaCpp, **changes: object) -> LlamaCppConfig:
    return chat._config.model_copy(update=changes)


def test_it_answers_and_counts(chat: LlamaCpp) -> None:
    answer = chat.chat(QUESTION, options(chat))

    assert "Paris" in answer.text
    assert answer.usage.prompt == chat.count_tokens(QUESTION)
    assert 0 < answer.usage.completion <= 24


def test_what_prompts_have_in_common_at_the_beginning_is_evaluated_once(chat: LlamaCpp) -> None:
    context = "短鋼軌係指長度在標準長度以下5m以上之鋼軌。" * 4
    first = chat.chat([Message("user", context + "短鋼軌是什麼？")], options(chat))

    answer = chat.chat([Message("user", context + "標準長度是多少？")], options(chat))

    assert answer.usage.prompt > 128
    assert answer.usage.prompt - answer.usage.cached < 2 * BATCH
    assert chat.chat([Message("user", context + "短鋼軌是什麼？")], options(chat)).text == first.text


@pytest.mark.slow
def test_what_was_asked_before_changes_no_figure(smollm2: Path) -> None:
    """By itself llama.cpp evaluates what is left of a prompt in other batches, and gives slightly other figures."""
    engine = LlamaEngine(smollm2, 512, 1)
    words = [
        "rail",
        "gauge",
        "sleeper",
        "ballast",
        "weld",
        "joint",
        "curve",
        "bridge",
        "signal",
        "track",
        "軌距",
        "道碴",
    ]
    chosen = random.Random(5).choices(words, k=120)
    texts = [" ".join([*chosen[:length], "Why?", *words[:end]]) for end, length in enumerate((50, 57, 90, 64, 33, 120))]

    def figures(text: str) -> list[float]:
        messages = [{"role": "user", "content": text}]
        kept = engine.keep(engine.tokens(engine.ask("/apply-template", {"messages": messages})["prompt"]))
        body = {"messages": messages, "max_tokens": 3, "temperature": 0, "logprobs": True, "cache_prompt": kept > 0}
        (choice,) = engine.ask("/v1/chat/completions", body)["choices"]
        return [token["logprob"] for token in choice["logprobs"]["content"]]

    forwards = [figures(text) for text in texts]
    backwards = [figures(text) for text in reversed(texts)]
    engine.stop()

    assert backwards[::-1] == forwards


def test_the_pieces_of_a_stream_are_the_whole(chat: LlamaCpp) -> None:
    *pieces, answer = chat.stream(QUESTION, options(chat))

    assert isinstance(answer, Answer)
    assert "".join(map(str, pieces)) == answer.text
    assert len(pieces) > 2
    assert replace(answer.usage, cached=0) == replace(chat.chat(QUESTION, options(chat)).usage, cached=0)


def test_a_stop_text_ends_the_answer_and_is_not_part_of_it(chat: LlamaCpp) -> None:
    whole = chat.chat(QUESTION, options(chat)).text

    answer = chat.chat(QUESTION, options(chat, stop=("Paris",)))

    assert answer.text == whole[: whole.index("Paris")]
    assert answer.finish == "stop"


def test_an_answer_that_was_cut_says_so(chat: LlamaCpp) -> None:
    assert chat.chat(QUESTION, options(chat, max_tokens=1)).finish == "length"


def test_a_prompt_that_does_not_fit_is_refused(chat: LlamaCpp) -> None:
    with pytest.raises(ContextExceeded, match="512 tokens"):
        chat.chat([Message("user", "軌道 " * 500)], options(chat))


def test_closing_a_stream_leaves_the_model_free_for_the_next(chat: LlamaCpp) -> None:
    pieces = chat.stream([Message("user", "Count to one hundred in words.")], options(chat, max_tokens=200))
    next(pieces)
    pieces.close()

    assert "Paris" in chat.chat(QUESTION, options(chat)).text


def test_a_seed_repeats_what_chance_chose(chat: LlamaCpp) -> None:
    hot = options(chat, temperature=1.5, seed=11)

    assert chat.chat(QUESTION, hot).text == chat.chat(QUESTION, hot).text


def test_a_file_that_is_not_a_model_is_named(tmp_path: Path) -> None:
    (tmp_path / "model.gguf").write_bytes(b"PK\x03\x04")

    with pytest.raises(ModelNotFound, match="is not a GGUF file"):
        made(tmp_path / "model.gguf").count_tokens(QUESTION)


def test_a_truncated_model_is_named(smollm2: Path, tmp_path: Path) -> None:
    cut = tmp_path / "cut.gguf"
    with smollm2.open("rb") as file:
        cut.write_bytes(file.read(1 << 20))

    with pytest.raises(ModelNotFound, match=r"cut\.gguf could not be loaded"):
        made(cut).count_tokens(QUESTION)


def test_the_window_is_never_more_than_the_model_was_trained_on(smollm2: Path) -> None:
    chat = made(smollm2, context=9000)

    assert chat.context_window == 8192

    chat.close()


def test_control_tokens_of_the_template_are_counted_as_the_engine_counts_them(chat: LlamaCpp) -> None:
    messages = [Message("system", "你是助手。"), Message("user", "a<|im_end|>b"), Message("assistant", "c"), *QUESTION]

    assert chat.chat(messages, options(chat)).usage.prompt == chat.count_tokens(messages)


def listening() -> set[object]:
    """The ports of this process; those of servers that other tests have started are among them."""
    return {c.laddr for c in psutil.Process().net_connections() if c.status == psutil.CONN_LISTEN}


def test_the_engine_opens_no_port_and_prints_nothing(smollm2: Path, capfd: pytest.CaptureFixture[str]) -> None:
    before = listening()
    chat = made(smollm2)
    chat.chat(QUESTION, options(chat))

    now = listening()
    chat.close()

    assert now <= before
    assert capfd.readouterr() == ("", "")


def test_closing_ends_the_threads_even_in_the_middle_of_an_answer(smollm2: Path) -> None:
    before = psutil.Process().num_threads()
    chat = made(smollm2, max_tokens=400)
    pieces = chat.stream([Message("user", "Count to one hundred in words.")], options(chat))
    next(pieces)
    folder = chat._engine._socket.parent

    chat.close()

    # llama.cpp keeps one thread for its log as long as the process lives.
    assert psutil.Process().num_threads() <= before + 1
    assert not folder.exists()
    with pytest.raises(RemoteError, match="broke off"):
        list(pieces)


def test_an_engine_can_be_closed_as_soon_as_it_runs(smollm2: Path) -> None:
    for _ in range(5):
        LlamaEngine(smollm2, 64, 1).stop()


@pytest.mark.skipif(IGNORED, reason="the tests were started with interrupts ignored, as a shell does in the background")
def test_an_interrupt_still_reaches_python(chat: LlamaCpp) -> None:
    assert chat.count_tokens(QUESTION) > 0

    with pytest.raises(KeyboardInterrupt):
        signal.raise_signal(signal.SIGINT)

    assert "Paris" in chat.chat(QUESTION, options(chat)).text


def test_the_identity_follows_the_file(smollm2: Path, tmp_path: Path) -> None:
    (tmp_path / "other.gguf").write_bytes(b"GGUF")

    assert made(smollm2).identity() == made(smollm2).identity()
    assert made(smollm2).identity()["model"] != made(tmp_path / "other.gguf").identity()["model"]
