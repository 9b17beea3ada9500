"""The differences of two variants on the same questions, question by question or cluster by cluster."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from potluck.statistics.clusters import Clusters, ClusterTotals, cluster_share, cluster_totals
from potluck.statistics.observations import is_binary
from potluck.statistics.power import DifferenceSpread, difference_spread

if TYPE_CHECKING:
    from potluck.statistics.observations import Array


@dataclass(frozen=True, slots=True)
class Pairs:
    """The differences ``deltas`` of ``n`` questions, float64 of shape ``(n,)``, in ``count`` clusters.

    ``bounded`` says that all values lie in [0, 1]; ``spread`` is that of the clusters.
    """

    deltas: Array
    totals: ClusterTotals
    mean: float
    bounded: bool
    test: str
    spread: DifferenceSpread

    @property
    def n(self) -> int:
        """Questions."""
        return len(self.deltas)

    @property
    def count(self) -> int:
        """Clusters: as many as questions where each stands for itself."""
        return len(self.totals.sums)

    @property
    def leans_down(self) -> bool:
        """Whether a and b are exchanged: clusters of several sizes are drawn otherwise for one order than the other."""
        if self.test != "cluster-sign-flip":
            return False
        seen, mirrored = (sorted(zip(s, self.totals.sizes, strict=True)) for s in (self.totals.sums, -self.totals.sums))
        return mirrored < seen


def subtract(before: Array, after: Array, clusters: Clusters | None) -> Pairs:
    """The differences of the questions' values, both of shape ``(n,)``, the second minus the first."""
    deltas, values = after - before, np.append(before, after)
    totals = cluster_totals(deltas, clusters)
    alone = len(totals.sums) == len(deltas)
    binary, bounded = is_binary(values), bool(values.min() >= 0 and values.max() <= 1)
    scale = 1.0 if bounded else float(np.abs(values).max())
    return Pairs(
        deltas=deltas,
        totals=totals,
        mean=math.fsum(totals.sums) / len(deltas),
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
