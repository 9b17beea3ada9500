"""What is concluded of variants whose values are made up: pairs, ranking, effects and the conclusion."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from potluck.comparison.chosen import best_of_many
from potluck.comparison.decision import conclude_comparison
from potluck.comparison.differences import Deciding, measure_interval, pair_results
from potluck.comparison.effects import axis_effects
from potluck.comparison.interactions import axis_interactions, note_interactions
from potluck.comparison.ranking import rank_variants
from potluck.contracts import Measure
from potluck.results.comparison import PairResult, VariantResult
from potluck.results.conclusions import AxisEffect, AxisInteraction, ChosenFigure, Conclusion, RankedVariant

RECALL = Measure("recall@2", "the share of what should be found that was", about="retrieval")
LATENCY = Measure("latency", "seconds", about="effort", higher_is_better=False, scale="amount", unit="s")
COST = Measure("cost", "money", about="effort", higher_is_better=False, scale="amount", unit="USD")
MEASURES = {one.name: one for one in (RECALL, LATENCY, COST)}


@dataclass(frozen=True)
class Made:
    """A variant with its values, one a question; none where it failed."""

    swaps: Mapping[str, str]
    recall: Sequence[float] | None
    seconds: float = 0.1
    cost: float | None = None

    @property
    def name(self) -> str:
        return " + ".join(self.swaps.values())

    @property
    def table(self) -> dict[str, np.ndarray]:
        if self.recall is None:
            return {}
        values = np.array(self.recall, dtype=float)[:, None]
        found = {"recall@2": values, "latency": np.full_like(values, self.seconds)}
        return found if self.cost is None else {**found, "cost": np.full_like(values, self.cost)}


@dataclass(frozen=True)
class Concluded:
    """All that follows."""

    pairs: tuple[PairResult, ...]
    ranking: tuple[RankedVariant, ...]
    effects: tuple[AxisEffect, ...]
    conclusion: Conclusion
    chosen: ChosenFigure | None
    interactions: tuple[AxisInteraction, ...]


def concluded(*made: Made, baseline: str = "", measure: Measure = RECALL, at_least: float = 0.0) -> Concluded:
    """Of the variants by a measure; the first is the baseline, as is where none is named."""
    tables = {one.name: one.table for one in made if one.recall is not None}
    first = baseline or made[0].name
    variants = [_variant(one) for one in made]
    deciding = Deciding(first, measure.name, at_least, has_baseline=bool(baseline))
    pairs = tuple(pair_results(tables, deciding, MEASURES))
    ranking = rank_variants(variants, pairs, first, measure)
    interactions = axis_interactions(tables, variants, first, measure, at_least=at_least)
    effects = note_interactions(axis_effects(tables, variants, first, measure, at_least=at_least), interactions)
    chosen = best_of_many(tables, ranking, measure)
    conclusion = conclude_comparison(variants, ranking, effects, first, measure, "", chosen, interactions)
    return Concluded(pairs, ranking, effects, conclusion, chosen, interactions)


def _variant(one: Made) -> VariantResult:
    means = {name: measure_interval(values, MEASURES[name]) for name, values in one.table.items()}
    error = "no such model" if one.recall is None else None
    return VariantResult(one.name, one.swaps, means, None, 1.0, 1, None, {}, {}, error, 0, {})
