"""Several comparisons at once: every p-value, and every interval, corrected for all of them.

In a family that decides, a difference is called real where Holm's method says so. Its interval is that of the same test
at the level at which Holm's method judged it, so it holds 0 exactly when there is no verdict. Each interval holds its
true difference in at least 95 % of the cases. The share of those called real that miss theirs is at most 5 % on the
average over comparisons, one in which none is called real counting 0: the levels are stricter than those of Benjamini
and Yekutieli (False discovery rate-adjusted confidence intervals, JASA 2005).

That two are as good as each other is a claim of its own, with a family of its own: Holm's method corrects the p-values
of the equivalence tests over the same pairs.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from potluck.statistics.correction import false_discovery, false_discovery_level, holm, holm_levels
from potluck.statistics.distributions import ALPHA
from potluck.statistics.paired_tests import PairedDifference
from potluck.statistics.seeds import MethodTest, Trained

if TYPE_CHECKING:
    from potluck.statistics.clusters import Clusters
    from potluck.statistics.observations import Values


@dataclass(frozen=True, slots=True)
class PairedValues:
    """The values of two variants on the same questions, as ``MethodTest.of`` takes them."""

    a: Values
    b: Values
    clusters: Clusters | None = None
    trained: Trained | None = None


@dataclass(frozen=True, slots=True)
class CorrectedDifference:
    """A difference whose interval has the level that the correction asks of it.

    ``p_adjusted`` is corrected likewise, and so is ``p_equivalent``, of the equivalence test; None without a margin.
    """

    difference: PairedDifference
    p_adjusted: float
    p_equivalent: float | None = None
    margin: float = 0.0


def compare_family(
    pairs: Sequence[PairedValues], seed: int = 0, margin: float = 0.0, comparisons: int | None = None
) -> list[CorrectedDifference]:
    """Compare a and b of each pair, b minus a, in one family that decides. Raises as ``PairedTest.of`` does.

    A difference of less than ``margin`` does not matter, if that is above 0: pairs may then be called as good as each
    other. ``comparisons`` says how many the family stands for, where the same values decided which of them are made.
    """
    tests = [MethodTest.of(one.a, one.b, one.trained, seed, one.clusters) for one in pairs]
    p_values = [one.p for one in tests]
    found = zip(tests, holm(p_values, comparisons), holm_levels(p_values, comparisons), strict=True)
    if margin <= 0:
        return [CorrectedDifference(test.conclude(level), p) for test, p, level in found]
    p_equivalent = [one.equivalence_p(margin) for one in tests]
    nearness = zip(holm(p_equivalent, comparisons), holm_levels(p_equivalent, comparisons), strict=True)
    return [
        CorrectedDifference(_conclude(test, p, level, near, within, margin), p, near, margin)
        for (test, p, level), (near, within) in zip(found, nearness, strict=True)
    ]


def explore_family(pairs: Sequence[PairedValues], seed: int = 0) -> list[CorrectedDifference]:
    """The same where one looks for differences: of those that are called real 5 % are false, on average."""
    tests = [MethodTest.of(one.a, one.b, one.trained, seed, one.clusters) for one in pairs]
    p_values = [one.p for one in tests]
    level = false_discovery_level(p_values)
    found = zip(tests, false_discovery(p_values), strict=True)
    return [CorrectedDifference(test.conclude(level), p) for test, p in found]


def describe_family(pairs: Sequence[PairedValues], seed: int = 0) -> list[CorrectedDifference]:
    """The same where nothing is concluded: each interval has 95 %, and no p-value is corrected."""
    tests = (MethodTest.of(one.a, one.b, one.trained, seed, one.clusters) for one in pairs)
    return [CorrectedDifference(test.conclude(), test.p) for test in tests]


def _conclude(
    test: MethodTest, p: float, level: float, p_equivalent: float, within: float, margin: float
) -> PairedDifference:
    """The interval of the test that decides; where none does, one that holds 0 and does not lie within the margins."""
    nearness = test.conclude_within(within, margin)
    if p_equivalent <= ALPHA:
        return nearness
    found = test.conclude(level, margin)
    if p <= ALPHA:
        return found
    low, high = min(found.low, nearness.low), max(found.high, nearness.high)
    return replace(found, low=low, high=high, confidence=max(found.confidence, nearness.confidence))
