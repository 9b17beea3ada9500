"""How prompts become text and where two begin alike.

Modules: ``potluck.models.rendering``.
"""

from __future__ import annotations

from typing import Any

import pytest

from potluck.documents import Message, ToolCall
from potluck.errors import ModelError
from potluck.models.rendering import common_prefix_length, plain_text, render_prompt, split_at_mask

MESSAGES = [Message("user", "短鋼軌有多長？"), Message("assistant", "25 m")]


class Plain:
    """A tokenizer without a template, which begins every text with token 1 where it knows one."""

    chat_template = None

    def __init__(self, first: int | None) -> None:
        self.bos_token_id = first

    def __call__(self, text: str) -> Any:
        return {"input_ids": [one for one in (self.bos_token_id, 2) if one is not None]}


@pytest.mark.parametrize(("first", "head"), [(1, [1]), (None, [])])
def test_without_a_template_messages_are_texts_behind_the_first_token(first: int | None, head: list[int]) -> None:
    assert render_prompt(MESSAGES, Plain(first), "m") == (head, "短鋼軌有多長？\n\n25 m")
    assert render_prompt("as it is", Plain(first), "m") == (head, "as it is")


@pytest.mark.parametrize(
    ("one", "other", "length"),
    [([1, 2, 3], [1, 2, 4], 2), ([1, 2], [1, 2, 3], 2), ([], [1], 0), ([2], [1], 0), ([1, 2], [1, 2], 2)],
)
def test_the_common_beginning_is_counted(one: list[int], other: list[int], length: int) -> None:
    assert common_prefix_length(one, other) == length
    assert common_prefix_length(other, one) == length


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("這是[MASK]。", ("這是", "。")),
        ("[MASK] and [MASK]", ("", " and [MASK]")),
        ("the answer:", ("the answer: ", "")),
        ("the answer:\n", ("the answer:\n", "")),
    ],
)
def test_a_gap_is_at_the_first_mask_or_behind_the_text(text: str, expected: tuple[str, str]) -> None:
    assert split_at_mask(text, "[MASK]") == expected


class Templated(Plain):
    chat_template = "{% for m in messages %}<{{ m.content }}>{% endfor %}{{ 'A:' if add_generation_prompt }}"
    special_tokens_map: dict[str, str] = {}  # noqa: RUF012

    def get_chat_template(self) -> str:
        return self.chat_template


def test_a_template_writes_the_first_token_itself_and_where_the_answer_begins() -> None:
    assert render_prompt(MESSAGES, Templated(1), "m") == ([], "<短鋼軌有多長？><25 m>A:")
    assert render_prompt("as it is", Templated(1), "m") == ([1], "as it is")


@pytest.mark.parametrize(
    "message",
    [
        Message("user", "a", tools=({"name": "f"},)),
        Message("assistant", "", calls=(ToolCall("f", {}),)),
        Message("tool", "3"),
    ],
)
def test_calls_of_functions_are_no_plain_text(message: Message) -> None:
    with pytest.raises(ModelError, match="a-model has no chat template that writes calls of functions"):
        plain_text([*MESSAGES, message], "a-model")
    assert plain_text(MESSAGES, "a-model") == "短鋼軌有多長？\n\n25 m"
