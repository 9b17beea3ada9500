"""Is a difference real? Two variants that answered the same questions, compared question by question.

What is random (the bootstrap, the flipped signs) is seeded: the same values always give the same
figures, in whatever order they come. Questions that hang together count as one cluster. How often these methods are
wrong is measured by ``tests/benchmarks/significance.py``.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from potluck.statistics.clusters import ClusterKind, Clusters, Population, cluster_share, design_effect
from potluck.statistics.distributions import ALPHA, normal_quantile
from potluck.statistics.evidence import Evidence, equivalence_p, evidence_of
from potluck.statistics.observations import question_means, question_table
from potluck.statistics.pairs import Pairs, subtract
from potluck.statistics.variance import VarianceComponents

if TYPE_CHECKING:
    from potluck.statistics.observations import Array, Values


@dataclass(frozen=True, slots=True)
class PairedDifference:
    """How much more b has than a on the same ``n`` questions, with ``p`` and an interval that agree.

    The interval has the level ``confidence`` and holds 0 exactly where ``p`` is above 1 minus that. ``test`` is
    ``mcnemar`` (both right or wrong), ``sign-flip``, ``cluster-sign-flip``, or ``trainings`` where how these differ
    gives the larger p. ``detectable`` is the smallest true difference that n such questions show with 80 % power
    (two-sided, 5 %), ``needed_n`` how many questions show the difference that was seen with 80 % power; None where it
    is 0, or where no number would with these trainings. Where both have repeats, ``between`` is the variance of the
    difference between questions and ``within`` that from one repeat of a question to the next.
    """

    difference: float
    low: float
    high: float
    p: float
    n: int
    test: str
    detectable: float
    needed_n: int | None
    between: float | None = None
    within: float | None = None
    confidence: float = 1 - ALPHA
    population: Population = "questions"
    """What the conclusion holds for."""
    clusters: int | None = None
    """How many clusters the questions form; None where each is one of its own."""
    cluster_kind: ClusterKind | None = None
    needed_clusters: int | None = None
    """Those of ``needed_n`` questions, if they have as many as these; None unless it is about further clusters."""
    design_effect: float | None = None
    """How many times the variance is that of independent questions; None unless it is about further clusters."""
    share: float | None = None
    """The share of the variance of the difference that lies between clusters, as far as it can be told."""
    models: int = 0
    """How many trained models are compared; two variants with the same training are one."""
    trainings: int = 0
    """How often each was trained, with seeds of its own; 0 if nothing was trained."""
    needed_trainings: int | None = None
    """Trainings of each that show the difference that was seen with these questions; None if no number does, or each
    was trained once."""
    variance: VarianceComponents | None = None
    """Where the variance of the difference lies, if what was trained is known."""

    def mirror(self) -> PairedDifference:
        """The same for a minus b."""
        return replace(self, difference=-self.difference, low=-self.high, high=-self.low)


def compare_paired(
    a: Values, b: Values, seed: int = 0, alpha: float = ALPHA, clusters: Clusters | None = None
) -> PairedDifference:
    """Compare two variants on the same questions, b minus a; the interval's level is 1 minus ``alpha``.

    Takes and raises what ``PairedTest.of`` does.
    """
    return PairedTest.of(a, b, seed, clusters).conclude(alpha)


@dataclass(frozen=True, slots=True)
class PairedTest:
    """Two variants on the same questions, tested once, from which intervals of any level follow."""

    pairs: Pairs
    evidence: Evidence
    is_mirrored: bool
    """Whether ``pairs`` and ``evidence`` are of a minus b."""
    components: tuple[float | None, float | None]
    """The variances between questions and between repeats; None without repeats."""
    clusters: Clusters | None

    @classmethod
    def of(cls, a: Values, b: Values, seed: int = 0, clusters: Clusters | None = None) -> PairedTest:
        """Test b minus a.

        ``a`` and ``b`` hold one row per question, in the same order: shape ``(n,)`` or ``(n, repeats)``; a repeat that
        gave no value is NaN. Raises ``ValueError`` for fewer than two questions, another number of them in a than in b
        or in ``clusters``, or a question without a value; ``MissingDependency`` without scipy.
        """
        tables = question_table(a), question_table(b)
        if len(tables[0]) != len(tables[1]):
            raise ValueError(f"a has {len(tables[0])} questions and b {len(tables[1])}: compare the same questions")
        if len(tables[0]) < 2:
            raise ValueError("one question cannot be told from chance: compare at least two")
        before, after = map(question_means, tables)
        pairs = subtract(before, after, clusters)
        if is_mirrored := pairs.leans_down:
            pairs = subtract(after, before, clusters)
        components = _variance_components(tables, after - before)
        return cls(pairs, evidence_of(pairs, seed), is_mirrored, components, clusters)

    @property
    def p(self) -> float:
        """Two-sided: how often chance alone shows a difference as large."""
        return self.evidence.p

    def equivalence_p(self, margin: float) -> float:
        """How often chance alone shows variants as near that are ``margin`` or more apart."""
        return equivalence_p(self.evidence, margin)

    def conclude(self, alpha: float = ALPHA, margin: float = 0.0) -> PairedDifference:
        """The difference with its interval of the level 1 minus ``alpha``, which agrees with the test.

        ``needed_n`` is for a difference of at least ``margin``, which is the least that matters.
        """
        found = self._conclude(self.evidence.limits(alpha), alpha, margin)
        return found.mirror() if self.is_mirrored else found

    def conclude_within(self, alpha: float, margin: float) -> PairedDifference:
        """The same with the interval that lies within the margins exactly where ``equivalence_p`` is at most ``alpha``.

        Its level is 1 minus twice ``alpha``, as there is one test for each margin.
        """
        found = self._conclude(self.evidence.outer_limits(2 * alpha), 2 * alpha, margin)
        return found.mirror() if self.is_mirrored else found

    def _conclude(self, limits: tuple[float, float], alpha: float, margin: float) -> PairedDifference:
        pairs, clusters = self.pairs, self.clusters
        needed = self._clusters_needed(alpha, margin)
        population, count, kind = ("questions", None, None) if clusters is None else clusters.scope
        generalises = population == "clusters"
        return PairedDifference(
            difference=pairs.mean,
            low=min(limits[0], pairs.mean),
            high=max(limits[1], pairs.mean),
            p=self.p,
            n=pairs.n,
            test=pairs.test,
            detectable=pairs.spread.detectable(pairs.count),
            needed_n=None if needed is None else math.ceil(needed * pairs.n / pairs.count),
            between=self.components[0],
            within=self.components[1],
            confidence=1 - alpha,
            population=population,
            clusters=count,
            cluster_kind=kind,
            needed_clusters=needed if generalises else None,
            design_effect=design_effect(pairs.deltas, pairs.totals) if generalises else None,
            share=None if clusters is None else cluster_share(pairs.deltas, clusters),
        )

    def _clusters_needed(self, alpha: float, margin: float) -> int | None:
        """How many clusters show the difference at the level ``alpha``; more than there are where these do not."""
        needed = self.pairs.spread.questions_needed(max(abs(self.pairs.mean), margin), normal_quantile(alpha))
        return max(needed, self.pairs.count + 1) if needed is not None and self.p > alpha else needed


def _variance_components(tables: tuple[Array, Array], deltas: Array) -> tuple[float | None, float | None]:
    """The variances of one-way random effects: those of a and b within a question add up to the difference's."""
    within = noise = 0.0
    for table in tables:
        counts = (~np.isnan(table)).sum(axis=1)
        if counts.max() < 2:
            return None, None
        squares = np.nansum((table - question_means(table)[:, None]) ** 2)
        variance = float(squares / (counts - 1).sum())
        within += variance
        noise += variance * float((1 / counts).mean())
    return max(0.0, float(np.sort(deltas).var(ddof=1)) - noise), within
