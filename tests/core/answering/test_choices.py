"""Labels are compared to their ends where one begins another: the shorter does not win by being shorter."""

from __future__ import annotations

import math
from collections.abc import Sequence

import pytest

from potluck.answering.choices import check_scores_text, label_suffix, likeliest_label
from potluck.contracts import ChatModel, ChatOptions, Likelihood
from potluck.documents import Answer, Message
from potluck.errors import Unsupported

ASKED = [Message("user", "哪一個？")]


class Letters(ChatModel):
    """Says each letter of ``answer`` with a chance of .9, and ends there likewise; anything else has .001."""

    context_window = None
    scores_text = True
    answer_end = "|"

    def __init__(self, answer: str) -> None:
        self.answer = answer + "|"

    def count_tokens(self, messages: Sequence[Message]) -> int:
        return 1

    def chat(self, messages: Sequence[Message], options: ChatOptions) -> Answer:
        return Answer(self.answer)

    def likelihoods(
        self, prompt: str | Sequence[Message], continuations: Sequence[str], after: str = ""
    ) -> list[Likelihood]:
        texts = [each + after for each in continuations]
        sums = [
            sum(math.log(0.9 if self.answer[at : at + 1] == letter else 0.001) for at, letter in enumerate(text))
            for text in texts
        ]
        return [Likelihood(total, len(text)) for total, text in zip(sums, texts, strict=True)]


def test_a_label_that_another_begins_with_is_taken_only_where_the_answer_ends_there() -> None:
    labels = ["卡", "卡片", "卡片遺失"]
    assert [likeliest_label(Letters(one), ASKED, labels) for one in labels] == labels


def test_other_labels_are_compared_as_they_stand() -> None:
    assert label_suffix(Letters(""), ["fruit", "weather"]) == ""
    assert label_suffix(Letters(""), ["top", "top up"]) == "|"


def test_a_model_without_a_token_for_the_end_is_given_a_line_end() -> None:
    silent = Letters("top")
    silent.answer_end = ""
    assert label_suffix(silent, ["top", "top up"]) == "\n"


def test_a_model_that_scores_no_texts_is_refused_with_the_names_of_those_that_do() -> None:
    model = Letters("")
    check_scores_text(model, "letters", "so no label can be compared")

    model.scores_text = False
    with pytest.raises(Unsupported, match=r"'letters' does not say how likely a text is, so no .*'llama-cpp'"):
        check_scores_text(model, "letters", "so no label can be compared")
