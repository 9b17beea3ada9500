"""What people should know of answers besides their texts.

Modules: ``potluck.answering.remarks``.
"""

from __future__ import annotations

from typing import Any

import pytest

from potluck.answering.remarks import FILTERED, remarks_on, remarks_on_all, with_all_thoughts
from potluck.documents import Answer, Usage

LIMIT = "the token limit ended the model's thoughts, so there is no answer: raise chat.max_tokens"
ENDED = "the model ended with its thoughts and gave no answer"


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (Answer("第七室", "stop"), []),
        (Answer("第七室", "length"), []),
        (Answer("", "stop"), []),
        (Answer("a", "stop", notes=("odd", "more")), ["odd", "more"]),
        (Answer("", "filter"), [FILTERED]),
        (Answer("", "filter", notes=("withheld for hate",)), ["withheld for hate"]),
        (Answer("", "length", thoughts="想"), [LIMIT]),
        (Answer("", "stop", thoughts="想"), [ENDED]),
        (Answer("a", "length", thoughts="想"), []),
        (Answer("", "filter", thoughts="想"), [FILTERED]),
    ],
)
def test_what_is_unusual_of_an_answer_is_a_sentence(answer: Answer, expected: list[str]) -> None:
    assert [*remarks_on(answer)] == expected


@pytest.mark.parametrize(
    ("count", "named"), [(1, "q0"), (5, "q0, q1, q2, q3, q4"), (7, "q0, q1, q2, q3, q4 and 2 more")]
)
def test_a_remark_is_told_once_with_the_questions_that_it_is_about(count: int, named: str) -> None:
    answers = {f"q{number}": Answer("", "filter") for number in range(count)}

    assert [*remarks_on_all({"fine": Answer("a"), **answers})] == [f"{named}: {FILTERED}"]


def thinking(thoughts: str, completion: int = 0, reasoning: int = 0) -> Answer:
    return Answer("a", "stop", Usage(1, completion, 0, reasoning), thoughts=thoughts)


@pytest.mark.parametrize(
    ("answers", "said"),
    [
        ([thinking("")], []),
        ([thinking("想"), thinking("")], ["thoughts: 1 character, kept apart from the answer"]),
        ([thinking("想想"), thinking("maybe")], ["thoughts: 7 characters, kept apart from 2 answers"]),
        ([thinking("想想", 3000, 2500), thinking("", 9)],
         ["thoughts: 2 characters, 2,500 of 3,000 tokens, kept apart from the answer"]),
        ([thinking("想", 10, 4), thinking("想", 10, 5)],
         ["thoughts: 2 characters, 9 of 20 tokens, kept apart from 2 answers"]),
    ],
)  # fmt: skip
def test_thoughts_are_counted(answers: list[Answer], said: list[str]) -> None:
    assert [*remarks_on_all({str(number): one for number, one in enumerate(answers)})] == said


def test_an_answer_has_the_thoughts_and_notes_of_all_that_led_to_it_each_once() -> None:
    heard: list[Any] = [Answer("x", thoughts="一", notes=("n",)), Answer("y", thoughts="一", notes=("n", "m")),
                        Answer("z", thoughts="二"), Answer("w")]  # fmt: skip

    found = with_all_thoughts(Answer("final", "length", thoughts="old", notes=("old",)), heard)

    assert (found.text, found.finish, found.thoughts, found.notes) == ("final", "length", "一\n\n二", ("n", "m"))
