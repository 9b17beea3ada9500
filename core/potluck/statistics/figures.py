"""How figures, intervals and p-values are written, wherever people read them."""

from __future__ import annotations

import math
from collections.abc import Sequence

_LEAST_P = 0.001
"""A smaller p-value is not told more finely."""


def mean_figure(mean: float, low: float | None, high: float | None, decimals: int = 3) -> str:
    """``0.800 [0.700, 0.900]``; the mean alone if there is no interval."""
    within = "" if low is None or high is None else f" [{low:.{decimals}f}, {high:.{decimals}f}]"
    return f"{mean:.{decimals}f}{within}"


def signed_figures(values: Sequence[float]) -> list[str]:
    """With at least three decimals, and as many as show two digits of the largest: a cost may be 0.00001 USD."""
    largest = max(map(abs, values))
    decimals = max(3, 1 - math.floor(math.log10(largest))) if largest > 0 else 3
    return [f"{value + 0.0:+.{decimals}f}" for value in values]


def signed_interval(difference: float, low: float, high: float, unit: str = "") -> str:
    """``+0.060 [+0.020, +0.100]`` with the unit behind it, with as many decimals as ``signed_figures``."""
    seen, lowest, highest = signed_figures([difference, low, high])
    return f"{seen} [{lowest}, {highest}]" + (f" {unit}" if unit else "")


def p_figure(p: float) -> str:
    """``0.012``, or ``< 0.001``, as a cell of a table has it."""
    return f"< {_LEAST_P}" if p < _LEAST_P else f"{p:.3f}"


def p_words(p: float) -> str:
    """``p = 0.012``, or ``p < 0.001``, as a sentence has it."""
    return f"p {p_figure(p)}" if p < _LEAST_P else f"p = {p_figure(p)}"
