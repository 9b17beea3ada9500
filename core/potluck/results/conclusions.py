"""What follows from a comparison: which variant to take, in which order they stand, and what each axis does."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

from potluck.statistics.clusters import ClusterKind, Population
from potluck.statistics.families import CorrectedDifference
from potluck.statistics.intervals import Interval
from potluck.statistics.verdicts import Verdict, verdict

Standing: TypeAlias = Literal[
    "taken", "best", "as good as", "not shown to be worse", "worse", "better", "baseline", "not compared"
]
"""``taken`` is the variant to take; ``best`` has the best mean where another is taken, with which ``as good as`` and
``not shown to be worse`` are compared. Where the baseline was named, ``better``, ``as good as`` and ``worse`` are
against it. ``not compared`` says nothing: there is no pair, or it showed nothing."""

ChoiceMethod: TypeAlias = Literal["cross-validation", "held-out"]
"""``cross-validation``: the choice is made again without a tenth of the questions, and measured on these. ``held-out``:
it was made on half of the questions, and is measured on the other half."""

STANDINGS: Mapping[Standing, str] = {
    "taken": "take this",
    "best": "best mean",
    "as good as": "as good",
    "not shown to be worse": "may be as good",
    "worse": "worse",
    "better": "better",
    "baseline": "baseline",
    "not compared": "not compared",
}
"""The standings as tables and reports say them."""


@dataclass(frozen=True, slots=True)
class DifferenceFound:
    """How much more one thing has than another on the same ``n`` questions. The interval is that of the test."""

    difference: float
    low: float
    """The interval is that of the test behind the verdict: it holds 0 where this is ``no evidence``, excludes it for
    ``better`` and ``worse``, and lies within the margins for ``as good as``."""
    high: float
    confidence: float
    """The interval's level: 0.95, raised as Holm's method asks of this comparison; for ``as good as`` 0.9, raised."""
    p: float
    p_adjusted: float
    """By Holm's method; at most 0.05 if there is a difference."""
    p_equivalent: float | None
    """That the difference is below ``at_least``, by Holm's method; null without it."""
    verdict: Verdict
    needed_n: int | None
    """Questions that would show this difference with 80 % power, or one of ``at_least``; null if there is none."""
    n: int
    test: str
    """``mcnemar``, ``sign-flip`` or ``cluster-sign-flip``; ``trainings`` if how these differ gives the larger p."""
    population: Population
    """What it holds for: further questions, such on further documents or groups, or on the same ones."""
    clusters: int | None
    """Documents or groups that the questions belong to; null if each stands for itself."""
    cluster_kind: ClusterKind | None
    needed_clusters: int | None
    """Documents or groups of ``needed_n`` questions, if those have as many as these."""
    design_effect: float | None
    """How many times the variance is that of independent questions."""


def difference_found(corrected: CorrectedDifference, higher_is_better: bool) -> DifferenceFound:
    """A difference with its verdict."""
    one, p_adjusted, p_equivalent = corrected.difference, corrected.p_adjusted, corrected.p_equivalent
    return DifferenceFound(
        difference=one.difference,
        low=one.low,
        high=one.high,
        confidence=one.confidence,
        p=one.p,
        p_adjusted=p_adjusted,
        p_equivalent=p_equivalent,
        verdict=verdict(one.difference, p_adjusted, higher_is_better, p_equivalent),
        needed_n=one.needed_n,
        n=one.n,
        test=one.test,
        population=one.population,
        clusters=one.clusters,
        cluster_kind=one.cluster_kind,
        needed_clusters=one.needed_clusters,
        design_effect=one.design_effect,
    )


@dataclass(frozen=True, slots=True)
class RankedVariant:
    """A variant's place by the chosen measure."""

    rank: int
    """From 1, the best mean."""
    variant: str
    swaps: Mapping[str, str]
    """The value of each axis."""
    metric: Interval
    """The mean of the chosen measure with its own 95 % interval, which is not corrected."""
    standing: Standing
    against_best: DifferenceFound | None
    """This variant minus the one of rank 1; null for that one, and where the two cannot be compared."""
    against_baseline: DifferenceFound | None
    """This variant minus the baseline; null for the baseline, and where the two cannot be compared."""
    seconds: float | None
    """Of an answer, on the average."""
    cost_per_1000: float | None
    """US dollars for 1,000 questions; null if the model has no prices."""

    @property
    def price(self) -> tuple[float, float]:
        """US dollars for 1,000 questions, and seconds of an answer."""
        return self.cost_per_1000 or 0.0, self.seconds or 0.0


@dataclass(frozen=True, slots=True)
class AxisValueFound:
    """One value of an axis, averaged over the values of the other axes."""

    value: str
    mean: float
    """Of the chosen measure."""
    variants: int
    """How many are averaged."""


@dataclass(frozen=True, slots=True)
class ValuePair:
    """Value ``b`` of an axis minus value ``a``, each question averaged over the same values of the other axes."""

    a: str
    b: str
    found: DifferenceFound


@dataclass(frozen=True, slots=True)
class AxisEffect:
    """What an axis does to the chosen measure; Holm's correction is over the pairs of all axes."""

    axis: str
    """The key of the recipe."""
    values: tuple[AxisValueFound, ...]
    pairs: tuple[ValuePair, ...]
    """Each two values; of more than four values each with the baseline's."""
    matters: bool
    """Whether any pair differs."""
    depends_on: tuple[str, ...]
    """The axes that are shown to change it; then its average says little."""
    sentence: str


@dataclass(frozen=True, slots=True)
class InteractionFound:
    """What value ``b`` of an axis does against value ``a`` beside two values of another axis.

    Each question is averaged over the same values of all further axes.
    """

    a: str
    b: str
    beside: str
    """A value of the other axis, the baseline's if that was measured."""
    effect: float
    """B minus a, beside that."""
    beside_other: str
    effect_other: float
    found: DifferenceFound
    """How much more the effect is beside the second value than beside the first."""


@dataclass(frozen=True, slots=True)
class AxisInteraction:
    """Whether the effects of two axes depend on each other; Holm's correction is over the pairs of all interactions."""

    axis: str
    """The key of the recipe."""
    other: str
    pairs: tuple[InteractionFound, ...]
    """Each value of both axes with the baseline's."""
    matters: bool
    """Whether any pair differs."""
    sentence: str


@dataclass(frozen=True, slots=True)
class ChosenFigure:
    """The mean of the variant that was chosen, which is too good as chosen: chance had a part in the choice."""

    variant: str
    variants: int
    """From how many it was chosen."""
    method: ChoiceMethod
    as_chosen: Interval
    """On the questions on which it was chosen."""
    without_luck: Interval
    """Its worth on further questions, as well as it can be told; on those held out, if any are."""
    against_baseline: DifferenceFound | None
    """On the questions held out; null without such, for the baseline, and where the two cannot be compared."""
    held_out: tuple[str, ...]
    """The ids of the questions that had no part in the choice. Measures, pairs, ranking and effects are of the
    other ones."""


@dataclass(frozen=True, slots=True)
class Conclusion:
    """Which variant to take by ``metric``, and why."""

    take: str | None
    """The cheapest variant that is not shown to be worse than another; null if nothing can be compared."""
    best: str | None
    """The variant with the best mean."""
    metric: str
    sentences: tuple[str, ...]
    """What to take; what is not known; what the axes do."""
