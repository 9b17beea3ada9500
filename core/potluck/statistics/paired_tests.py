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

from potluck.statistics.distributions import ALPHA, coin_toss_cdf, student_quantile
from potluck.statistics.observations import is_binary, question_means, question_table
from potluck.statistics.power import DifferenceSpread, Z, boundary, difference_spread

if TYPE_CHECKING:
    from potluck.statistics.observations import Array, Values

_EXACT = 14
"""Up to this many differing questions all ways to flip their signs are counted, above it ``_FLIPS`` random ones."""

_FLIPS = 10_000
_RESAMPLES = 2_000


@dataclass(frozen=True, slots=True)
class PairedDifference:
    """How much more b has than a on the same ``n`` questions, with its 95 % confidence interval and ``p``.

    ``test`` is ``mcnemar`` (exact, both right or wrong) or ``sign-flip``. ``detectable`` is the smallest true
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


def compare_paired(a: Values, b: Values, seed: int = 0) -> PairedDifference:
    """Compare two variants on the same questions, b minus a.

    ``a`` and ``b`` hold one row a question, in the same order: shape ``(n,)`` or ``(n, repeats)``; a repeat that gave
    no value is NaN. Raises ``ValueError`` for fewer than two questions, another number of them in a than in b, or a
    question without a value; ``MissingDependency`` without scipy.
    """
    tables = question_table(a), question_table(b)
    if len(tables[0]) != len(tables[1]):
        raise ValueError(f"a has {len(tables[0])} questions and b {len(tables[1])}: compare the same questions")
    if len(tables[0]) < 2:
        raise ValueError("one question cannot be told from chance: compare at least two")
    pairs = _pairs(*map(question_means, tables))
    low, high = _tango_limits(pairs) if pairs.binary else _bootstrap(pairs, seed)
    p = _mcnemar_p(pairs) if pairs.binary else _sign_flip_p(pairs, seed)
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


def _bootstrap(pairs: _Pairs, seed: int) -> tuple[float, float]:
    """The percentile interval of the paired bootstrap, widened as Student's is for few questions.

    One more question than were asked stands in the urn, half of the times better and half of the times worse by as
    much as questions differ: where few do, the bare bootstrap covers the truth in 70 to 90 % instead of 95.
    """
    n, size = pairs.n, pairs.spread.size
    urn = np.sort(np.concatenate([pairs.deltas, pairs.deltas, [-size, size]]))
    means = np.sort(np.concatenate(list(_resample_means(urn, n, seed))))
    outside = round(ALPHA / 2 * len(means))
    widened = student_quantile(n - 1) / Z * math.sqrt(n / (n - 1))
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


def _tango_limits(pairs: _Pairs) -> tuple[float, float]:
    """Tango's score interval for the difference of two paired shares (Statistics in Medicine 1998)."""
    more, fewer, n = int((pairs.deltas > 0).sum()), int((pairs.deltas < 0).sum()), pairs.n

    def inside(difference: float) -> bool:
        b = (2 * n - more + fewer) * difference - more - fewer
        root = math.sqrt(max(b * b + 8 * n * fewer * difference * (1 - difference), 0.0))
        variance = n * ((root - b) / (2 * n) + difference * (1 - difference))
        return (more - fewer - n * difference) ** 2 <= Z**2 * variance

    high = boundary(lambda x: not inside(x), pairs.mean, 1.0)
    low = boundary(lambda x: not inside(x), pairs.mean, -1.0)
    return low, high


def _mcnemar_p(pairs: _Pairs) -> float:
    """Exact: of the questions that only one got right, how unlikely is the split if it is a toss of a coin?"""
    more, fewer = int((pairs.deltas > 0).sum()), int((pairs.deltas < 0).sum())
    return min(1.0, 2 * coin_toss_cdf(min(more, fewer), more + fewer))


def _sign_flip_p(pairs: _Pairs, seed: int) -> float:
    """How often the sum is as far from 0 if each question's difference might as well have the other sign."""
    sizes = np.sort(np.abs(pairs.deltas[pairs.deltas != 0]))
    if not len(sizes):
        return 1.0
    # Sums that are equal on paper differ in the last bits.
    reached = abs(math.fsum(pairs.deltas)) - 1e-9 * math.fsum(sizes)
    exact = len(sizes) <= _EXACT
    sums = _all_flip_sums(sizes) if exact else _random_flip_sums(sizes, seed)
    hits = int(np.count_nonzero(np.abs(sums) >= reached))
    return hits / len(sums) if exact else (hits + 1) / (len(sums) + 1)


def _all_flip_sums(sizes: Array) -> Array:
    """The sums with all ways to set the signs, shape ``(2^n,)``; of each row if there are rows, ``(rows, 2^n)``."""
    n = sizes.shape[-1]
    signs = 1.0 - 2.0 * ((np.arange(2**n) >> np.arange(n)[:, None]) & 1)
    sums: Array = sizes @ signs
    return sums


def _random_flip_sums(sizes: Array, seed: int) -> Array:
    """The sums of ``_FLIPS`` random ways to set the signs, eight of them looked up at a time."""
    eights = _all_flip_sums(np.append(sizes, np.zeros(-len(sizes) % 8)).reshape(-1, 8))
    generator, sums = np.random.default_rng(seed), np.zeros(_FLIPS)
    for row in eights:
        sums += row[generator.integers(0, 256, _FLIPS, dtype=np.uint8)]
    return sums


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
