"""What follows from the values of the variants: the measures of each, pairs, ranking, effects and the conclusion."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from potluck.comparison.chosen import best_of_many
from potluck.comparison.decision import conclude_comparison
from potluck.comparison.differences import Deciding, Tables, measure_interval, pair_results
from potluck.comparison.effects import axis_effects
from potluck.comparison.engine import VariantRun
from potluck.comparison.held_out import HeldOut, figure_on_held_out
from potluck.comparison.interactions import axis_interactions, note_interactions
from potluck.comparison.measured import Values
from potluck.comparison.ranking import rank_variants
from potluck.contracts import Measure
from potluck.metrics.perplexity import Perplexity, Surprise
from potluck.results.comparison import PairResult, PerplexityResult, VariantResult
from potluck.results.conclusions import AxisEffect, AxisInteraction, ChosenFigure, Conclusion, RankedVariant
from potluck.statistics.clusters import Clusters
from potluck.statistics.intervals import Interval


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
    variants = tuple(_variant(run, tables.get(run.variant.name, {}), measures, clusters) for run in runs)
    pairs = tuple(pair_results(tables, deciding, measures, clusters))
    ranking = rank_variants(variants, pairs, baseline, measure)
    if held_out is None:
        chosen = best_of_many(tables, ranking, measure, clusters)
    else:
        chosen = figure_on_held_out(all_tables, ranking, deciding, measure, clusters, held_out)
    interactions = axis_interactions(tables, variants, baseline, measure, clusters, deciding.at_least)
    effects = note_interactions(
        axis_effects(tables, variants, baseline, measure, clusters, deciding.at_least), interactions
    )
    conclusion = conclude_comparison(variants, ranking, effects, baseline, measure, why, chosen, interactions)
    return ComparisonFindings(variants, pairs, ranking, chosen, effects, interactions, conclusion)


def measure_intervals(
    table: Mapping[str, Values], measures: Mapping[str, Measure], clusters: Clusters
) -> dict[str, Interval]:
    """The mean of each measure with its interval."""
    return {name: measure_interval(values, measures[name], clusters) for name, values in table.items()}


def _variant(
    run: VariantRun, table: Mapping[str, Values], measures: Mapping[str, Measure], clusters: Clusters
) -> VariantResult:
    return VariantResult(
        name=run.variant.name,
        swaps=dict(run.variant.swaps),
        metrics=measure_intervals(table, measures, clusters),
        cost=run.cost,
        seconds=round(run.seconds, 3),
        repeats=len(run.repeats),
        perplexity=_perplexity(run.surprises) if run.surprises else None,
        computed=dict(run.computed),
        reused=dict(run.reused),
        error=run.error,
    )


def _perplexity(surprises: Mapping[str, Surprise]) -> PerplexityResult:
    whole = Perplexity(tuple(surprises.values())).whole
    return PerplexityResult(
        whole.perplexity, whole.bits_per_character, whole.tokens, whole.characters, n=len(surprises)
    )
