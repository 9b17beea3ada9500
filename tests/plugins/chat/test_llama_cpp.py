"""The ``llama-cpp`` chat model with SmolLM2, in this process."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from potluck.contracts import Context
from potluck.documents import Answer, Message
from potluck.errors import ContextExceeded, ModelNotFound
from potluck.sources import Sources
from potluck_plugins.chat.llama_cpp import LlamaCpp, LlamaCppConfig

QUESTION = [Message("user", "What is the capital of France? Answer in one sentence.")]


def made(model: Path, **settings: object) -> LlamaCpp:
    here = Path.cwd()
    config = LlamaCppConfig(model=str(model), max_tokens=24, context=512, **settings)
    return LlamaCpp(config, Context(here, here, Sources(here), seed=3))


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


def test_the_same_prompt_gives_the_same_answer_and_is_evaluated_once(chat: LlamaCpp) -> None:
    first = chat.chat(QUESTION, options(chat))
    second = chat.chat(QUESTION, options(chat))

    assert second.text == first.text
    assert second.usage.cached >= second.usage.prompt - 1


def test_what_prompts_have_in_common_at_the_beginning_is_evaluated_once(chat: LlamaCpp) -> None:
    context = "Paris is the capital of France. " * 20
    chat.chat([Message("user", context + "Which city?")], options(chat))

    answer = chat.chat([Message("user", context + "Which country?")], options(chat))

    assert answer.usage.cached > 0.8 * answer.usage.prompt


def test_the_pieces_of_a_stream_are_the_whole(chat: LlamaCpp) -> None:
    *pieces, answer = chat.stream(QUESTION, options(chat))

    assert isinstance(answer, Answer)
    assert "".join(map(str, pieces)) == answer.text
    assert len(pieces) > 2
    assert replace(answer.usage, cached=0) == replace(chat.chat(QUESTION, options(chat)).usage, cached=0)


def test_a_stop_text_ends_the_answer_and_is_no_part_of_it(chat: LlamaCpp) -> None:
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


def test_a_file_that_is_no_model_is_named(tmp_path: Path) -> None:
    (tmp_path / "model.gguf").write_bytes(b"PK\x03\x04")

    with pytest.raises(ModelNotFound, match="is no GGUF file"):
        made(tmp_path / "model.gguf").count_tokens(QUESTION)


def test_a_truncated_model_is_named(smollm2: Path, tmp_path: Path) -> None:
    cut = tmp_path / "cut.gguf"
    with smollm2.open("rb") as file:
        cut.write_bytes(file.read(1 << 20))

    with pytest.raises(ModelNotFound, match=r"cut\.gguf could not be loaded"):
        made(cut).count_tokens(QUESTION)
