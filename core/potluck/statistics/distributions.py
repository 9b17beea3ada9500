"""The distributions that intervals and tests rest on. They are computed by scipy, which is imported at first use."""

from __future__ import annotations

import math
from statistics import NormalDist
from typing import TYPE_CHECKING, Any

import numpy as np

from potluck.errors import MissingDependency
from potluck.installation import pip_command_of_extra

if TYPE_CHECKING:
    from potluck.statistics.observations import Array

ALPHA = 0.05
"""A difference counts as real if chance alone shows one as large at most this often."""


def student_quantile(degrees: float, alpha: float = ALPHA) -> float:
    """What a number of Student's distribution exceeds, upwards or downwards, in a share ``alpha`` of the cases.

    Raises ``MissingDependency`` without scipy.
    """
    return float(_scipy_special().stdtrit(degrees, 1 - alpha / 2))


def normal_quantile(alpha: float) -> float:
    """What a standard normal number exceeds, upwards or downwards, in a share ``alpha`` of the cases."""
    return NormalDist().inv_cdf(1 - alpha / 2)


def normal_p(z: float) -> float:
    """How often a standard normal number is as far from 0 as ``z``."""
    return math.erfc(abs(z) / math.sqrt(2))


def coin_toss_cdf(heads: int, tosses: int) -> float:
    """The probability of at most ``heads`` heads in ``tosses`` tosses of a fair coin.

    Raises ``MissingDependency`` without scipy.
    """
    return float(_scipy_special().bdtr(heads, tosses, 0.5))


def coin_toss_quantiles(tosses: int, count: int) -> Array:
    """``count`` numbers of heads in ``tosses`` tosses of a fair coin, as they are spread: the middles of equal parts.

    Raises ``MissingDependency`` without scipy.
    """
    reached = _scipy_special().bdtr(np.arange(tosses + 1, dtype=np.float64), tosses, 0.5)
    return np.searchsorted(reached, (np.arange(count) + 0.5) / count).astype(np.float64)


def check_distributions() -> None:
    """Raise ``MissingDependency`` without scipy: before the work whose result would need it."""
    _scipy_special()


def _scipy_special() -> Any:
    try:
        from scipy import special
    except ImportError:
        raise MissingDependency(
            f"comparing needs the package 'scipy'. Run: {pip_command_of_extra('compare')}"
        ) from None
    return special
