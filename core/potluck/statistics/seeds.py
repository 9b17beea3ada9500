"""Is a difference that of the methods, or of the models that happened to be trained?

Trained once, two equal tuners give two models that may well differ: from further questions alone that difference looks
real. Trained with several seeds, the models of a tuner are a sample, as the questions are, and the two are crossed:
every model answers every question. A mean then varies by what is asked and by what is trained.

The interval treats both parts as the sum of two estimates: their half-widths, each with the degrees of freedom of its
own part, are added in squares (Zou and Donner, Statistics in Medicine 2008). The variance between trainings holds how
differently they answer the same questions, and so does that between questions: it is taken off the latter once, as
for readers and cases (Hillis, Statistics in Medicine 2014). Satterthwaite's degrees for the sum of both parts call
equal methods different in up to 8 % with three trainings, where values and trainings are normal; this does so in at
most 6.1 %. ``tests/benchmarks/seeds.py`` has answers that are right or wrong.

A conclusion about methods is at least one about these models. So of the test that takes the models as given and of the
one here the larger p-value counts, and of the two intervals the wider one on either side: the interval holds 0 exactly
where the p-value is above its level.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from potluck.statistics.clusters import Clusters, cluster_totals
from potluck.statistics.distributions import ALPHA, student_quantile
from potluck.statistics.intervals import Interval
from potluck.statistics.paired_tests import PairedDifference, PairedTest
from potluck.statistics.power import Z_POWER, boundary
from potluck.statistics.variance import (
    Repeats,
    VarianceComponents,
    trainings_apart,
    variance_components,
    variance_of_mean,
)

if TYPE_CHECKING:
    from potluck.statistics.observations import Array, Values

_MOST = 1_000
"""More trainings than this are as good as never enough."""


@dataclass(frozen=True, slots=True)
class Trained:
    """What of a mean, or of a difference of means, was trained.

    Each of ``draws`` is a set of trainings that were drawn apart from the others: float64 of shape
    ``(questions, trainings)``, what each training adds to the figure at each question; NaN where it has no value. Two
    variants with the same trainings are one set. ``models`` are the sets, ``trainings`` those of each; if that is 1,
    nothing is known of others. ``repeats`` is None if no question is repeated.
    """

    draws: tuple[Array, ...] = ()
    models: int = 0
    trainings: int = 0
    repeats: Repeats | None = None

    @property
    def several(self) -> list[Array]:
        """The sets of which two trainings or more have a value, with these trainings."""
        known = [draw[:, ~np.isnan(draw).all(axis=0)] for draw in self.draws]
        return [draw for draw in known if draw.shape[1] > 1]


@dataclass(frozen=True, slots=True)
class SeedSpread:
    """The variance of a mean over questions and trainings, in two parts, each with its degrees of freedom.

    ``overlap`` is what is in both: it stands in ``trainings``, and is taken off ``questions``.
    """

    trainings: float
    training_degrees: float
    questions: float
    question_degrees: float
    overlap: float

    def half_width(self, alpha: float) -> float:
        """How far the interval of level 1 minus ``alpha`` reaches to either side."""
        trained = student_quantile(self.training_degrees, alpha) ** 2 * self.trainings
        asked = student_quantile(self.question_degrees, alpha) ** 2 * self.questions
        return math.sqrt((trained if self.trainings else 0.0) + (asked if self.questions else 0.0))

    def p(self, difference: float) -> float:
        """The level at which the interval around ``difference`` just leaves 0 out."""
        return boundary(lambda alpha: self.half_width(alpha) < abs(difference), 0.0, 1.0)

    def equivalence_p(self, difference: float, margin: float) -> float:
        """The least level at which the interval of twice that level lies within the margins; 1 above a half."""

        def lies_within(level: float) -> bool:
            return abs(difference) + self.half_width(2 * level) < margin

        return boundary(lambda level: not lies_within(level), 0.5, 0.0) if lies_within(0.5) else 1.0

    @property
    def detectable(self) -> float:
        """The smallest true difference that is shown with 80 % power (two-sided, 5 %)."""
        return self.half_width(ALPHA) + Z_POWER * math.sqrt(self.trainings + self.questions)

    def with_questions(self, times: float) -> SeedSpread:
        """The spread if ``times`` as many questions were asked."""
        lasting = max(0.0, self.trainings - self.overlap)
        return replace(
            self,
            trainings=lasting + (self.trainings - lasting) / times,
            questions=self.questions / times,
            overlap=self.overlap / times,
        )

    def with_trainings(self, times: float, degrees: float) -> SeedSpread:
        """The spread if ``times`` as many were trained, which gives ``degrees`` times as many degrees of freedom."""
        return replace(self, trainings=self.trainings / times, training_degrees=self.training_degrees * degrees)


def seed_spread(values: Array, draws: Sequence[Array], clusters: Clusters | None = None) -> SeedSpread:
    """The spread of the mean of the questions' ``values``, shape ``(n,)``, to which ``draws`` have contributed.

    There is at least one set, each of two trainings or more. The degrees of freedom of several sets are Satterthwaite's
    (Biometrics Bulletin 1946).
    """
    parts = sorted(_training_part(draw, clusters) for draw in draws)
    trained, overlap = math.fsum(one for one, _, _ in parts), math.fsum(over for _, _, over in parts)
    squares = math.fsum(one**2 / degrees for one, degrees, _ in parts)
    fewest = min(degrees for _, degrees, _ in parts)
    return SeedSpread(
        trainings=trained,
        training_degrees=max(trained**2 / squares, fewest) if squares > 0 else fewest,
        questions=max(0.0, variance_of_mean(values, clusters) - overlap),
        question_degrees=cluster_totals(values, clusters).degrees,
        overlap=overlap,
    )


@dataclass(frozen=True, slots=True)
class MethodTest:
    """Two variants on the same questions, tested as methods if several trainings are known: as ``PairedTest``."""

    models: PairedTest
    """The test of these models."""
    trained: Trained | None = None
    spread: SeedSpread | None = None
    """That of the difference; None if nothing is known of other trainings."""
    difference: float = 0.0
    """The mean of b minus that of a."""
    variance: VarianceComponents | None = None

    @classmethod
    def of(
        cls, a: Values, b: Values, trained: Trained | None = None, seed: int = 0, clusters: Clusters | None = None
    ) -> MethodTest:
        """Test b minus a. Takes and raises what ``PairedTest.of`` does."""
        models = PairedTest.of(a, b, seed, clusters)
        if trained is None:
            return cls(models)
        difference = -models.pairs.mean if models.is_mirrored else models.pairs.mean
        # One way round, so that the last bits of b against a mirror those of a against b.
        up = -1.0 if difference < 0 else 1.0
        deltas, draws = (-up if models.is_mirrored else up) * models.pairs.deltas, [up * one for one in trained.several]
        variance = variance_components(deltas, draws, clusters, trained.repeats)
        return cls(models, trained, seed_spread(deltas, draws, clusters) if draws else None, difference, variance)

    @property
    def p(self) -> float:
        """Two-sided: how often chance alone shows a difference as large."""
        return self.models.p if self.spread is None else max(self.models.p, self.spread.p(self.difference))

    def equivalence_p(self, margin: float) -> float:
        """How often chance alone shows methods as near that are ``margin`` or more apart."""
        of_models = self.models.equivalence_p(margin)
        return of_models if self.spread is None else max(of_models, self.spread.equivalence_p(self.difference, margin))

    def conclude(self, alpha: float = ALPHA, margin: float = 0.0) -> PairedDifference:
        """The difference with its interval of the level 1 minus ``alpha``, which agrees with the test.

        ``needed_n`` is for a difference of at least ``margin``, which is the least that matters.
        """
        found = self._widen(self.models.conclude(alpha, margin), alpha, margin)
        if self.spread is None or self.p <= alpha:
            return found
        return replace(found, low=min(found.low, 0.0), high=max(found.high, 0.0))

    def conclude_within(self, alpha: float, margin: float) -> PairedDifference:
        """The same with the interval that lies within the margins exactly where ``equivalence_p`` is at most ``alpha``.

        Its level is 1 minus twice ``alpha``, as there is one test for each margin.
        """
        return self._widen(self.models.conclude_within(alpha, margin), 2 * alpha, margin)

    def _widen(self, models: PairedDifference, alpha: float, margin: float) -> PairedDifference:
        """The conclusion with what was trained; from one about these models to one about the methods."""
        if self.trained is None:
            return models
        models = replace(models, models=self.trained.models, trainings=self.trained.trainings, variance=self.variance)
        if self.spread is None or self.variance is None:
            return models
        half, bounded = self.spread.half_width(alpha), self.models.pairs.bounded
        low, high = min(models.low, self.difference - half), max(models.high, self.difference + half)
        detectable, shown = max(models.detectable, self.spread.detectable), max(abs(self.difference), margin)
        needed_n, needed_clusters = _questions_needed(models, self.spread, shown, self.p)
        return replace(
            models,
            low=max(-1.0, low) if bounded else low,
            high=min(1.0, high) if bounded else high,
            p=self.p,
            test="trainings" if self.p > models.p else models.test,
            detectable=min(1.0, detectable) if bounded else detectable,
            needed_n=needed_n,
            needed_clusters=needed_clusters,
            needed_trainings=_trainings_needed(models.trainings, self.spread, shown),
            between=self.variance.between_questions,
            within=self.variance.repeats,
        )


def compare_methods(
    a: Values,
    b: Values,
    trained: Trained | None = None,
    seed: int = 0,
    alpha: float = ALPHA,
    clusters: Clusters | None = None,
) -> PairedDifference:
    """Compare two variants on the same questions, b minus a, as methods if ``trained`` holds several trainings.

    Takes and raises what ``PairedTest.of`` does.
    """
    return MethodTest.of(a, b, trained, seed, clusters).conclude(alpha)


def widen_mean(found: Interval, values: Array, trained: Trained, clusters: Clusters | None, bounded: bool) -> Interval:
    """The 95 % interval of a method's mean, of which ``found`` is that of these models; the questions' ``values``."""
    draws = trained.several
    if found.low is None or found.high is None or not draws:
        return found
    half = seed_spread(values, draws, clusters).half_width(ALPHA)
    low, high = min(found.low, found.mean - half), max(found.high, found.mean + half)
    return replace(found, low=max(0.0, low) if bounded else low, high=min(1.0, high) if bounded else high)


def _training_part(draw: Array, clusters: Clusters | None) -> tuple[float, int, float]:
    """The variance that a set of trainings gives to the mean, its degrees of freedom, and how much of it is that they
    answer the same questions differently."""
    found, differing = trainings_apart(draw, clusters)
    count = draw.shape[1]
    return found / count, count - 1, differing / count


def _questions_needed(
    models: PairedDifference, spread: SeedSpread, difference: float, p: float
) -> tuple[int | None, int | None]:
    """Questions that show the difference, and their clusters; None where no number would with these trainings."""
    if models.needed_n is None:
        return None, None

    def shows(times: float) -> bool:
        return spread.with_questions(times).detectable <= difference

    if not shows(1e12):
        return None, None
    asked = models.needed_clusters if models.clusters is not None and models.needed_clusters is not None else None
    count = models.n if asked is None else models.clusters or 1
    needed = max(math.ceil(boundary(shows, 0.0, 1e12) * count), asked or models.needed_n)
    if p > ALPHA:
        needed = max(needed, count + 1)
    return (needed, None) if asked is None else (math.ceil(needed * models.n / count), needed)


def _trainings_needed(now: int, spread: SeedSpread, difference: float) -> int | None:
    """Trainings of each that show the difference with these questions; None where no number does."""

    def shows(count: float) -> bool:
        further = spread.with_trainings(count / now, (count - 1) / (now - 1))
        return further.detectable <= difference

    return math.ceil(boundary(shows, 1.5, _MOST)) if shows(_MOST) else None
