"""The distributions that intervals and tests rest on. They are computed by scipy, which is imported at first use."""

from __future__ import annotations

from typing import Any

from potluck.errors import MissingDependency
from potluck.installation import pip_command_of_extra

ALPHA = 0.05
"""A difference counts as real if chance alone shows one as large at most this often."""


def student_quantile(degrees: int) -> float:
    """What a number of Student's distribution exceeds, upwards or downwards, in 5 % of the cases.

    Raises ``MissingDependency`` without scipy.
    """
    return float(_scipy_special().stdtrit(degrees, 1 - ALPHA / 2))


def coin_toss_cdf(heads: int, tosses: int) -> float:
    """The probability of at most ``heads`` heads in ``tosses`` tosses of a fair coin.

    Raises ``MissingDependency`` without scipy.
    """
    return float(_scipy_special().bdtr(heads, tosses, 0.5))


def _scipy_special() -> Any:
    try:
        from scipy import special
    except ImportError:
        raise MissingDependency(
            f"comparing needs the package 'scipy'. Run: {pip_command_of_extra('compare')}"
        ) from None
    return special
