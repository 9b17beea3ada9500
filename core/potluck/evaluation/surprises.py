"""How surprised a chat model is by right answers, each measured at most once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from potluck.contracts import ChatModel
from potluck.documents import Message
from potluck.metrics.perplexity import Surprise, perplexity
from potluck.workspace.answer_cache import AnswerCache


def surprise_at(
    chat: ChatModel, messages: Sequence[Message], reference: str, answers: AnswerCache, key: str, cached: bool
) -> Surprise:
    """The surprise of a reference answer after the messages, kept under ``key``.

    Raises ``Unsupported`` where the chat model cannot tell.
    """
    kept: dict[str, Any] | None = answers.answer(key, cached=cached)
    if kept is not None:
        return Surprise(kept["nats"], kept["tokens"], kept["characters"])
    (measured,) = perplexity(chat, [(messages, reference)]).answers
    answers.keep_answer(key, asdict(measured), cached=cached)
    return measured
