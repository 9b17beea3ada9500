"""The figure of the variant that is chosen among many, without the luck of being chosen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from potluck.comparison.differences import Tables, round_means
from potluck.contracts import Measure
from potluck.results.conclusions import ChosenFigure, RankedVariant
from potluck.statistics.clusters import Clusters
from potluck.statistics.intervals import Interval
from potluck.statistics.power import FEWEST
from potluck.statistics.selection import mean_of_selected

MANY = 6
"""From so many variants on the best one's mean is estimated again: of fewer the luck of being chosen is small."""


def best_of_many(
    tables: Tables, ranking: Sequence[RankedVariant], measure: Measure, clusters: Clusters | None = None
) -> ChosenFigure | None:
    """Of the best of at least ``MANY`` variants; None of fewer, or where fewer than ``FEWEST`` questions tell."""
    import numpy as np

    if len(ranking) < MANY or not measure.paired:
        return None
    values = np.stack([round_means(tables[one.variant][measure.name]) for one in ranking], axis=1)
    known = np.asarray(~np.isnan(values).all(axis=1))
    if known.sum() < FEWEST:
        return None
    sign = 1 if measure.higher_is_better else -1
    of_known, best = None if clusters is None else clusters.select(known), ranking[0]
    found = _times(mean_of_selected(sign * values[known], _times(best.metric, sign), of_known), sign)
    return ChosenFigure(best.variant, len(ranking), "cross-validation", best.metric, _within(found, measure), None, ())


def _times(interval: Interval, sign: int) -> Interval:
    """The interval, or that of the values with the other sign."""
    if sign == 1 or interval.low is None or interval.high is None:
        return replace(interval, mean=sign * interval.mean)
    return replace(interval, mean=-interval.mean, low=-interval.high, high=-interval.low)


def _within(interval: Interval, measure: Measure) -> Interval:
    """The interval without what the measure cannot be."""
    if measure.scale == "any" or interval.low is None or interval.high is None:
        return interval
    return replace(
        interval,
        low=max(0.0, interval.low),
        high=min(1.0, interval.high) if measure.scale == "share" else interval.high,
    )


def chosen_sentence(found: ChosenFigure, measure: Measure) -> str:
    """Both figures: as chosen, and without the luck."""
    unit = f" {measure.unit}" if measure.unit else ""
    return (
        f"{found.variant} is the best of {found.variants}: {measure.name} {found.as_chosen.mean:.3f}{unit} as chosen, "
        f"{found.without_luck}{unit} without the luck of being chosen."
    )
