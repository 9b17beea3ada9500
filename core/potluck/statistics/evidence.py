"""What the differences of two variants say: the p-value of their test, and the limits of what it does not reject."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import numpy as np

from potluck.statistics.distributions import ALPHA, coin_toss_cdf, normal_p, normal_quantile, student_quantile
from potluck.statistics.pairs import Pairs
from potluck.statistics.power import Z, boundary
from potluck.statistics.sign_flips import SubsetMeans, subset_means

if TYPE_CHECKING:
    from potluck.statistics.observations import Array

_RESAMPLES = 2_000


class Evidence(Protocol):
    """A test of no difference."""

    @property
    def p(self) -> float:
        """Two-sided: how often chance alone shows a difference as large."""

    def limits(self, alpha: float) -> tuple[float, float]:
        """The interval of the level 1 minus ``alpha``, which holds 0 exactly where ``p`` is above ``alpha``."""

    def outer_limits(self, alpha: float) -> tuple[float, float]:
        """The same regardless of 0: infinite where so few questions differ that nothing is ruled out."""


def evidence_of(pairs: Pairs, seed: int) -> Evidence:
    """By McNemar's test where all are right or wrong, else by the sign-flip test, whose random subsets are seeded.

    Raises ``MissingDependency`` without scipy.
    """
    return _RightOrWrong(pairs) if pairs.test == "mcnemar" else _flip_signs(pairs, seed)


def equivalence_p(evidence: Evidence, margin: float) -> float:
    """How often chance alone shows two variants as near that are ``margin`` or more apart.

    By two one-sided tests: the least level at which the interval of twice that level lies within the margins
    (Schuirmann, Journal of Pharmacokinetics and Biopharmaceutics 1987). 1 where it is above a half.
    """

    def lies_within(level: float) -> bool:
        low, high = evidence.outer_limits(2 * level)
        return -margin < low and high < margin

    return boundary(lambda level: not lies_within(level), 0.5, 0.0) if lies_within(0.5) else 1.0


@dataclass(frozen=True, slots=True)
class _RightOrWrong:
    """McNemar's exact test, and Tango's interval, which holds 0 too where the test does not reject it."""

    pairs: Pairs

    @property
    def p(self) -> float:
        """Far out (under 0.001) the exact test may be the bolder: then that of the score test behind the interval."""
        more, fewer = self._changes
        if not more + fewer:
            return 1.0
        exact = min(1.0, 2 * coin_toss_cdf(min(more, fewer), more + fewer))
        return max(exact, normal_p((more - fewer) / math.sqrt(more + fewer)))

    def limits(self, alpha: float) -> tuple[float, float]:
        return _with_zero(self.outer_limits(alpha), self.p > alpha)

    def outer_limits(self, alpha: float) -> tuple[float, float]:
        """Tango's score interval for the difference of two paired shares (Statistics in Medicine 1998)."""
        quantile, (more, fewer), n = normal_quantile(alpha), self._changes, self.pairs.n

        def inside(difference: float) -> bool:
            b = (2 * n - more + fewer) * difference - more - fewer
            root = math.sqrt(max(b * b + 8 * n * fewer * difference * (1 - difference), 0.0))
            variance = n * ((root - b) / (2 * n) + difference * (1 - difference))
            return (more - fewer - n * difference) ** 2 <= quantile**2 * variance

        high = boundary(lambda x: not inside(x), self.pairs.mean, 1.0)
        low = boundary(lambda x: not inside(x), self.pairs.mean, -1.0)
        return low, high

    @property
    def _changes(self) -> tuple[int, int]:
        """How many questions b alone, and a alone, has right."""
        return int((self.pairs.deltas > 0).sum()), int((self.pairs.deltas < 0).sum())


@dataclass(frozen=True, slots=True)
class _SignFlips:
    """The sign-flip test and its interval, widened to that of the bootstrap, but not over a sign that is ruled out.

    By itself the test's interval is too short where few questions differ: it covers the truth in 85 % instead of 95.
    """

    means: SubsetMeans
    resampled: _Resampled
    p: float

    def limits(self, alpha: float) -> tuple[float, float]:
        limits, wider = self.means.limits(alpha), self.resampled.limits(alpha)
        if self.p > alpha:
            ends = [wider, *([limits] if math.isfinite(limits[0]) else [])]
            return _with_zero((min(end[0] for end in ends), max(end[1] for end in ends)), True)
        low = limits[0] if wider[0] <= 0 < limits[0] else min(limits[0], wider[0])
        high = limits[1] if limits[1] < 0 <= wider[1] else max(limits[1], wider[1])
        return low, high

    def outer_limits(self, alpha: float) -> tuple[float, float]:
        limits, wider = self.means.limits(alpha), self.resampled.limits(alpha)
        return min(limits[0], wider[0]), max(limits[1], wider[1])


def _flip_signs(pairs: Pairs, seed: int) -> _SignFlips:
    means = subset_means(pairs.totals, seed)
    return _SignFlips(means, _resample(pairs, seed), means.p)


def _with_zero(limits: tuple[float, float], is_possible: bool) -> tuple[float, float]:
    return (min(limits[0], 0.0), max(limits[1], 0.0)) if is_possible else limits


@dataclass(frozen=True, slots=True)
class _Resampled:
    """The middle 95 % of the bootstrap's means, from ``low`` to ``high`` around ``centre``, of ``count`` clusters."""

    low: float
    high: float
    centre: float
    count: int
    bounded: bool

    def limits(self, alpha: float) -> tuple[float, float]:
        """The percentile interval, widened as Student's is for few clusters, and for ``alpha``."""
        widened = student_quantile(self.count - 1, alpha) / Z * math.sqrt(self.count / (self.count - 1))
        low, high = (self.centre + widened * (end - self.centre) for end in (self.low, self.high))
        return (max(-1.0, low), min(1.0, high)) if self.bounded else (low, high)


def _resample(pairs: Pairs, seed: int) -> _Resampled:
    """The paired bootstrap over clusters.

    One more cluster than was asked stands in the urn, half of the times better and half of the times worse by as much
    as clusters differ: where few do, the bare bootstrap covers the truth in 70 to 90 % instead of 95.
    """
    count, size, typical = pairs.count, pairs.spread.size, pairs.n / pairs.count
    sums = np.concatenate([[-size * typical], np.repeat(pairs.totals.sums, 2), [size * typical]])
    sizes = np.concatenate([[typical], np.repeat(pairs.totals.sizes, 2), [typical]])
    order = np.argsort(sums / sizes, kind="stable")
    means = np.sort(np.concatenate(list(_resample_means((sums[order], sizes[order]), count, seed))))
    outside = round(ALPHA / 2 * len(means))
    # The urn's mean from the sorted differences' exact sum, so that b against a mirrors a against b.
    centre = pairs.mean * count / (count + 1)
    return _Resampled(float(means[outside]), float(means[-1 - outside]), centre, count, pairs.bounded)


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
