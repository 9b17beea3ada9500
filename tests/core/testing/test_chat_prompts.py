"""What chat models are asked in their kit, and asking them.

Modules: ``potluck.testing.chat_prompts``.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from potluck.contracts import ChatModel, ChatOptions
from potluck.documents import Answer, Message
from potluck.testing import Skipped, Subject, Violation, checks
from potluck.testing.chat_prompts import (
    ALIKE,
    PASSAGES,
    QUESTIONS,
    fresh_chat,
    get_answer,
    longest_answer,
    prompt_for,
    stream_answer,
)
from support.talker import WRITES_NONE, Talker, text


def test_a_question_comes_with_its_passages_in_the_text_and_beside_it() -> None:
    (message,) = prompt_for("道碴厚度不得小於多少？")

    assert (message.role, message.question, message.passages) == ("user", "道碴厚度不得小於多少？", PASSAGES)
    assert message.content.endswith("\n\n道碴厚度不得小於多少？")
    assert all(passage.text in message.content for passage in PASSAGES)
    assert all((one.start, one.end) == (0, len(one.text)) for one in PASSAGES)


def test_questions_that_are_alike_are_as_long_as_each_other() -> None:
    assert len(set(ALIKE)) == 4
    assert {len(question) for question in ALIKE} == {10}


def test_an_answer_is_greedy_and_short_unless_the_options_say_otherwise() -> None:
    asked: list[ChatOptions] = []

    class Listens(Talker):
        def _answer(self, messages: Sequence[Message], options: ChatOptions) -> Answer:
            asked.append(options)
            return super()._answer(messages, options)

    model = Listens({})

    assert get_answer(model, prompt_for(QUESTIONS[0])).text == "How deep must the ballas"
    assert get_answer(model, prompt_for(QUESTIONS[2]), max_tokens=4, temperature=0.5).text == "道碴厚度"
    assert [(one.temperature, one.max_tokens) for one in asked] == [(0.0, 24), (0.5, 4)]


def test_of_a_model_that_writes_no_answers_there_is_nothing_to_check() -> None:
    with pytest.raises(Skipped, match="it writes no answers: it fills gaps"):
        get_answer(Talker(dict(WRITES_NONE)), prompt_for(QUESTIONS[0]))


def test_a_stream_is_its_pieces_and_the_answer() -> None:
    pieces, answer = stream_answer(Talker({}), prompt_for(QUESTIONS[2]), max_tokens=4)

    assert pieces == ["道", "碴", "厚", "度"]
    assert (answer.text, answer.finish) == ("道碴厚度", "length")


def test_the_longest_answer_comes_with_its_question() -> None:
    said = text(lambda said: said[:8] if said.isascii() else said)

    messages, answer = longest_answer(Talker({"changed": said}))

    assert messages[0].question == "道碴厚度不得小於多少？"
    assert answer.text == "道碴厚度不得小於多少？"


@pytest.mark.parametrize("said", ["How", "道碴厚", "   a   "])
def test_an_answer_of_three_characters_cannot_be_cut(said: str) -> None:
    with pytest.raises(Skipped, match="too short to be cut"):
        longest_answer(Talker({"changed": text(lambda _: said)}))


def test_a_fresh_chat_model_is_closed_in_the_end(tmp_path: Path) -> None:
    closed: list[ChatModel] = []

    class Closes(Talker):
        def close(self) -> None:
            closed.append(self)

    subject = Subject(lambda own: Closes({}), tmp_path)
    with fresh_chat(subject) as one, fresh_chat(subject) as other:
        assert one is not other
        assert not closed

    assert closed == [other, one]


def test_a_stream_without_an_answer_at_its_end_is_told(tmp_path: Path) -> None:
    class NoEnd(Talker):
        def stream(self, messages: Sequence[Message], options: ChatOptions) -> Iterator[str | Answer]:
            yield from self._answer(messages, options).text

    (one,) = (one for one in checks("chat") if one.rule == "pieces-are-the-answer")
    with pytest.raises(Violation, match="a stream ends with str instead of an Answer"):
        one.on(Subject(lambda own: NoEnd({}), tmp_path))
