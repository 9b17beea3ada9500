"""The mean of the variant that was chosen because its mean was the best, without the luck of being chosen.

The best of many equal variants looks better than it is: it was chosen for what chance gave it. So the choice is made
again without a part of the questions, whole clusters at a time, and the chosen one is measured on that part
(cross-validation of the choice: Varma and Simon, BMC Bioinformatics 2006). Each part is left out in turn, in many
random partitions, which takes the luck of a single split out. Of equal variants the estimate has no bias; of others it
is a little low, as a choice from fewer questions finds the better one less often. How wrong it is, and how often its
interval holds the truth, is measured by ``tests/benchmarks/choosing.py``.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from potluck.statistics.intervals import Interval

if TYPE_CHECKING:
    import numpy.typing as npt

    from potluck.statistics.clusters import Clusters, Places
    from potluck.statistics.observations import Array

_PARTS = 10
"""Parts of a partition for the estimate: with fewer the choice misses the better ones too often, which is a bias."""

_HALVES = 2
"""Parts of a partition for the lower end of the interval, which has to allow for a choice that hangs on chance."""

_PARTITIONS = 200


@dataclass(frozen=True, slots=True)
class _Totals:
    """The sum of the values of each cluster, and how many there are: float64 of shape ``(clusters, variants)``."""

    sums: Array
    sizes: Array


def mean_of_selected(values: Array, as_chosen: Interval, clusters: Clusters | None = None, seed: int = 0) -> Interval:
    """The mean of the variant with the largest mean, without the luck of having it.

    ``values`` has the shape ``(questions, variants)``, NaN where a variant has none; ``as_chosen`` is the interval of
    the largest mean. The upper end stays what it was, as luck can only have raised it. The lower end lies as far below
    the estimate from halves, which is the lowest, as it lay below the mean. Variants that tie count in equal parts, so
    their order plays no part. Raises ``ValueError`` for fewer than two questions or clusters.
    """
    totals = _totals(values, clusters)
    if len(totals.sums) < 2:
        raise ValueError("the choice cannot be made again without a part of one question or cluster")
    mean, of_halves = (_cross_validated(totals, parts, seed) for parts in (_PARTS, _HALVES))
    if as_chosen.low is None or as_chosen.high is None:
        return replace(as_chosen, mean=mean)
    low = of_halves - (as_chosen.mean - as_chosen.low)
    return replace(as_chosen, mean=mean, low=min(low, mean), high=max(as_chosen.high, mean))


def draw_half(clusters: Clusters, seed: int) -> npt.NDArray[np.bool_]:
    """Half of the clusters at random, a mask of their questions; of questions if these are what is concluded about.

    Of an odd number it is the smaller half.
    """
    is_whole = clusters.population == "clusters"
    places = clusters.places if is_whole else np.arange(len(clusters.places))
    count = clusters.count if is_whole else len(places)
    return np.isin(places, np.random.default_rng(seed).permutation(count)[: count // 2])


def _totals(values: Array, clusters: Clusters | None) -> _Totals:
    """Of each cluster where conclusions are about further clusters, else of each question."""
    known = ~np.isnan(values)
    sums, sizes = np.where(known, values, 0.0), known.astype(np.float64)
    if clusters is None or clusters.population != "clusters":
        return _Totals(sums, sizes)
    return _Totals(*(_of_clusters(one, clusters.places) for one in (sums, sizes)))


def _of_clusters(table: Array, places: Places) -> Array:
    return np.stack([np.bincount(places, column) for column in table.T], axis=1)


def _cross_validated(totals: _Totals, parts: int, seed: int) -> float:
    """The mean over the questions of what the variant has that is the best without their part."""
    found = count = 0.0
    whole_sums, whole_sizes = totals.sums.sum(axis=0), totals.sizes.sum(axis=0)
    for sums, sizes in _parts(totals, min(parts, len(totals.sums)), seed):
        shares = _best_shares(_means(whole_sums - sums, whole_sizes - sizes))
        found += float((shares * sums).sum())
        count += float((shares * sizes).sum())
    # Nothing is told where each variant has questions of its own.
    return found / count if count else float(_means(whole_sums, whole_sizes).max())


def _parts(totals: _Totals, parts: int, seed: int) -> Iterator[tuple[Array, Array]]:
    """Of each partition the sums and sizes of each part, shape ``(parts, variants)``."""
    generator, starts = np.random.default_rng(seed), np.arange(parts) * len(totals.sums) // parts
    for _ in range(_PARTITIONS):
        order = generator.permutation(len(totals.sums))
        yield np.add.reduceat(totals.sums[order], starts), np.add.reduceat(totals.sizes[order], starts)


def _means(sums: Array, sizes: Array) -> Array:
    """The means of variants; those that have no value are the worst."""
    means: Array = np.divide(sums, sizes, out=np.full_like(sums, -math.inf), where=sizes > 0)
    return means


def _best_shares(means: Array) -> Array:
    """Which variant is the best in each row; where several are, equal shares of them. Shape ``(rows, variants)``."""
    best = means.max(axis=1, keepdims=True)
    # Means that are equal on paper differ in the last bits.
    tied = means >= best - 1e-9 * np.abs(best)
    shares: Array = tied / tied.sum(axis=1, keepdims=True)
    return shares
