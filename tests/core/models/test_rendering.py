"""How prompts become text and where two begin alike.

Modules: ``potluck.models.rendering``.
"""

from __future__ import annotations

from typing import Any

import pytest

from potluck.documents import Message
from potluck.models.rendering import common_prefix_length, render_prompt, split_at_mask

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
