"""Taking a chat model's answer: whatever its plugin returns, it can be stored and counted."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from potluck import plugins
from potluck.contracts import ChatModel, ChatOptions
from potluck.documents import Answer, Message, Usage
from potluck.errors import ContractBroken, Unsupported
from potluck.language import whole_characters

_UNBELIEVABLE = 10**15
"""Tokens that no model reads or writes."""


def ask_model(model: ChatModel, messages: Sequence[Message], options: ChatOptions) -> Answer:
    """What the model answers. Raises ``Unsupported`` for messages with calls of functions that it does not take."""
    check_tools(model, messages)
    return clean_answer(model.chat(messages, options))


def stream_model(
    model: ChatModel,
    name: str,
    messages: Sequence[Message],
    options: ChatOptions,
    on_text: Callable[[str], None] | None = None,
) -> Answer:
    """What the model of that plugin name answers; ``on_text`` gets the pieces as they come.

    Raises what ``ask_model`` raises, and ``ContractBroken`` for a stream without an answer.
    """
    if on_text is None:
        return ask_model(model, messages, options)
    check_tools(model, messages)
    for piece in model.stream(messages, options):
        if isinstance(piece, Answer):
            return clean_answer(piece)
        on_text(whole_characters(piece))
    raise ContractBroken(f"chat plugin {name!r} ended its stream without an Answer")


def check_tools(model: ChatModel, messages: Sequence[Message]) -> None:
    """Raise ``Unsupported`` if the messages hold functions that the model would not be told of."""
    if not model.takes_tools and any(message.uses_tools for message in messages):
        able = plugins.capable_names("chat", lambda one: one.takes_tools)
        raise Unsupported(
            f"{type(model).__name__} takes no functions, and these messages have some; "
            f"installed chat models that do: {able}"
        )


def clean_answer(answer: Answer) -> Answer:
    """The answer without halves of characters, which no file takes, and without token counts that are not sensible
    numbers."""
    said = answer.usage
    counts = (said.prompt, said.completion, said.cached, said.reasoning)
    return replace(
        answer,
        text=whole_characters(answer.text),
        usage=Usage(*(count if count < _UNBELIEVABLE else 0 for count in counts)),
        thoughts=whole_characters(answer.thoughts),
        notes=tuple(map(whole_characters, answer.notes)),
        served_by=whole_characters(answer.served_by),
    )
