"""Is a difference real? Two variants that answered the same questions, compared question by question.

What is random (the bootstrap, the flipped signs) is seeded: the same values always give the same
figures, in whatever order they come. How often these methods are wrong is measured by
``tests/benchmarks/significance.py``.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

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
    ``mcnemar`` (both right or wrong) or ``sign-flip``. ``detectable`` is the smallest true difference that n such
    questions show with 80 % power (two-sided, 5 %), ``needed_n`` how many questions show the difference that was seen
    with 80 % power; None if it is 0. Where both have repeats, ``between`` is the variance of the difference between
    questions and ``within`` that from one repeat of a question to the next.
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


def compare_paired(a: Values, b: Values, seed: int = 0, alpha: float = ALPHA) -> PairedDifference:
    """Compare two variants on the same questions, b minus a.

    ``a`` and ``b`` hold one row per question, in the same order: shape ``(n,)`` or ``(n, repeats)``; a repeat that gave
    no value is NaN. The interval's level is 1 minus ``alpha``. Raises ``ValueError`` for fewer than two questions,
    another number of them in a than in b, or a question without a value; ``MissingDependency`` without scipy.
    """
    tables = question_table(a), question_table(b)
    if len(tables[0]) != len(tables[1]):
        raise ValueError(f"a has {len(tables[0])} questions and b {len(tables[1])}: compare the same questions")
    if len(tables[0]) < 2:
        raise ValueError("one question cannot be told from chance: compare at least two")
    pairs = _pairs(*map(question_means, tables))
    p, (low, high) = _right_or_wrong(pairs, alpha) if pairs.binary else _sign_flip_result(pairs, seed, alpha)
    needed = pairs.spread.questions_needed(pairs.mean)
    if needed is not None and p > ALPHA:
        needed = max(needed, pairs.n + 1)
    between, within = _variance_components(tables, pairs)
    return PairedDifference(
        difference=pairs.mean,
        low=min(low, pairs.mean),
        high=max(high, pairs.mean),
        p=p,
        n=pairs.n,
        test="mcnemar" if pairs.binary else "sign-flip",
        detectable=pairs.spread.detectable(pairs.n),
        needed_n=needed,
        between=between,
        within=within,
        confidence=1 - alpha,
    )


@dataclass(frozen=True, slots=True)
class _Pairs:
    """The differences of ``n`` questions, ascending, and what follows from them.

    ``binary`` says that all values are 0 or 1, ``bounded`` that they lie in [0, 1].
    """

    deltas: Array
    mean: float
    binary: bool
    bounded: bool
    spread: DifferenceSpread

    @property
    def n(self) -> int:
        return len(self.deltas)


def _pairs(before: Array, after: Array) -> _Pairs:
    deltas, values = np.sort(after - before), np.append(before, after)
    binary, bounded = is_binary(values), bool(values.min() >= 0 and values.max() <= 1)
    scale = 1.0 if bounded else float(np.abs(values).max())
    return _Pairs(deltas, math.fsum(deltas) / len(deltas), binary, bounded, difference_spread(deltas, binary, scale))


def _right_or_wrong(pairs: _Pairs, alpha: float) -> tuple[float, tuple[float, float]]:
    """McNemar's exact test, and Tango's interval, which holds 0 too where the test does not reject it.

    Far out (p under 0.001) the exact test may be the bolder: then p is that of the score test behind the interval.
    """
    more, fewer = int((pairs.deltas > 0).sum()), int((pairs.deltas < 0).sum())
    if not more + fewer:
        return 1.0, _tango_limits(pairs, alpha)
    exact = min(1.0, 2 * coin_toss_cdf(min(more, fewer), more + fewer))
    p = max(exact, normal_p((more - fewer) / math.sqrt(more + fewer)))
    return p, _with_zero(_tango_limits(pairs, alpha), p > alpha)


def _sign_flip_result(pairs: _Pairs, seed: int, alpha: float) -> tuple[float, tuple[float, float]]:
    """The sign-flip test and its interval, widened to that of the bootstrap, but not over a sign that is ruled out.

    By itself the test's interval is too short where few questions differ: it covers the truth in 85 % instead of 95.
    """
    means = subset_means(pairs.deltas, seed)
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
    """The percentile interval of the paired bootstrap, widened as Student's is for few questions, and for ``alpha``.

    One more question than were asked stands in the urn, half of the times better and half of the times worse by as
    much as questions differ: where few do, the bare bootstrap covers the truth in 70 to 90 % instead of 95.
    """
    n, size = pairs.n, pairs.spread.size
    urn = np.sort(np.concatenate([pairs.deltas, pairs.deltas, [-size, size]]))
    means = np.sort(np.concatenate(list(_resample_means(urn, n, seed))))
    outside = round(ALPHA / 2 * len(means))
    widened = student_quantile(n - 1, alpha) / Z * math.sqrt(n / (n - 1))
    # The urn's mean from the sorted differences' exact sum, so that b against a mirrors a against b.
    centre = pairs.mean * n / (n + 1)
    low, high = (centre + widened * (float(means[place]) - centre) for place in (outside, -1 - outside))
    return (max(-1.0, low), min(1.0, high)) if pairs.bounded else (low, high)


def _resample_means(urn: Array, n: int, seed: int) -> Iterator[Array]:
    """Means of ``n`` drawn from the urn; each draw is used with its mirror image, which keeps signs symmetric."""
    generator, mirrored = np.random.default_rng(seed), urn[::-1].copy()
    rows = max(1, 2**20 // n)  # at once, so that many questions do not fill the memory
    for start in range(0, _RESAMPLES // 2, rows):
        drawn = generator.integers(0, len(urn), size=(min(rows, _RESAMPLES // 2 - start), n), dtype=np.int32)
        yield urn[drawn].mean(axis=1)
        yield mirrored[drawn].mean(axis=1)


def _tango_limits(pairs: _Pairs, alpha: float) -> tuple[float, float]:
    """Tango's score interval for the difference of two paired shares (Statistics in Medicine 1998)."""
    quantile = normal_quantile(alpha)
    more, fewer, n = int((pairs.deltas > 0).sum()), int((pairs.deltas < 0).sum()), pairs.n

    def inside(difference: float) -> bool:
        b = (2 * n - more + fewer) * difference - more - fewer
        root = math.sqrt(max(b * b + 8 * n * fewer * difference * (1 - difference), 0.0))
        variance = n * ((root - b) / (2 * n) + difference * (1 - difference))
        return (more - fewer - n * difference) ** 2 <= quantile**2 * variance

    high = boundary(lambda x: not inside(x), pairs.mean, 1.0)
    low = boundary(lambda x: not inside(x), pairs.mean, -1.0)
    return low, high


def _variance_components(tables: tuple[Array, Array], pairs: _Pairs) -> tuple[float | None, float | None]:
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
    return max(0.0, float(pairs.deltas.var(ddof=1)) - noise), within
