"""Values of questions become one row per question, and what is no observation is refused."""

from __future__ import annotations

import numpy as np
import pytest

from potluck.statistics.observations import is_binary, question_means, question_table


def test_values_are_a_row_per_question_and_a_column_per_repeat() -> None:
    assert question_table([0.5, 1.0]).shape == (2, 1)
    assert question_table([[0.5, 1.0, 0.0], [1.0, 1.0, 1.0]]).shape == (2, 3)


def test_repeats_are_averaged_and_those_without_a_value_left_out() -> None:
    table = question_table([[1.0, 0.0], [np.nan, 0.5]])

    assert question_means(table).tolist() == [0.5, 0.5]


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ([], "at least one question"),
        ([[[1.0]]], "in one dimension or as"),
        ([1.0, float("inf")], "a value is infinite"),
        ([[1.0], [float("nan")]], "question 2 of 2 has no value"),
    ],
)
def test_what_is_not_an_observation_is_refused(values: list[float], reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        question_table(values)


def test_only_zeros_and_ones_are_binary() -> None:
    assert is_binary(np.array([0.0, 1.0, 1.0]))
    assert not is_binary(np.array([0.0, 0.5]))
