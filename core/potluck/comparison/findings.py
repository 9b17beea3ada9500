"""What follows from the values of the variants: the measures of each, pairs, ranking, effects and the conclusion."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from potluck.comparison.chosen import best_of_many
from potluck.comparison.decision import conclude_comparison
from potluck.comparison.differences import Deciding, Tables, measure_interval, pair_results, round_means
from potluck.comparison.effects import axis_effects
from potluck.comparison.held_out import HeldOut, figure_on_held_out
from potluck.comparison.interactions import axis_interactions, note_interactions
from potluck.comparison.measured import Values
from potluck.comparison.ranking import rank_variants
from potluck.comparison.trainings import Term, Trainings, VariantTrainings, trained_parts, trainings_of
from potluck.comparison.variant_run import VariantRun
from potluck.contracts import Measure
from potluck.metrics.perplexity import Perplexity, Surprise
from potluck.results.comparison import PairResult, PerplexityResult, VariantResult
from potluck.results.conclusions import AxisEffect, AxisInteraction, ChosenFigure, Conclusion, RankedVariant
from potluck.statistics.clusters import Clusters
from potluck.statistics.intervals import Interval
from potluck.statistics.scope import TrainedModels
from potluck.statistics.variance import VarianceComponents, variance_components


@dataclass(frozen=True, slots=True)
class ComparisonFindings:
    """What a comparison finds, as its result has it."""

    variants: tuple[VariantResult, ...]
    pairs: tuple[PairResult, ...]
    ranking: tuple[RankedVariant, ...]
    chosen: ChosenFigure | None
    effects: tuple[AxisEffect, ...]
    interactions: tuple[AxisInteraction, ...]
    conclusion: Conclusion


def compare_tables(
    runs: Sequence[VariantRun],
    tables: Tables,
    deciding: Deciding,
    why: str,
    measures: Mapping[str, Measure],
    clusters: Clusters,
    held_out: HeldOut | None = None,
) -> ComparisonFindings:
    """All that follows from the values of the variants that did not fail; ``why`` is as for ``conclude_comparison``.

    Questions that are held out have a part in the figure of what is chosen, and in what is concluded of that alone.
    """
    measure, baseline, all_tables = measures[deciding.chosen], deciding.baseline, tables
    if held_out is not None:
        tables = held_out.choosing_part(tables)
    trainings = trainings_of(runs)
    variants = tuple(
        _variant(run, tables.get(run.variant.name, {}), measures, clusters, trainings.get(run.variant.name))
        for run in runs
    )
    pairs = tuple(pair_results(tables, deciding, measures, clusters, trainings))
    ranking = rank_variants(variants, pairs, baseline, measure)
    if held_out is None:
        chosen = best_of_many(tables, ranking, measure, clusters)
    else:
        chosen = figure_on_held_out(all_tables, ranking, deciding, measure, clusters, held_out, trainings)
    interactions = axis_interactions(tables, variants, baseline, measure, clusters, deciding.at_least, trainings)
    effects = note_interactions(
        axis_effects(tables, variants, baseline, measure, clusters, deciding.at_least, trainings), interactions
    )
    conclusion = conclude_comparison(
        variants, ranking, effects, baseline, measure, why, chosen, interactions, _trained_models(trainings)
    )
    return ComparisonFindings(variants, pairs, ranking, chosen, effects, interactions, conclusion)


def measure_intervals(
    table: Mapping[str, Values],
    measures: Mapping[str, Measure],
    clusters: Clusters,
    trainings: VariantTrainings | None = None,
) -> dict[str, Interval]:
    """The mean of each measure with its interval, of a variant with these ``trainings``."""
    return {name: measure_interval(values, measures[name], clusters, trainings) for name, values in table.items()}


def _trained_models(trainings: Trainings) -> TrainedModels:
    counts = [one.count for one in trainings.values()]
    return TrainedModels(len({one.key for one in trainings.values()}), max(counts, default=0))


def _variant(
    run: VariantRun,
    table: Mapping[str, Values],
    measures: Mapping[str, Measure],
    clusters: Clusters,
    trainings: VariantTrainings | None,
) -> VariantResult:
    surprises = [one for model in run.models for one in model.surprises.values()]
    return VariantResult(
        name=run.variant.name,
        swaps=dict(run.variant.swaps),
        metrics=measure_intervals(table, measures, clusters, trainings),
        cost=run.cost,
        seconds=round(run.seconds, 3),
        repeats=run.repeats,
        perplexity=_perplexity(surprises) if surprises else None,
        computed=dict(run.computed),
        reused=dict(run.reused),
        error=run.error,
        trainings=run.trainings,
        variance=dict(_variances(table, clusters, trainings)),
    )


def _variances(
    table: Mapping[str, Values], clusters: Clusters, trainings: VariantTrainings | None
) -> Iterator[tuple[str, VarianceComponents]]:
    """Of the measures that two questions have."""
    import numpy as np

    for name, values in table.items():
        known = np.asarray(~np.isnan(values).all(axis=1))
        if known.sum() > 1:
            trained = trained_parts([Term(values[known], 1.0, trainings)])
            means, of_known = round_means(values[known]), clusters.select(known)
            yield name, variance_components(means, trained.several, of_known, trained.repeats)


def _perplexity(surprises: Sequence[Surprise]) -> PerplexityResult:
    """Of all models of a variant."""
    whole = Perplexity(tuple(surprises)).whole
    return PerplexityResult(
        whole.perplexity, whole.bits_per_character, whole.tokens, whole.characters, n=len(surprises)
    )
