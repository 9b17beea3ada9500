"""How a chat model answers by default: greedily, in one piece, and without saying how likely a text is.

Modules: ``potluck.contracts.chat``. What its rules demand: ``tests/core/testing/test_chat.py``.
"""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from pydantic import ValidationError

from potluck.contracts import ChatModel, ChatOptions
from potluck.documents import Answer, Message
from potluck.errors import Unsupported


class Echo(ChatModel):
    context_window = None

    def count_tokens(self, messages: Sequence[Message]) -> int:
        return len(messages)

    def chat(self, messages: Sequence[Message], options: ChatOptions) -> Answer:
        return Answer(messages[-1].content, thoughts="嗯")


@pytest.mark.parametrize(
    "wrong",
    [
        {"temperature": -0.1}, {"temperature": 2.1}, {"top_p": 0}, {"top_p": 1.1}, {"max_tokens": 0},
        {"presence_penalty": -2.1}, {"presence_penalty": 2.1}, {"frequency_penalty": -2.1},
        {"frequency_penalty": 2.1},
    ],
)  # fmt: skip
def test_an_option_out_of_its_range_is_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(ValidationError):
        ChatOptions.model_validate(wrong)


@pytest.mark.parametrize(
    "right",
    [
        {"temperature": 0}, {"temperature": 2}, {"top_p": 0.01}, {"top_p": 1}, {"max_tokens": 1},
        {"presence_penalty": -2}, {"frequency_penalty": 2},
    ],
)  # fmt: skip
def test_the_ends_of_a_range_belong_to_it(right: dict[str, float]) -> None:
    assert right.items() <= ChatOptions.model_validate(right).model_dump().items()


def test_without_options_a_model_is_greedy_and_its_answers_are_kept() -> None:
    options = ChatOptions()

    assert options.decisive() == {
        "temperature": 0.0, "top_p": 1.0, "max_tokens": 256, "stop": [], "presence_penalty": 0.0,
        "frequency_penalty": 0.0, "seed": None,
    }  # fmt: skip
    assert (options.cache, options.samples, options.unsent) == (True, False, frozenset())
    assert ChatOptions(temperature=0.01).samples


def test_an_answer_is_streamed_in_one_piece_and_an_empty_one_in_none() -> None:
    echo = Echo()

    assert list(echo.stream([Message("user", "軌距？")], ChatOptions())) == ["軌距？", Answer("軌距？", thoughts="嗯")]
    assert list(echo.stream([Message("user", "")], ChatOptions())) == [Answer("", thoughts="嗯")]


def test_what_a_model_cannot_tell_is_refused_in_its_name() -> None:
    with pytest.raises(Unsupported, match=r"^Echo does not say how likely a text is$"):
        Echo().likelihoods("題", ["答"])
    with pytest.raises(
        Unsupported, match=r"^Echo does not list its vocabulary; name the words to choose from instead$"
    ):
        Echo().vocabulary()


def test_a_model_that_declares_nothing_promises_nothing() -> None:
    echo = Echo()
    echo.prepare()

    assert (echo.prices, echo.concurrency, echo.exact_token_counts, echo.answer_end, echo.remarks) == (
        None, 1, True, "", (),
    )  # fmt: skip
    assert (echo.scores_text, echo.reads_after, echo.reads_prompt, echo.takes_tuned) == (False, False, True, False)
    assert not echo.takes_tools
    assert echo.ignores == echo.kinds == frozenset()
