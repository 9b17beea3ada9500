"""The questions of the kit for chat models, and asking them.

The questions come with passages, as a recipe's do, so that a model that quotes has something to quote.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from typing import Any

from potluck.contracts import ChatModel, ChatOptions
from potluck.documents import Answer, Message, Passage
from potluck.errors import Unsupported
from potluck.testing.kit import Skipped, Subject, fresh_component
from potluck.testing.texts import SENTENCES

QUESTIONS = (
    *("How deep must the ballast be?", "What does every worker wear?"),
    *("道碴厚度不得小於多少？", "巡查每週至少幾次？"),
)


ALIKE = ("道碴厚度最少是多少？", "巡查每週至少做幾次？", "今天的天氣適合散步？", "你會不會數到一百呢？")
"""Questions of equal length: a model that replaces every Han character by one sign, or drops them, sees one
question."""


PASSAGES = tuple(
    Passage(str(n), "規範 manual.txt", text, 0, len(text), 0.9) for n, text in enumerate((*SENTENCES[:4], SENTENCES[5]))
)


_TOKENS = 24
"""Enough for an answer that can be cut, and few enough for a slow model."""


MANY = 96


HALF = "\ufffd"
"""The replacement for half a character."""


fresh_chat: Callable[[Subject], AbstractContextManager[ChatModel]] = fresh_component
"""A fresh chat model of the plugin under test, closed in the end."""


def prompt_for(question: str) -> list[Message]:
    """A question as a recipe asks it, with its passages."""
    context = "\n".join(passage.text for passage in PASSAGES)
    return [Message("user", f"{context}\n\n{question}", PASSAGES, question)]


def get_answer(model: ChatModel, messages: Sequence[Message], **options: Any) -> Answer:
    """The answer, greedily and short unless the options say otherwise. Raises ``Skipped`` for a model that writes
    none."""
    try:
        return model.chat(messages, ChatOptions(**{"temperature": 0.0, "max_tokens": _TOKENS, **options}))
    except Unsupported as error:
        raise Skipped(f"it writes no answers: {error}") from error


def stream_answer(model: ChatModel, messages: Sequence[Message], **options: Any) -> tuple[list[Any], Answer]:
    """The pieces of a stream, and the answer at its end."""
    *pieces, answer = model.stream(messages, ChatOptions(**{"temperature": 0.0, "max_tokens": _TOKENS, **options}))
    if not isinstance(answer, Answer):
        raise AssertionError(f"a stream ends with {type(answer).__name__} instead of an Answer")
    return pieces, answer


def longest_answer(model: ChatModel) -> tuple[list[Message], Answer]:
    """The question with the longest answer, and that answer."""
    found = [(messages, get_answer(model, messages)) for messages in map(prompt_for, QUESTIONS)]
    messages, answer = max(found, key=lambda pair: len(pair[1].text))
    if len(answer.text.strip()) < 4:
        raise Skipped(f"its longest answer is {answer.text!r}, too short to be cut")
    return messages, answer
