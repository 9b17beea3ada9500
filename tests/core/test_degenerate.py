"""Answers that are worth nothing are told, and small good runs are left in peace."""

from __future__ import annotations

import random

import pytest

from potluck import degenerate


def labels(right: str, said: str) -> list[str]:
    return [*degenerate.of_labels(list(right), list(said))]


@pytest.mark.parametrize(
    ("right", "said", "kinds"),
    [
        ("hhss", "hhhh", ["one label for everything"]),
        ("h" * 10 + "s" * 10, "h" * 20, ["one label for everything", "no better than the commonest label"]),
        ("h" * 45 + "s" * 5, "h" * 50, ["one label for everything"]),
        ("hs" * 10, "sh" * 10, ["no better than the commonest label"]),
        ("abc" * 6, "bca" * 6, ["no better than the commonest label"]),
    ],
)
def test_worthless_labels_are_told(right: str, said: str, kinds: list[str]) -> None:
    assert [sentence.split(":")[0] for sentence in labels(right, said)] == kinds


def test_the_sentences_hold_the_numbers() -> None:
    one, better = labels("h" * 10 + "s" * 6 + "t" * 4, "h" * 20)
    words = "one label for everything: all 20 examples were answered 'h', and 10 of them are something else"
    assert one == f"{words} ('s' 6, 't' 4)"
    assert better == (
        "no better than the commonest label: 10 of 20 examples are answered right (accuracy 0.500), and answering 'h' "
        "to all would give 0.500"
    )


@pytest.mark.parametrize(
    ("right", "said"),
    [
        ("", ""), ("hs", "hh"), ("hhhs", "hhhh"), ("hhhh", "hhhh"), ("hhhh", "hhhs"), ("hs" * 5, "hs" * 4 + "ss"),
        ("h" * 9 + "s", "h" * 10), ("hhss", "hsss"), ("hs" * 10, "hs" * 7 + "sh" * 3),
    ],
)  # fmt: skip
def test_small_or_good_runs_are_left_in_peace(right: str, said: str) -> None:
    assert labels(right, said) == []


def test_a_useful_model_is_seldom_alarmed_about() -> None:
    """Right in 3 of 4 on two equal labels: less than 1 in 20, whatever the number of examples."""
    chances = random.Random(7)
    for count in (4, 6, 10, 20, 40):
        right = ["h", "s"] * (count // 2)
        alarms = sum(
            bool([*degenerate.no_better(right, sum(chances.random() < 0.75 for _ in right))]) for _ in range(2000)
        )
        assert alarms < 0.06 * 2000, count


def test_answers_in_words_that_are_all_the_same_are_told() -> None:
    (sentence,) = degenerate.of_texts(["red", "green", "blue"], ["same"] * 3)
    assert (
        sentence == "one answer for everything: all 3 questions were answered 'same', and 3 different answers are right"
    )
    assert not [*degenerate.of_texts(["red", "red", "red"], ["red"] * 3)]
    assert not [*degenerate.of_texts(["red", "green", "blue"], ["red", "red", "blue"])]


@pytest.mark.parametrize(("length", "shown"), [(60, "答" * 60), (61, "答" * 59 + "…")])
def test_of_a_long_answer_the_beginning_is_told(length: int, shown: str) -> None:
    (sentence,) = degenerate.of_texts(["red", "green", "blue"], ["答" * length] * 3)

    assert f"all 3 questions were answered '{shown}', and" in sentence


@pytest.mark.parametrize(
    ("cut", "answers", "sentence"),
    [
        (0, 5, None),
        (1, 1, "cut answers: 1 of 1 (100%) ended at the limit of 64 tokens (chat.max_tokens)"),
        (1, 5, "cut answers: 1 of 5 (20%) ended at the limit of 64 tokens (chat.max_tokens)"),
        (
            3, 6,
            "cut answers: 3 of 6 (50%) ended at the limit of 64 tokens (chat.max_tokens): the model does not end its "
            "answers",
        ),
    ],
)  # fmt: skip
def test_answers_that_are_cut_are_told_with_their_share(cut: int, answers: int, sentence: str | None) -> None:
    assert [*degenerate.of_ends(cut, answers, 64)] == ([sentence] if sentence else [])


@pytest.mark.parametrize(
    ("missed", "answers", "unending"), [(0, 9, False), (1, 1, False), (2, 2, True), (2, 8, False), (5, 8, True)]
)
def test_ends_are_missed_by_chance_or_not(missed: int, answers: int, unending: bool) -> None:
    assert degenerate.is_unending(missed, answers) is unending
