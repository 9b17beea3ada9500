"""How figures, intervals and p-values are written.

Modules: ``potluck.statistics.figures``.
"""

from __future__ import annotations

import pytest

from potluck.statistics.figures import mean_figure, p_figure, p_words, signed_figures, signed_interval


def test_a_mean_stands_before_its_interval_and_alone_where_there_is_none() -> None:
    assert mean_figure(0.8, 0.7, 0.9004) == "0.800 [0.700, 0.900]"
    assert mean_figure(0.8, None, None) == "0.800"
    assert mean_figure(0.8, 0.7, 0.9, decimals=2) == "0.80 [0.70, 0.90]"


def test_a_difference_has_signs_and_its_unit_behind_the_interval() -> None:
    assert signed_interval(0.06, -0.0, 0.1) == "+0.060 [+0.000, +0.100]"
    assert signed_interval(-0.4, -0.5, -0.3, "s") == "-0.400 [-0.500, -0.300] s"
    assert signed_figures([1e-5, 2e-6]) == ["+0.000010", "+0.000002"]


@pytest.mark.parametrize(
    ("p", "cell", "words"),
    [(0.0123, "0.012", "p = 0.012"), (0.001, "0.001", "p = 0.001"), (0.0009, "< 0.001", "p < 0.001")],
)
def test_a_p_value_has_three_decimals_and_none_is_told_as_nothing(p: float, cell: str, words: str) -> None:
    assert (p_figure(p), p_words(p)) == (cell, words)
