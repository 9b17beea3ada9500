"""What is concluded of two variants, as a word and as a sentence."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Literal, TypeAlias

from potluck.statistics.distributions import ALPHA
from potluck.statistics.paired_tests import PairedDifference

Verdict: TypeAlias = Literal["better", "worse", "no evidence"]


def verdict(difference: float, p_adjusted: float, higher_is_better: bool = True) -> Verdict:
    """What is to be said of b against a, b having ``difference`` more."""
    if p_adjusted > ALPHA or difference == 0:
        return "no evidence"
    return "better" if (difference > 0) == higher_is_better else "worse"


def verdict_sentence(
    *,
    a: str,
    b: str,
    metric: str,
    difference: PairedDifference,
    p_adjusted: float,
    higher_is_better: bool = True,
    unit: str = "",
) -> str:
    """The verdict in words, of b against a. ``unit`` is that of the measure, such as ``s``."""
    found = verdict(difference.difference, p_adjusted, higher_is_better)
    behind = f" {unit}" if unit else ""
    signed = signed_figures([difference.difference, difference.low, difference.high])
    seen, low, high = (f"{figure}{behind}" for figure in signed)
    p = "< 0.001" if p_adjusted < 0.001 else f"= {p_adjusted:.3f}"
    corrected = " after correction" if difference.confidence > 1 - ALPHA + 1e-9 else ""
    figures = f"{metric} {seen} (95 % CI {low} to {high}{corrected}, adjusted p {p}"
    if found != "no evidence":
        return f"{b} is {found} than {a}: {figures}, {difference.n:,} questions)"
    needed = difference.needed_n
    if needed is None:
        more = ""
    elif needed > difference.n:
        more = f"; {needed:,} would be needed"
    else:
        more = "; more would be needed for so many comparisons"
    return f"no evidence of a difference between {a} and {b} with {difference.n:,} questions{more}: {figures})"


def signed_figures(values: Sequence[float]) -> list[str]:
    """With at least three decimals, and as many as show two digits of the largest: a cost may be 0.00001 USD."""
    largest = max(map(abs, values))
    decimals = max(3, 1 - math.floor(math.log10(largest))) if largest > 0 else 3
    return [f"{value + 0.0:+.{decimals}f}" for value in values]


def signed_interval(difference: float, low: float, high: float) -> str:
    """``+0.060 [+0.020, +0.100]``, with as many decimals as ``signed_figures``."""
    seen, lowest, highest = signed_figures([difference, low, high])
    return f"{seen} [{lowest}, {highest}]"
