"""The verdict on two variants, as a word and as a sentence."""

from __future__ import annotations

from typing import Literal, TypeAlias

from potluck.statistics.distributions import ALPHA
from potluck.statistics.figures import p_words, signed_interval
from potluck.statistics.paired_tests import PairedDifference
from potluck.statistics.scope import asked_words, needed_words

Verdict: TypeAlias = Literal["better", "worse", "no evidence"]


def verdict(difference: float, p_adjusted: float, higher_is_better: bool = True) -> Verdict:
    """The verdict on b against a, b having ``difference`` more."""
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
    seen = signed_interval(difference.difference, difference.low, difference.high, unit)
    corrected = " after correction" if difference.confidence > 1 - ALPHA + 1e-9 else ""
    figures = f"{metric} {seen}{corrected}, adjusted {p_words(p_adjusted)}"
    if found != "no evidence":
        return f"{b} is {found} than {a}: {figures}, {asked_words(difference)}"
    needed = difference.needed_n
    if needed is None:
        more = ""
    elif needed > difference.n:
        more = f"; {needed_words(difference)} would be needed"
    else:
        more = "; more would be needed for this many comparisons"
    return f"no evidence of a difference between {a} and {b} with {asked_words(difference)}{more}: {figures}"
