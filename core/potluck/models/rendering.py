"""Rendering messages as a model's text, in training as in answering. Plugins may use it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from potluck.documents import Message, plain
from potluck.errors import ModelError
from potluck.models.chat_template import render


def render_prompt(prompt: str | Sequence[Message], tokenizer: Any, model: str) -> tuple[list[int], str]:
    """The token that stands first (a template writes its own) and the text of a prompt, up to where an answer begins.

    Where the model has no template, it is the messages' texts with a blank line between them. ``model`` is what
    messages call the model. Raises ``TemplateFailed`` for messages that its template refuses or loses.
    """
    if isinstance(prompt, str) or tokenizer.chat_template is None:
        text = prompt if isinstance(prompt, str) else plain_text(prompt, model)
        return [token for token in tokenizer("")["input_ids"] if token == tokenizer.bos_token_id], text
    return [], render(prompt, tokenizer, model, answering=True)


def plain_text(messages: Sequence[Message], model: str) -> str:
    """The messages' texts with a blank line between them.

    Raises ``ModelError`` for messages that call functions, which only a chat template can write. ``model`` is what
    the error calls the model.
    """
    if any(message.uses_tools for message in messages):
        raise ModelError(
            f"{model} has no chat template that writes calls of functions: take a model that was made to call tools, "
            "or leave the tools out"
        )
    return plain(messages)


def common_prefix_length(one: Sequence[int], other: Sequence[int]) -> int:
    """How many tokens two texts begin with in common."""
    return next((n for n, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))


def split_at_mask(text: str, mask: str) -> tuple[str, str]:
    """What stands before and behind the place that a masked model fills: the mask's, or the end of the text."""
    if mask in text:
        before, _, after = text.partition(mask)
        return before, after
    return (text if text[-1:].isspace() else text + " "), ""
