"""The sign-flip test of paired differences, and the interval of all the differences that it does not reject.

If the true difference is d, each question's difference less d might as well have the other sign. The test counts the
ways to flip signs that give a sum as large as the one that was seen. Flipping some questions does so exactly where
their mean is at most d, so the quantiles of the means of subsets are the limits of the interval (Hartigan, Using
subsample values as typical values, JASA 1969). Test and interval are read from the same means: they cannot disagree.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from potluck.statistics.distributions import coin_toss_quantiles

if TYPE_CHECKING:
    from potluck.statistics.observations import Array

_EXACT = 14
"""Up to this many differing questions all subsets of them are counted, above it random ones."""

_DRAWN = 5_000
"""Random subsets; each counts with its mirror image, its complement and that one's, which keeps signs symmetric."""

_MEANS = 2**15
"""As many means at least, where all subsets of the differing questions are joined to those that do not differ."""


@dataclass(frozen=True, slots=True)
class SubsetMeans:
    """The means of subsets of questions, ascending; an empty subset is as low, and as high, as any.

    ``seen`` is 1 where the subsets are drawn: the signs as they were seen count as one more.
    """

    lows: Array
    highs: Array
    seen: int

    @property
    def p(self) -> float:
        """Two-sided: how often flipped signs give a sum as far from 0."""
        below = int(np.searchsorted(self.lows, 0.0, side="right"))
        above = len(self.highs) - int(np.searchsorted(self.highs, 0.0, side="left"))
        return min(1.0, 2 * (min(below, above) + self.seen) / (len(self.lows) + self.seen))

    def limits(self, alpha: float) -> tuple[float, float]:
        """The ends of the differences that are not rejected at the level ``alpha``; infinite if none is."""
        place = math.floor(alpha * (len(self.lows) + self.seen) / 2 - self.seen)
        if place < 0:
            return -math.inf, math.inf
        return float(self.lows[place]), float(self.highs[-1 - place])


def subset_means(deltas: Array, seed: int) -> SubsetMeans:
    """Of the differences of ``n`` questions, ascending. The same for the differences with the other sign, mirrored.

    Raises ``MissingDependency`` without scipy.
    """
    differing = deltas[deltas != 0]
    exact = len(differing) <= _EXACT
    sums, sizes = _all_subsets(differing, len(deltas) - len(differing)) if exact else _random_subsets(deltas, seed)
    # Sums that are equal on paper differ in the last bits.
    sums[np.abs(sums) <= 1e-9 * math.fsum(np.abs(deltas))] = 0.0
    empty = sizes == 0
    means = np.divide(sums, sizes, out=np.zeros_like(sums), where=~empty)
    lows, highs = (np.sort(np.where(empty, end, means)) for end in (-math.inf, math.inf))
    return SubsetMeans(lows, highs, 0 if exact else 1)


def _all_subsets(differing: Array, alike: int) -> tuple[Array, Array]:
    """Sums and sizes of all subsets, each with as many of the questions that are ``alike`` as chance adds."""
    ways = 2 ** len(differing)
    sums, sizes = _sums(differing), _sums(np.ones(len(differing)))
    added = coin_toss_quantiles(alike, max(1, _MEANS // ways)) if alike else np.zeros(1)
    return np.repeat(sums, len(added)), np.add.outer(sizes, added).ravel()


def _random_subsets(deltas: Array, seed: int) -> tuple[Array, Array]:
    """Sums and sizes of random subsets, their mirror images and the complements, eight questions at a time."""
    n = len(deltas)
    ends = np.zeros(-n % 8)
    tables = [_sums(np.append(row, ends).reshape(-1, 8)) for row in (deltas, deltas[::-1], np.ones(n))]
    generator = np.random.default_rng(seed)
    found = np.zeros((3, _DRAWN))
    for rows in zip(*tables, strict=True):
        drawn = generator.integers(0, 256, _DRAWN, dtype=np.uint8)
        for one, row in zip(found, rows, strict=True):
            one += row[drawn]
    sums, mirrored, sizes = found
    whole = math.fsum(deltas)
    return (
        np.concatenate([sums, mirrored, whole - sums, whole - mirrored]),
        np.round(np.concatenate([sizes, sizes, n - sizes, n - sizes])),
    )


def _sums(values: Array) -> Array:
    """The sums of all subsets, shape ``(2^n,)``; of each row if there are rows, ``(rows, 2^n)``."""
    n = values.shape[-1]
    taken = ((np.arange(2**n) >> np.arange(n)[:, None]) & 1).astype(np.float64)
    sums: Array = values @ taken
    return sums
