"""Local models' thoughts are kept apart too: of transformers by their tokens, of llama.cpp as its engine tells them."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from potluck.contracts import ChatOptions, Context
from potluck.documents import Answer, Message
from potluck.model_sources.model_store import ModelStore
from potluck_plugins.chat import transformers as plugin
from potluck_plugins.chat.llama_cpp import LlamaCpp, LlamaCppConfig
from potluck_plugins.chat.transformers import Transformers, TransformersConfig
from support.tiny_models import tiny_causal

THOUGHT, SAID = "也許在九號室？ Maybe.", "第七室。 Room 7."
QUESTION = [Message("user", "泵在哪裡？")]
TEMPLATE = "{% for m in messages %}{{ m.content }}{% endfor %}\n"


def context() -> Context:
    return Context(Path.cwd(), Path.cwd(), ModelStore(Path.cwd()))


def both(chat: Any, options: ChatOptions) -> Iterator[Answer]:
    """The answer at once, and at the end of its pieces."""
    *pieces, streamed = chat.stream(QUESTION, options)
    assert "".join(pieces) == streamed.text
    yield from (chat.chat(QUESTION, options), streamed)


@pytest.mark.parametrize(
    ("opening", "closing", "special", "opened"),
    [
        ("<think>\n", "\n</think>\n\n", False, False),
        ("", "\n</think>\n\n", False, True),
        ("[THINK]", "[/THINK]", True, False),
        ("<|START_THINKING|>", "<|END_THINKING|>", True, False),
    ],
    ids=["written", "opened by the template", "special tokens", "special tokens of Cohere"],
)
def test_thoughts_of_transformers_models(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, opening: str, closing: str, special: bool, opened: bool
) -> None:
    pytest.importorskip("torch", reason="the transformers plugin needs torch")
    from transformers import AutoTokenizer

    folder = tiny_causal(tmp_path / "m", [THOUGHT, SAID], template=TEMPLATE + ("<think>\n" if opened else ""))
    tokenizer = AutoTokenizer.from_pretrained(folder)
    if special:
        tokenizer.add_special_tokens({"additional_special_tokens": [opening, closing]})
        tokenizer.save_pretrained(folder)
    written = tokenizer(f"{opening}{THOUGHT}{closing}{SAID}", add_special_tokens=False)["input_ids"]
    monkeypatch.setattr(plugin, "next_tokens", lambda *given, **more: iter([*written, tokenizer.eos_token_id]))
    chat = Transformers(TransformersConfig(model=str(folder), dtype="float32"), context())
    inside = len(tokenizer(f"{opening}{THOUGHT}", add_special_tokens=False)["input_ids"])

    for answer in both(chat, ChatOptions(stop=("Maybe",))):
        assert (answer.text, answer.thoughts, answer.finish) == (SAID, THOUGHT, "stop")
        assert inside <= answer.usage.reasoning < answer.usage.completion == len(written) + 1
    chat.close()


def test_a_transformers_model_that_the_limit_cuts_in_its_thoughts_says_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("torch", reason="the transformers plugin needs torch")
    from transformers import AutoTokenizer

    folder = tiny_causal(tmp_path / "m", [THOUGHT], template=TEMPLATE + "<think>")
    written = AutoTokenizer.from_pretrained(folder)(THOUGHT, add_special_tokens=False)["input_ids"]
    monkeypatch.setattr(plugin, "next_tokens", lambda *given, **more: iter(written))
    chat = Transformers(TransformersConfig(model=str(folder), dtype="float32"), context())

    for answer in both(chat, ChatOptions()):
        assert (answer.text, answer.thoughts, answer.finish) == ("", THOUGHT, "length")
        assert answer.usage.reasoning == answer.usage.completion == len(written)
    chat.close()


class Engine:
    """llama.cpp's engine as far as the plugin asks it: one character a token, and an answer that is given here."""

    window = 512

    def __init__(self, deltas: Sequence[Mapping[str, str]], finish: str, prompt: str) -> None:
        self._deltas, self._finish, self._prompt = deltas, finish, prompt

    def ask(self, path: str, body: Mapping[str, Any]) -> Any:
        said = "".join(message["content"] for message in body["messages"])
        return {"prompt": said + self._prompt}

    def tokens(self, text: str) -> list[int]:
        return [*text.encode()]

    def keep(self, tokens: list[int]) -> int:
        return 0

    @contextmanager
    def open_response(self, path: str, body: object = None) -> Iterator[io.BytesIO]:
        events: list[dict[str, Any]] = [
            {"choices": [{"delta": delta, "finish_reason": None}]} for delta in self._deltas
        ]
        events.append({"choices": [{"delta": {}, "finish_reason": self._finish}]})
        events.append({"choices": [], "timings": {"cache_n": 0, "prompt_n": 9, "predicted_n": 99}})
        yield io.BytesIO(b"".join(f"data: {json.dumps(event)}\n\n".encode() for event in events))

    def stop(self) -> None:
        """There is nothing to stop."""


@pytest.mark.parametrize(
    ("deltas", "finish", "prompt", "text"),
    [
        ([{"reasoning_content": THOUGHT}, {"content": SAID}], "stop", "q", SAID),
        ([{"reasoning_content": THOUGHT}, {"content": SAID}], "stop", "q<think>\n", SAID),
        ([{"content": c} for c in f"<think>{THOUGHT}</think>{SAID}"], "stop", "q", SAID),
        ([{"content": c} for c in f"{THOUGHT}</think>{SAID}"], "stop", "q<think>", SAID),
        ([{"content": c} for c in THOUGHT], "length", "q<think>", ""),
        ([{"reasoning_content": THOUGHT}], "length", "q", ""),
    ],
    ids=["told", "told, opened by the template", "marked", "only closed", "cut", "told and cut"],
)
def test_thoughts_of_llama_cpp(deltas: list[Mapping[str, str]], finish: str, prompt: str, text: str) -> None:
    chat = LlamaCpp(LlamaCppConfig(model="none.gguf"), context())
    chat._running = Engine(deltas, finish, prompt)  # type: ignore[assignment]

    for answer in both(chat, ChatOptions()):
        assert (answer.text, answer.thoughts, answer.finish) == (text, THOUGHT, finish)
        assert answer.usage.reasoning == len(THOUGHT.encode())


def test_an_answer_of_llama_cpp_whose_template_opened_thoughts_that_it_did_not_write_is_one() -> None:
    chat = LlamaCpp(LlamaCppConfig(model="none.gguf"), context())
    chat._running = Engine([{"content": SAID}], "stop", "q<think>")  # type: ignore[assignment]

    for answer in both(chat, ChatOptions()):
        assert (answer.text, answer.thoughts, answer.usage.reasoning) == (SAID, "", 0)
