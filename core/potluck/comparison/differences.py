"""Which pairs of variants are tested, with the results."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TypeAlias

from potluck.comparison.measured import Values
from potluck.contracts import Measure
from potluck.results.comparison import PairResult
from potluck.statistics.clusters import Clusters
from potluck.statistics.families import CorrectedDifference, PairedValues, compare_family
from potluck.statistics.intervals import Interval, mean_interval
from potluck.statistics.verdicts import verdict, verdict_sentence

ALL_PAIRS = 6
"""With more variants than this only the pairs with the baseline, and by the chosen measure with the best, are tested:
each test makes the others weaker."""

_Pairs: TypeAlias = list[tuple[str, str]]

Tables: TypeAlias = Mapping[str, Mapping[str, Values]]
"""The values of each measure, by the variant's name: shape ``(questions, rounds)``, NaN where there is none."""


def measure_interval(values: Values, measure: Measure, clusters: Clusters | None = None) -> Interval:
    """The mean with its interval, over the questions that have the measure."""
    import numpy as np

    known = np.asarray(~np.isnan(values).all(axis=1))
    of_known = None if clusters is None else clusters.select(known)
    found = mean_interval(round_means(values[known]), bounded=measure.scale == "share", clusters=of_known)
    if measure.scale != "amount" or found.low is None:
        return found
    return replace(found, low=max(0.0, found.low))


def best_variant(tables: Tables, baseline: str, measure: Measure) -> str | None:
    """The variant with the best mean; of several the baseline, else the first. None where none has the measure."""
    import numpy as np

    means = {
        name: float(np.nanmean(round_means(table[measure.name])))
        for name, table in tables.items()
        if measure.name in table
    }
    if not means:
        return None
    sign = 1 if measure.higher_is_better else -1
    return max(means, key=lambda name: (sign * means[name], name == baseline))


def pair_results(
    tables: Tables, baseline: str, chosen: str, measures: Mapping[str, Measure], clusters: Clusters | None = None
) -> Iterator[PairResult]:
    """Every pair that is tested, measure by measure; Holm's correction is over the pairs of one measure.

    The best of many is picked by the values that it is then tested on, so each of its pairs counts as picked from all.
    """
    for name in dict.fromkeys(name for table in tables.values() for name in table):
        measure = measures[name]
        if not measure.paired:
            continue
        best = best_variant(tables, baseline, measure) if name == chosen else None
        for pairs, comparisons in families_to_test(list(tables), baseline, best):
            found = [
                (a, b, both)
                for a, b in pairs
                if (both := common_values(tables[a].get(name), tables[b].get(name), clusters)) is not None
            ]
            corrected = compare_family([both for _, _, both in found], comparisons=comparisons)
            for (a, b, _), one in zip(found, corrected, strict=True):
                yield _pair_result(a, b, measure, one)


def families_to_test(names: Sequence[str], baseline: str, best: str | None) -> Iterator[tuple[_Pairs, int | None]]:
    """The pairs to test, and how many comparisons each family of them stands for.

    Of many variants those with the baseline are planned and those with the best are not: each family has half of the
    5 % (Bonferroni), and the second stands for all pairs without the baseline.
    """
    if len(names) <= ALL_PAIRS:
        yield list(itertools.combinations(names, 2)), None
        return
    planned = [(baseline, name) for name in names if name != baseline and baseline in names]
    picked = len(names) * (len(names) - 1) // 2 - len(planned)
    yield planned, None if best is None else 2 * len(planned)
    if best is not None and best != baseline:
        pairs = [(best, name) for name in names if name not in (best, baseline)]
        yield pairs, 2 * picked if planned else picked


def common_values(a: Values | None, b: Values | None, clusters: Clusters | None = None) -> PairedValues | None:
    """Of the questions that have the measure in both; None where fewer than two do."""
    import numpy as np

    if a is None or b is None:
        return None
    both = np.asarray(~(np.isnan(a).all(axis=1) | np.isnan(b).all(axis=1)))
    if both.sum() < 2:
        return None
    return PairedValues(_rounds(a[both]), _rounds(b[both]), None if clusters is None else clusters.select(both))


def _pair_result(a: str, b: str, measure: Measure, corrected: CorrectedDifference) -> PairResult:
    difference, p_adjusted, higher = corrected.difference, corrected.p_adjusted, measure.higher_is_better
    words = verdict_sentence(
        a=a,
        b=b,
        metric=measure.name,
        difference=difference,
        p_adjusted=p_adjusted,
        higher_is_better=higher,
        unit=measure.unit,
    )
    return PairResult(
        a=a,
        b=b,
        metric=measure.name,
        difference=difference.difference,
        low=difference.low,
        high=difference.high,
        confidence=difference.confidence,
        p=difference.p,
        p_adjusted=p_adjusted,
        verdict=verdict(difference.difference, p_adjusted, higher),
        needed_n=difference.needed_n,
        detectable=difference.detectable,
        n=difference.n,
        test=difference.test,
        between=difference.between,
        within=difference.within,
        population=difference.population,
        clusters=difference.clusters,
        cluster_kind=difference.cluster_kind,
        needed_clusters=difference.needed_clusters,
        design_effect=difference.design_effect,
        share=difference.share,
        sentence=words,
    )


def _rounds(values: Values) -> Values:
    """The values as the tests take them: rounds only where there are several."""
    return values[:, 0] if values.shape[1] == 1 else values


def round_means(values: Values) -> Values:
    """The mean of each question's rounds, shape ``(questions,)``; NaN where a question has no value."""
    import numpy as np

    if values.shape[1] == 1:
        return values[:, 0]
    known = np.asarray(~np.isnan(values).all(axis=1))
    means = np.full(len(values), np.nan)
    means[known] = np.nanmean(values[known], axis=1)
    return means
