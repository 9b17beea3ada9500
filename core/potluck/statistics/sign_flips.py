"""The sign-flip test of paired differences, and the interval of all the differences that it does not reject.

If the true difference is d, each question's difference less d might as well have the other sign. The test counts the
ways to flip signs that give a sum as large as the one that was seen. Flipping some questions does so exactly where
their mean is at most d, so the quantiles of the means of subsets are the limits of the interval (Hartigan, Using
subsample values as typical values, JASA 1969). Test and interval are read from the same means: they cannot disagree.

Questions that hang together are flipped together: what is flipped is a cluster, a question of its own being one of
size 1.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from potluck.statistics.distributions import coin_toss_quantiles

if TYPE_CHECKING:
    import numpy.typing as npt

    from potluck.statistics.clusters import ClusterTotals
    from potluck.statistics.observations import Array

_EXACT = 14
"""Up to this many differing clusters all subsets of them are counted, above it random ones."""

_DRAWN = 5_000
"""Random subsets; each counts with its mirror image, its complement and that one's, which keeps signs symmetric."""

_MEANS = 2**15
"""As many means at least, where all subsets of the differing clusters are joined to those that do not differ."""


@dataclass(frozen=True, slots=True)
class SubsetMeans:
    """The means of subsets of clusters, ascending; an empty subset is as low, and as high, as any.

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


def subset_means(totals: ClusterTotals, seed: int) -> SubsetMeans:
    """Of the differences of clusters. The same for the differences of single questions with the other sign, mirrored.

    Raises ``MissingDependency`` without scipy.
    """
    differ = totals.sums != 0
    exact = int(differ.sum()) <= _EXACT
    sums, sizes = _all_subsets(totals, differ, seed) if exact else _random_subsets(totals, seed)
    # Sums that are equal on paper differ in the last bits.
    sums[np.abs(sums) <= 1e-9 * math.fsum(np.abs(totals.sums))] = 0.0
    empty = sizes == 0
    means = np.divide(sums, sizes, out=np.zeros_like(sums), where=~empty)
    lows, highs = (np.sort(np.where(empty, end, means)) for end in (-math.inf, math.inf))
    return SubsetMeans(lows, highs, 0 if exact else 1)


def _all_subsets(totals: ClusterTotals, differ: npt.NDArray[np.bool_], seed: int) -> tuple[Array, Array]:
    """Sums and sizes of all subsets of those that differ, each with as many questions that do not as chance adds."""
    sums, sizes = _sums(totals.sums[differ]), _sums(totals.sizes[differ])
    added = _added_sizes(totals.sizes[~differ], max(1, _MEANS // len(sums)), seed)
    return np.repeat(sums, len(added)), np.add.outer(sizes, added).ravel()


def _added_sizes(alike: Array, count: int, seed: int) -> Array:
    """The sizes of ``count`` random subsets of clusters that do not differ: quantiles where all have one size."""
    if not len(alike):
        return np.zeros(1)
    if alike.min() == alike.max():
        return float(alike[0]) * coin_toss_quantiles(len(alike), count)
    taken = np.random.default_rng(seed).integers(0, 2, (count, len(alike)), dtype=np.int8)
    sizes: Array = taken @ alike
    return sizes


def _random_subsets(totals: ClusterTotals, seed: int) -> tuple[Array, Array]:
    """Sums and sizes of random subsets, their mirror images and the complements, eight clusters at a time."""
    ends = np.zeros(-len(totals.sums) % 8)
    rows = (totals.sums, totals.sums[::-1], totals.sizes, totals.sizes[::-1])
    tables = [_sums(np.append(row, ends).reshape(-1, 8)) for row in rows]
    generator = np.random.default_rng(seed)
    found = np.zeros((len(rows), _DRAWN))
    for columns in zip(*tables, strict=True):
        drawn = generator.integers(0, 256, _DRAWN, dtype=np.uint8)
        for one, column in zip(found, columns, strict=True):
            one += column[drawn]
    sums, mirrored, sizes, mirrored_sizes = found
    whole, n = math.fsum(totals.sums), totals.sizes.sum()
    return (
        np.concatenate([sums, mirrored, whole - sums, whole - mirrored]),
        np.round(np.concatenate([sizes, mirrored_sizes, n - sizes, n - mirrored_sizes])),
    )


def _sums(values: Array) -> Array:
    """The sums of all subsets, shape ``(2^n,)``; of each row if there are rows, ``(rows, 2^n)``."""
    n = values.shape[-1]
    taken = ((np.arange(2**n) >> np.arange(n)[:, None]) & 1).astype(np.float64)
    sums: Array = values @ taken
    return sums
