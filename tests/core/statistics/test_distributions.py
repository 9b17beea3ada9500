"""The distributions that intervals and tests rest on are those of scipy."""

from __future__ import annotations

import sys

import pytest
from scipy import stats

from potluck.errors import MissingDependency
from potluck.statistics.distributions import ALPHA, check_distributions, coin_toss_cdf, student_quantile


@pytest.mark.parametrize("degrees", [1, 2, 9, 300])
def test_a_students_number_is_larger_in_one_of_twenty_cases(degrees: int) -> None:
    quantile = student_quantile(degrees)

    assert 2 * stats.t.sf(quantile, degrees) == pytest.approx(ALPHA)


@pytest.mark.parametrize(("heads", "tosses"), [(0, 1), (3, 10), (10, 10), (50, 120)])
def test_tosses_of_a_coin_are_binomial(heads: int, tosses: int) -> None:
    assert coin_toss_cdf(heads, tosses) == pytest.approx(stats.binom.cdf(heads, tosses, 0.5))


def test_without_scipy_the_error_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "scipy", None)

    for compute in (check_distributions, lambda: student_quantile(3), lambda: coin_toss_cdf(1, 2)):
        with pytest.raises(MissingDependency, match=r"pip install .*\[compare\]'"):
            compute()
