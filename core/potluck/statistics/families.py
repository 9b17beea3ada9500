"""Several comparisons at once: every p-value, and every interval, corrected for all of them.

A difference is called real where Holm's method says so. Its interval is that of the same test at the level at which
Holm's method judged it, so it holds 0 exactly when there is no verdict. Each interval holds its true difference in at
least 95 % of the cases. The share of those called real that miss theirs is at most 5 % on the average over comparisons,
one in which none is called real counting 0: the levels are stricter than those of Benjamini and Yekutieli (False
discovery rate-adjusted confidence intervals, JASA 2005).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from potluck.statistics.correction import holm, holm_levels
from potluck.statistics.distributions import ALPHA
from potluck.statistics.paired_tests import PairedDifference, compare_paired

if TYPE_CHECKING:
    from potluck.statistics.clusters import Clusters
    from potluck.statistics.observations import Values


@dataclass(frozen=True, slots=True)
class PairedValues:
    """The values of two variants on the same questions, as ``compare_paired`` takes them."""

    a: Values
    b: Values
    clusters: Clusters | None = None


@dataclass(frozen=True, slots=True)
class CorrectedDifference:
    """A difference whose interval has the level that Holm's method asks of it; ``p_adjusted`` is corrected likewise."""

    difference: PairedDifference
    p_adjusted: float


def compare_family(
    pairs: Sequence[PairedValues], seed: int = 0, comparisons: int | None = None
) -> list[CorrectedDifference]:
    """Compare a and b of each pair, b minus a, in one family. Raises as ``compare_paired`` does.

    ``comparisons`` says how many the family stands for, where the same values decided which of them are made.
    """
    first = [compare_paired(one.a, one.b, seed, clusters=one.clusters) for one in pairs]
    p_values = [one.p for one in first]
    levels = holm_levels(p_values, comparisons)
    found = [
        one if level == ALPHA else compare_paired(pair.a, pair.b, seed, level, pair.clusters)
        for one, level, pair in zip(first, levels, pairs, strict=True)
    ]
    return [CorrectedDifference(one, p) for one, p in zip(found, holm(p_values, comparisons), strict=True)]
