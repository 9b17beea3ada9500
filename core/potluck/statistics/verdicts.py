"""The verdict on two variants, as a word and as a sentence."""

from __future__ import annotations

from typing import Literal, TypeAlias

from potluck.statistics.distributions import ALPHA
from potluck.statistics.families import CorrectedDifference
from potluck.statistics.figures import p_words, signed_interval
from potluck.statistics.paired_tests import PairedDifference
from potluck.statistics.scope import TrainedModels, asked_words, needed_words

Verdict: TypeAlias = Literal["better", "worse", "as good as", "no evidence"]
"""``as good as`` where the two are shown to differ by less than matters, also if they are shown to differ."""


def verdict(
    difference: float, p_adjusted: float, higher_is_better: bool = True, p_equivalent: float | None = None
) -> Verdict:
    """The verdict on b against a, b having ``difference`` more."""
    if p_equivalent is not None and p_equivalent <= ALPHA:
        return "as good as"
    if p_adjusted > ALPHA or difference == 0:
        return "no evidence"
    return "better" if (difference > 0) == higher_is_better else "worse"


def verdict_sentence(
    *,
    a: str,
    b: str,
    metric: str,
    found: CorrectedDifference,
    higher_is_better: bool = True,
    unit: str = "",
) -> str:
    """The verdict in words, of b against a. ``unit`` is that of the measure, such as ``s``."""
    one, margin = found.difference, _margin_figure(found.margin, unit)
    word = verdict(one.difference, found.p_adjusted, higher_is_better, found.p_equivalent)
    seen = signed_interval(one.difference, one.low, one.high, unit)
    if word == "as good as":
        level = f" at {one.confidence:.1%}".replace(".0%", "%").replace("%", " %")
        return (
            f"{b} is as good as {a}: {metric} {seen}{level}, less than {margin} apart, "
            f"adjusted {p_words(found.p_equivalent or 0.0)}, {_asked_words(one)}"
        )
    corrected = " after correction" if one.confidence > 1 - ALPHA + 1e-9 else ""
    figures = f"{metric} {seen}{corrected}, adjusted {p_words(found.p_adjusted)}"
    if word != "no evidence":
        by = f" by at least {margin}" if 0 < found.margin <= min(abs(one.low), abs(one.high)) else ""
        return f"{b} is {word} than {a}{by}: {figures}, {_asked_words(one)}"
    return f"no evidence of a difference between {a} and {b} with {_asked_words(one)}{_words_on_need(found)}: {figures}"


def description(*, a: str, b: str, metric: str, found: CorrectedDifference, unit: str = "") -> str:
    """The difference of b from a in words, of a measure that does not decide."""
    one = found.difference
    seen = signed_interval(one.difference, one.low, one.high, unit)
    return f"{b} against {a}: {metric} {seen}, {_asked_words(one)}; described, not judged"


def _asked_words(one: PairedDifference) -> str:
    """The questions, and what was trained."""
    return ", ".join(filter(None, (asked_words(one), TrainedModels(one.models, one.trainings).words())))


def _words_on_need(found: CorrectedDifference) -> str:
    needed, one = found.difference.needed_n, found.difference
    if needed is None:
        trainings = one.needed_trainings
        return "" if trainings is None else f"; about {trainings:,} trainings each would be needed"
    if needed > one.n:
        return f"; {needed_words(one)} would be needed"
    return "; more would be needed for this many comparisons"


def _margin_figure(margin: float, unit: str) -> str:
    return f"{margin:g}{f' {unit}' if unit else ''}"
