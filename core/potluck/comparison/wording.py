"""Figures and effects of a comparison in words."""

from __future__ import annotations

import math
from collections.abc import Sequence

from potluck.contracts import Measure
from potluck.results.comparison import PairResult
from potluck.results.conclusions import DifferenceFound, InteractionFound, ValuePair
from potluck.statistics.figures import signed_figures, signed_interval
from potluck.statistics.scope import asked_words


def difference_words(found: DifferenceFound, unit: str) -> str:
    """``+0.060 [+0.020, +0.100]``, with the unit behind it."""
    return signed_interval(found.difference, found.low, found.high, unit)


def variant_place(number: int, count: int, name: str, training: int = 1, trainings: int = 1) -> str:
    """The variant in progress: ``variant 2 of 3: lora, seed 1 of 5``; both count from 1. That of a run has no name."""
    of_seed = f", seed {training} of {trainings}" if trainings > 1 else ""
    return f"variant {number} of {count}: {name}{of_seed}" if name else ""


def variance_words(pair: PairResult) -> str:
    """How much answers differ from training to training, and so on; empty if nothing was trained or asked twice."""
    found = pair.variance
    if found is None or (found.trainings is None and found.repeats is None):
        return ""
    kind = f"{pair.cluster_kind or 'document'}s"
    parts = (
        (found.trainings, "trainings"),
        (found.clusters, kind),
        (found.questions, "questions"),
        (found.repeats, "repeats"),
    )
    told = [f"{math.sqrt(variance):.3f} between {what}" for variance, what in parts if variance is not None]
    return f"standard deviations of the difference: {', '.join(told)}"


def effect_sentence(axis: str, pairs: Sequence[ValuePair], measure: Measure) -> str:
    """The effect of an axis: the clearest difference between two of its values, or that there is none."""
    real = [pair for pair in pairs if pair.found.verdict in ("better", "worse")]
    if real:
        pair = min(real, key=lambda one: (one.found.p_adjusted, -abs(one.found.difference)))
        words = difference_words(pair.found, measure.unit)
        return f"{axis}: {pair.b} is {pair.found.verdict} than {pair.a}, {measure.name} {words} over the other axes"
    pair = max(pairs, key=lambda one: abs(one.found.difference))
    words = f"{pair.b} against {pair.a} {difference_words(pair.found, measure.unit)}"
    if all(one.found.verdict == "as good as" for one in pairs):
        return f"{axis}: no difference that matters; at most {measure.name} {words}"
    return f"{axis}: no difference that {asked_words(pair.found)} can show; at most {measure.name} {words}"


def interaction_sentence(axes: tuple[str, str], pairs: Sequence[InteractionFound], measure: Measure) -> str:
    """What the first axis does beside two values of the second where that differs most clearly, or that it does not."""
    real = [pair for pair in pairs if pair.found.verdict in ("better", "worse")]
    if not real:
        return f"{axes[0]} and {axes[1]}: what one does is not shown to depend on the other"
    pair = min(real, key=lambda one: (one.found.p_adjusted, -abs(one.found.difference)))
    sign = 1 if measure.higher_is_better else -1
    beside = [(sign * pair.effect, pair.beside), (sign * pair.effect_other, pair.beside_other)]
    (less, worse), (more, better) = sorted(beside, key=lambda one: one[0])
    figures = signed_figures([sign * more, sign * less])
    best, other = (f"{name} ({one})" for name, one in zip((better, worse), figures, strict=True))
    if less > 0:
        words = f"helps more with {best} than with {other}"
    elif more > 0:
        words = (
            f"helps with {best} and not with {other}" if more >= -less else f"hurts with {other} and not with {best}"
        )
    else:
        words = f"hurts more with {other} than with {best}"
    by = signed_interval(pair.found.difference, pair.found.low, pair.found.high, measure.unit)
    return f"{axes[0]}: {pair.b} against {pair.a} {words}; {measure.name} differs by {by}"


def listing(names: Sequence[str]) -> str:
    """``a``, ``a and b``, ``a, b and c``."""
    return " and ".join(filter(None, (", ".join(names[:-1]), *names[-1:])))
