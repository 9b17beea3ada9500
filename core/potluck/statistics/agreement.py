"""How far two people or judges agree: the share of equal verdicts, and Cohen's kappa, each with its interval.

Kappa is the share of agreement beyond what two would reach who gave as many verdicts of each kind by chance (Cohen
1960). Few disagreements say little about how many more there would be, and the usual standard error is 0 where there is
none. So both intervals are score intervals, and that of kappa takes the variance of Fleiss, Cohen and Everitt (1969)
for its spread. How often they hold the truth is measured by ``tests/benchmarks/judge.py``.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from potluck.statistics.clusters import Clusters, cluster_totals
from potluck.statistics.distributions import student_quantile
from potluck.statistics.intervals import Interval, mean_interval, wilson_limits

if TYPE_CHECKING:
    import numpy.typing as npt

    from potluck.statistics.observations import Array


_MORE = 2.0
"""Pairs of verdicts that the interval of kappa counts besides, spread evenly over all: a kind that few verdicts have
may have more."""


@dataclass(frozen=True, slots=True)
class Agreement:
    """How far two verdicts on each of n things agree.

    ``kappa`` is 1 where they always do and 0 where they do as often as by chance; None where both gave one verdict
    only, the same, as nothing can then be told from chance.
    """

    share: Interval
    kappa: Interval | None


def agreement(one: Sequence[Hashable], other: Sequence[Hashable], clusters: Clusters | None = None) -> Agreement:
    """The agreement of verdicts on the same n things, of any number of kinds, with 95 % confidence intervals.

    Things that hang together are told by ``clusters``. Raises ``ValueError`` where there is none, or another number of
    one than of the other.
    """
    if len(one) != len(other) or not one:
        raise ValueError(f"{len(one)} verdicts of one and {len(other)} of the other")
    places: dict[Hashable, int] = {}
    first, second = (np.array([places.setdefault(verdict, len(places)) for verdict in said]) for said in (one, other))
    equal = (first == second).astype(np.float64)
    return Agreement(mean_interval(equal, True, clusters), _kappa(first, second, equal, len(places), clusters))


def _kappa(
    first: npt.NDArray[np.intp], second: npt.NDArray[np.intp], equal: Array, kinds: int, clusters: Clusters | None
) -> Interval | None:
    """Cohen's kappa with its interval: that of the agreement with as much spread as kappa has, put on its scale."""
    n = len(equal)
    table = np.bincount(first * kinds + second, minlength=kinds * kinds).reshape(kinds, kinds) / n
    seen, chance = float(equal.mean()), _chance(table)
    if chance >= 1:
        return None
    kappa = (seen - chance) / (1 - chance)
    population, count, kind = ("questions", None, None) if clusters is None else clusters.scope
    if n < 2:
        return Interval(kappa, None, None, n)
    likely = (table * n + _MORE / kinds**2) / (n + _MORE)
    added = _contributions(likely)
    totals = cluster_totals(added[first, second], clusters)
    spread = float(totals.linearise().var(ddof=1)) / len(totals.sums)
    spread += _MORE * float(((added - (likely * added).sum()) ** 2).mean()) / n**2
    agreeing, by_chance = float(np.trace(likely)), _chance(likely)
    dispersion = spread / (agreeing * (1 - agreeing))
    limits = wilson_limits(seen, dispersion * student_quantile(totals.degrees) ** 2)
    low, high = ((min(1.0, float(limit)) - by_chance) / (1 - by_chance) for limit in limits)
    return Interval(kappa, min(low, kappa), max(high, kappa), n, count, kind, population)


def _chance(table: Array) -> float:
    """The share of agreement by chance; ``table[i, j]`` is the share of verdicts i of the one and j of the other."""
    return float(table.sum(axis=1) @ table.sum(axis=0))


def _contributions(table: Array) -> Array:
    """What a pair of verdicts adds to the agreement that kappa stands for: itself, less its part of that by chance."""
    chance = _chance(table)
    beyond = (float(np.trace(table)) - chance) / (1 - chance)
    margins = table.sum(axis=0)[:, None] + table.sum(axis=1)[None, :]
    added: Array = np.eye(len(table)) - (1 - beyond) * (margins - 2 * chance)
    return added
