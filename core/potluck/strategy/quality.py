"""Accuracy, macro F1 and F1 of the rarest label of one row, with 95 % intervals."""

from __future__ import annotations

from collections.abc import Sequence

from potluck.metrics.label_intervals import label_intervals
from potluck.statistics.clusters import Clusters
from potluck.statistics.intervals import Interval, mean_interval

METRIC = "accuracy"
"""The measure by which rows are ranked and recommended, as it leads wherever labels are predicted."""


def quality(
    gold: Sequence[str], said: Sequence[str], minority: str, seed: int = 0, clusters: Clusters | None = None
) -> dict[str, Interval]:
    """The measures of a row on the messages it was asked, of which there has to be one."""
    hits = [float(one == other) for one, other in zip(gold, said, strict=True)]
    return {
        METRIC: mean_interval(hits, bounded=True, clusters=clusters),
        **label_intervals(gold, said, minority, seed, clusters),
    }
