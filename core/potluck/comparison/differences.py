"""Which pairs of variants are tested, with the results."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

from potluck.comparison.measured import Values
from potluck.comparison.trainings import Term, Trainings, VariantTrainings, trained_parts, with_trainings
from potluck.contracts import Measure
from potluck.results.comparison import PairResult
from potluck.statistics.clusters import Clusters
from potluck.statistics.families import (
    CorrectedDifference,
    PairedValues,
    compare_family,
    describe_family,
    explore_family,
)
from potluck.statistics.intervals import Interval, mean_interval
from potluck.statistics.seeds import widen_mean
from potluck.statistics.verdicts import description, verdict, verdict_sentence

ALL_PAIRS = 6
"""With more variants than this only the pairs with the baseline, and by the chosen measure with the best, are tested:
each test makes the others weaker. If the baseline was named, only those with it are, however few there are."""

_Pairs: TypeAlias = list[tuple[str, str]]

Tables: TypeAlias = Mapping[str, Mapping[str, Values]]
"""The values of each measure, by the variant's name: shape ``(questions, rounds)``, NaN where there is none."""


def measure_interval(
    values: Values, measure: Measure, clusters: Clusters | None = None, trainings: VariantTrainings | None = None
) -> Interval:
    """The mean with its interval, over the questions that have the measure; of several trainings that of the method."""
    import numpy as np

    known = np.asarray(~np.isnan(values).all(axis=1))
    of_known = None if clusters is None else clusters.select(known)
    means, bounded = round_means(values[known]), measure.scale == "share"
    found = mean_interval(means, bounded=bounded, clusters=of_known)
    if trainings is not None:
        trained = trained_parts([Term(values[known], 1.0, trainings)])
        found = widen_mean(found, means, trained, of_known, bounded)
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


@dataclass(frozen=True, slots=True)
class Deciding:
    """What decides a comparison: the measure ``chosen``, and the least difference in it that matters, 0 for any.

    ``has_baseline`` says that the baseline was named: then only comparisons with it are tested. ``explores`` asks for
    verdicts by the other measures too.
    """

    baseline: str
    chosen: str
    at_least: float = 0.0
    has_baseline: bool = False
    explores: bool = False


def pair_results(
    tables: Tables,
    deciding: Deciding,
    measures: Mapping[str, Measure],
    clusters: Clusters | None = None,
    trainings: Trainings | None = None,
) -> Iterator[PairResult]:
    """The pairs that are tested by the chosen measure, and those that are described by the others.

    ``trainings`` are those of the variants that train. Holm's correction is over the pairs of the chosen measure, that
    of false discoveries over those of all others. The best of many is picked by the values that it is then tested on,
    so each of its pairs counts as picked from all.
    """
    names = list(dict.fromkeys(name for table in tables.values() for name in table))
    found = _decided_pairs(tables, deciding, measures, clusters, trainings or {})
    others = {
        (name, *pair): values
        for name in names
        if name != deciding.chosen
        for pair, values in _described_pairs(tables, name, deciding, measures[name], clusters, trainings or {})
    }
    look = explore_family if deciding.explores else describe_family
    found |= dict(zip(others, look([*others.values()]), strict=True))
    for name in names:
        yield from (
            _pair_result(a, b, measures[name], one, is_judged=deciding.explores or name == deciding.chosen)
            for (of, a, b), one in found.items()
            if of == name
        )


def _decided_pairs(
    tables: Tables,
    deciding: Deciding,
    measures: Mapping[str, Measure],
    clusters: Clusters | None,
    trainings: Trainings,
) -> dict[tuple[str, str, str], CorrectedDifference]:
    """By measure, a and b: the pairs that are tested by the chosen measure, where it compares question by question."""
    name, found = deciding.chosen, dict[tuple[str, str, str], CorrectedDifference]()
    if not measures[name].paired:
        return found
    best = best_variant(tables, deciding.baseline, measures[name])
    for pairs, comparisons in families_to_test(list(tables), deciding, best):
        known = dict(_known_pairs(tables, name, pairs, clusters, trainings))
        corrected = compare_family([*known.values()], margin=deciding.at_least, comparisons=comparisons)
        found |= {(name, *pair): one for pair, one in zip(known, corrected, strict=True)}
    return found


def _described_pairs(
    tables: Tables,
    name: str,
    deciding: Deciding,
    measure: Measure,
    clusters: Clusters | None,
    trainings: Trainings,
) -> Iterator[tuple[tuple[str, str], PairedValues]]:
    """The pairs that are described by a measure that does not decide, with its values."""
    for pairs, _ in families_to_test(list(tables), deciding, None) if measure.paired else ():
        yield from _known_pairs(tables, name, pairs, clusters, trainings)


def _known_pairs(
    tables: Tables, name: str, pairs: _Pairs, clusters: Clusters | None, trainings: Trainings
) -> Iterator[tuple[tuple[str, str], PairedValues]]:
    """The pairs that both have the measure, with its values."""
    for a, b in pairs:
        if (both := common_values(tables[a].get(name), tables[b].get(name), clusters)) is not None:
            yield (a, b), with_trainings(both, trainings.get(a), trainings.get(b))


def families_to_test(names: Sequence[str], deciding: Deciding, best: str | None) -> Iterator[tuple[_Pairs, int | None]]:
    """The pairs to test, and how many comparisons each family of them stands for.

    Of many variants those with the baseline are planned and those with the best are not: each family has half of the
    5 % (Bonferroni), and the second stands for all pairs without the baseline.
    """
    baseline = deciding.baseline
    planned = [(baseline, name) for name in names if name != baseline and baseline in names]
    if planned and deciding.has_baseline:
        yield planned, None
    elif len(names) <= ALL_PAIRS:
        yield list(itertools.combinations(names, 2)), None
    else:
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


def _pair_result(a: str, b: str, measure: Measure, found: CorrectedDifference, is_judged: bool) -> PairResult:
    one, higher, unit = found.difference, measure.higher_is_better, measure.unit
    if is_judged:
        words = verdict_sentence(a=a, b=b, metric=measure.name, found=found, higher_is_better=higher, unit=unit)
    else:
        words = description(a=a, b=b, metric=measure.name, found=found, unit=unit)
    return PairResult(
        a=a,
        b=b,
        metric=measure.name,
        difference=one.difference,
        low=one.low,
        high=one.high,
        confidence=one.confidence,
        p=one.p,
        p_adjusted=found.p_adjusted if is_judged else None,
        p_equivalent=found.p_equivalent,
        verdict=verdict(one.difference, found.p_adjusted, higher, found.p_equivalent) if is_judged else None,
        needed_n=one.needed_n,
        detectable=one.detectable,
        n=one.n,
        test=one.test,
        between=one.between,
        within=one.within,
        population=one.population,
        clusters=one.clusters,
        cluster_kind=one.cluster_kind,
        needed_clusters=one.needed_clusters,
        design_effect=one.design_effect,
        share=one.share,
        sentence=words,
        trained_models=one.models,
        trainings=one.trainings,
        needed_trainings=one.needed_trainings,
        variance=one.variance,
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
