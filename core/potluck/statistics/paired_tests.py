"""Is a difference real? Two variants that answered the same questions, compared question by question.

What is random (the bootstrap, the flipped signs) is seeded: the same values always give the same
figures, in whatever order they come. Questions that hang together count as one cluster. How often these methods are
wrong is measured by ``tests/benchmarks/significance.py``.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from potluck.statistics.clusters import (
    ClusterKind,
    Clusters,
    ClusterTotals,
    Population,
    cluster_share,
    cluster_totals,
    design_effect,
)
from potluck.statistics.distributions import ALPHA, coin_toss_cdf, normal_p, normal_quantile, student_quantile
from potluck.statistics.observations import is_binary, question_means, question_table
from potluck.statistics.power import DifferenceSpread, Z, boundary, difference_spread
from potluck.statistics.sign_flips import subset_means

if TYPE_CHECKING:
    from potluck.statistics.observations import Array, Values

_RESAMPLES = 2_000


@dataclass(frozen=True, slots=True)
class PairedDifference:
    """How much more b has than a on the same ``n`` questions, with ``p`` and an interval that agree.

    The interval has the level ``confidence`` and holds 0 exactly where ``p`` is above 1 minus that. ``test`` is
    ``mcnemar`` (both right or wrong), ``sign-flip``, or ``cluster-sign-flip``. ``detectable`` is the smallest true
    difference that n such questions show with 80 % power (two-sided, 5 %), ``needed_n`` how many questions show the
    difference that was seen with 80 % power; None where it is 0. Where both have repeats, ``between`` is the variance
    of the difference between questions and ``within`` that from one repeat of a question to the next.
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

    def mirror(self) -> PairedDifference:
        """The same for a minus b."""
        return replace(self, difference=-self.difference, low=-self.high, high=-self.low)


def compare_paired(
    a: Values, b: Values, seed: int = 0, alpha: float = ALPHA, clusters: Clusters | None = None
) -> PairedDifference:
    """Compare two variants on the same questions, b minus a.

    ``a`` and ``b`` hold one row per question, in the same order: shape ``(n,)`` or ``(n, repeats)``; a repeat that gave
    no value is NaN. The interval's level is 1 minus ``alpha``. Raises ``ValueError`` for fewer than two questions,
    another number of them in a than in b or in ``clusters``, or a question without a value; ``MissingDependency``
    without scipy.
    """
    tables = question_table(a), question_table(b)
    if len(tables[0]) != len(tables[1]):
        raise ValueError(f"a has {len(tables[0])} questions and b {len(tables[1])}: compare the same questions")
    if len(tables[0]) < 2:
        raise ValueError("one question cannot be told from chance: compare at least two")
    before, after = map(question_means, tables)
    pairs = _pairs(before, after, clusters)
    if pairs.leans_down:
        return compare_paired(b, a, seed, alpha, clusters).mirror()
    p, (low, high) = _right_or_wrong(pairs, alpha) if pairs.test == "mcnemar" else _sign_flip_result(pairs, seed, alpha)
    needed = pairs.clusters_needed(p)
    between, within = _variance_components(tables, after - before)
    population, count, kind = ("questions", None, None) if clusters is None else clusters.scope
    generalises = population == "clusters"
    return PairedDifference(
        difference=pairs.mean,
        low=min(low, pairs.mean),
        high=max(high, pairs.mean),
        p=p,
        n=pairs.n,
        test=pairs.test,
        detectable=pairs.spread.detectable(pairs.count),
        needed_n=None if needed is None else math.ceil(needed * pairs.n / pairs.count),
        between=between,
        within=within,
        confidence=1 - alpha,
        population=population,
        clusters=count,
        cluster_kind=kind,
        needed_clusters=needed if generalises else None,
        design_effect=design_effect(after - before, pairs.totals) if generalises else None,
        share=None if clusters is None else cluster_share(after - before, clusters),
    )


@dataclass(frozen=True, slots=True)
class _Pairs:
    """The differences of ``n`` questions in ``count`` clusters, and what follows from them.

    ``bounded`` says that all values lie in [0, 1]; ``spread`` is that of the clusters.
    """

    totals: ClusterTotals
    mean: float
    n: int
    bounded: bool
    test: str
    spread: DifferenceSpread

    @property
    def count(self) -> int:
        return len(self.totals.sums)

    @property
    def leans_down(self) -> bool:
        """Whether a and b are exchanged: clusters of several sizes are drawn otherwise for one order than the other."""
        if self.test != "cluster-sign-flip":
            return False
        seen, mirrored = (sorted(zip(s, self.totals.sizes, strict=True)) for s in (self.totals.sums, -self.totals.sums))
        return mirrored < seen

    def clusters_needed(self, p: float) -> int | None:
        """How many clusters show the difference; more than there are where these do not."""
        needed = self.spread.questions_needed(self.mean)
        return max(needed, self.count + 1) if needed is not None and p > ALPHA else needed


def _pairs(before: Array, after: Array, clusters: Clusters | None) -> _Pairs:
    deltas, values = after - before, np.append(before, after)
    totals = cluster_totals(deltas, clusters)
    alone = len(totals.sums) == len(deltas)
    binary, bounded = is_binary(values), bool(values.min() >= 0 and values.max() <= 1)
    scale = 1.0 if bounded else float(np.abs(values).max())
    return _Pairs(
        totals=totals,
        mean=math.fsum(totals.sums) / len(deltas),
        n=len(deltas),
        bounded=bounded,
        test="cluster-sign-flip" if not alone else "mcnemar" if binary else "sign-flip",
        spread=_spread(totals, clusters, deltas, binary, scale),
    )


def _spread(
    totals: ClusterTotals, clusters: Clusters | None, deltas: Array, binary: bool, scale: float
) -> DifferenceSpread:
    """That of the questions, or that of the clusters.

    The mean of a cluster differs by less than a question may, unless all of its questions answer as one.
    """
    if clusters is None or len(totals.sums) == len(deltas):
        return difference_spread(totals.sums, binary, scale)
    size, share = len(deltas) / len(totals.sums), cluster_share(deltas, clusters) or 0.0
    return difference_spread(totals.linearise(), False, scale, scale * math.sqrt((1 + (size - 1) * share) / size))


def _right_or_wrong(pairs: _Pairs, alpha: float) -> tuple[float, tuple[float, float]]:
    """McNemar's exact test, and Tango's interval, which holds 0 too where the test does not reject it.

    Far out (p under 0.001) the exact test may be the bolder: then p is that of the score test behind the interval.
    """
    more, fewer = int((pairs.totals.sums > 0).sum()), int((pairs.totals.sums < 0).sum())
    if not more + fewer:
        return 1.0, _tango_limits(pairs, alpha)
    exact = min(1.0, 2 * coin_toss_cdf(min(more, fewer), more + fewer))
    p = max(exact, normal_p((more - fewer) / math.sqrt(more + fewer)))
    return p, _with_zero(_tango_limits(pairs, alpha), p > alpha)


def _sign_flip_result(pairs: _Pairs, seed: int, alpha: float) -> tuple[float, tuple[float, float]]:
    """The sign-flip test and its interval, widened to that of the bootstrap, but not over a sign that is ruled out.

    By itself the test's interval is too short where few questions differ: it covers the truth in 85 % instead of 95.
    """
    means = subset_means(pairs.totals, seed)
    p, limits, wider = means.p, means.limits(alpha), _bootstrap(pairs, seed, alpha)
    if p > alpha:
        ends = [wider, *([limits] if math.isfinite(limits[0]) else [])]
        return p, _with_zero((min(end[0] for end in ends), max(end[1] for end in ends)), True)
    low = limits[0] if wider[0] <= 0 < limits[0] else min(limits[0], wider[0])
    high = limits[1] if limits[1] < 0 <= wider[1] else max(limits[1], wider[1])
    return p, (low, high)


def _with_zero(limits: tuple[float, float], is_possible: bool) -> tuple[float, float]:
    return (min(limits[0], 0.0), max(limits[1], 0.0)) if is_possible else limits


def _bootstrap(pairs: _Pairs, seed: int, alpha: float) -> tuple[float, float]:
    """The percentile interval of the paired bootstrap, widened as Student's is for few clusters, and for ``alpha``.

    One more cluster than was asked stands in the urn, half of the times better and half of the times worse by as much
    as clusters differ: where few do, the bare bootstrap covers the truth in 70 to 90 % instead of 95.
    """
    count, size, typical = pairs.count, pairs.spread.size, pairs.n / pairs.count
    sums = np.concatenate([[-size * typical], np.repeat(pairs.totals.sums, 2), [size * typical]])
    sizes = np.concatenate([[typical], np.repeat(pairs.totals.sizes, 2), [typical]])
    order = np.argsort(sums / sizes, kind="stable")
    urn = sums[order], sizes[order]
    means = np.sort(np.concatenate(list(_resample_means(urn, count, seed))))
    outside = round(ALPHA / 2 * len(means))
    widened = student_quantile(count - 1, alpha) / Z * math.sqrt(count / (count - 1))
    # The urn's mean from the sorted differences' exact sum, so that b against a mirrors a against b.
    centre = pairs.mean * count / (count + 1)
    low, high = (centre + widened * (float(means[place]) - centre) for place in (outside, -1 - outside))
    return (max(-1.0, low), min(1.0, high)) if pairs.bounded else (low, high)


def _resample_means(urn: tuple[Array, Array], count: int, seed: int) -> Iterator[Array]:
    """Means of ``count`` clusters drawn from the urn, which holds their sums and their sizes.

    Each draw is used with its mirror image, which keeps signs symmetric.
    """
    generator, mirrored = np.random.default_rng(seed), (urn[0][::-1].copy(), urn[1][::-1].copy())
    rows = max(1, 2**20 // count)  # at once, so that many questions do not fill the memory
    for start in range(0, _RESAMPLES // 2, rows):
        shape = min(rows, _RESAMPLES // 2 - start), count
        drawn = generator.integers(0, len(urn[0]), size=shape, dtype=np.int32)
        for sums, sizes in (urn, mirrored):
            yield sums[drawn].sum(axis=1) / sizes[drawn].sum(axis=1)


def _tango_limits(pairs: _Pairs, alpha: float) -> tuple[float, float]:
    """Tango's score interval for the difference of two paired shares (Statistics in Medicine 1998)."""
    quantile = normal_quantile(alpha)
    more, fewer, n = int((pairs.totals.sums > 0).sum()), int((pairs.totals.sums < 0).sum()), pairs.n

    def inside(difference: float) -> bool:
        b = (2 * n - more + fewer) * difference - more - fewer
        root = math.sqrt(max(b * b + 8 * n * fewer * difference * (1 - difference), 0.0))
        variance = n * ((root - b) / (2 * n) + difference * (1 - difference))
        return (more - fewer - n * difference) ** 2 <= quantile**2 * variance

    high = boundary(lambda x: not inside(x), pairs.mean, 1.0)
    low = boundary(lambda x: not inside(x), pairs.mean, -1.0)
    return low, high


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
