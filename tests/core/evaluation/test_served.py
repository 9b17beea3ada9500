"""Answers of two states of a service's model that are measured together are told.

Modules: ``potluck.evaluation.served``.
"""

from __future__ import annotations

import pytest

from potluck.evaluation.served import Served, changed_model


def test_kept_answers_of_a_model_that_answers_no_more_are_told_with_their_numbers() -> None:
    served = [
        Served("gpt-舊", True),
        Served("gpt-新", False),
        Served("gpt-舊", True),
        Served("gpt-更舊", True),
        Served("gpt-新", True),
        Served("", True),
        Served("", False),
    ]

    assert list(changed_model(served)) == [
        "the service's model has changed: gpt-新 (1) answered now, gpt-舊 (2), gpt-更舊 (1) when the kept answers were "
        "given; they are measured together. To ask all of them again: --fresh"
    ]


def test_several_states_may_answer_now() -> None:
    (told,) = changed_model([Served("a", True), Served("b", False), Served("c", False), Served("b", False)])

    assert "has changed: b (2), c (1) answered now, a (1) when" in told


@pytest.mark.parametrize(
    "served",
    [
        [],
        [Served("a", True), Served("b", True)],
        [Served("a", False), Served("b", False)],
        [Served("a", True), Served("a", False)],
        [Served("", True), Served("a", False)],
        [Served("a", True), Served("", False)],
        [Served("a", True), Served("b", False), Served("a", False), Served("b", True)],
    ],
    ids=["none", "all before", "all now", "the same", "unnamed before", "unnamed now", "both answer now"],
)
def test_nothing_is_told_where_nothing_has_changed_or_nobody_says(served: list[Served]) -> None:
    assert list(changed_model(served)) == []
