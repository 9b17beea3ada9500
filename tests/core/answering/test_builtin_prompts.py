"""Prompts of our own: in the language of the question, with numbered passages.

Modules: ``potluck.answering.builtin_prompts``.
"""

from __future__ import annotations

import pytest

from potluck.answering.builtin_prompts import CHINESE, ENGLISH, Prompts, context_of, prompts_for
from potluck.documents import Passage


@pytest.mark.parametrize(
    ("question", "expected"),
    [("短鋼軌有多長？", CHINESE), ("How long is a 短鋼軌?", CHINESE), ("How long is it?", ENGLISH), ("", ENGLISH)],
)
def test_the_wording_is_in_the_language_of_the_question(question: str, expected: Prompts) -> None:
    assert prompts_for(question) is expected


def test_passages_are_numbered_with_document_section_and_heading() -> None:
    passages = [
        Passage("a", "規範/第三章.docx#2", "長二十五公尺。", 0, 7, 1.0, "鋼軌", ("3.1", "3")),
        Passage("b", "notes.txt", "It is short.", 0, 12, 0.5),
    ]

    assert context_of(passages) == "[1] 第三章 3.1\n鋼軌\n長二十五公尺。\n\n[2] notes\nIt is short."


@pytest.mark.parametrize("prompts", [CHINESE, ENGLISH])
def test_a_prompt_to_answer_says_what_to_write_where_nothing_is_known(prompts: Prompts) -> None:
    text = prompts.answer.format(context="CONTEXT", question="QUESTION", examples="")

    assert prompts.refusal in text
    assert text.index("CONTEXT") < text.index("QUESTION")
