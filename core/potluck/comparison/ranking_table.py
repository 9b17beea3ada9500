"""The ranking of a comparison, what its axes do and the means of all measures, as tables on a terminal."""

from __future__ import annotations

from collections.abc import Iterator

from potluck.amounts import many
from potluck.comparison.wording import difference_words
from potluck.results.comparison import ComparisonResult, MeasureResult
from potluck.results.conclusions import STANDINGS, DifferenceFound, RankedVariant
from potluck.terminal_tables import TerminalTable

_MOST_MEANS = 6
"""Measures of which the means are shown; ``--wide`` shows all."""


def ranking_table(result: ComparisonResult) -> TerminalTable:
    """A row a variant, the best first: the chosen measure, the difference from the best, time and money."""
    measure = _measure(result)
    n = max((one.metric.n for one in result.ranking), default=0)
    more = "more" if measure.higher_is_better else "less"
    made = TerminalTable(f"By {measure.name} ({more} is better), {many(n, 'question')}")
    made.add_column("variant", folds=True)
    made.add_column(f"{measure.name}{_unit(measure)}")
    made.add_column("against the best")
    made.add_column("", folds=True)
    has_cost = any(one.cost_per_1000 for one in result.ranking)
    for head in ("s an answer", *(["USD per 1,000"] if has_cost else [])):
        made.add_column(head, folds=True)
    for one in result.ranking:
        style = "bold" if one.standing == "taken" else "dim" if one.standing == "worse" else ""
        made.add_row(*_cells(one, result, has_cost), style=style)
    for variant in result.variants:
        if variant.error is not None:
            made.add_row(variant.name, "failed", style="red")
    return made


def _cells(one: RankedVariant, result: ComparisonResult, has_cost: bool) -> Iterator[str]:
    yield one.variant
    yield str(one.metric)
    yield "-" if one.against_best is None else difference_words(one.against_best, "")
    yield STANDINGS[one.standing] + (" (baseline)" if one.variant == result.baseline else "")
    yield "-" if one.seconds is None else f"{one.seconds:.3f}"
    if has_cost:
        yield "-" if one.cost_per_1000 is None else f"{one.cost_per_1000:.4g}"


def effects_table(result: ComparisonResult) -> TerminalTable:
    """A row for each two values of an axis that were compared."""
    made = TerminalTable(f"What each axis does to {result.metric}, averaged over the others")
    made.add_column("axis", folds=True)
    made.add_column("values", folds=True)
    made.add_column("difference")
    made.add_column("p")
    made.add_column("", folds=True)
    for effect in result.effects:
        for number, pair in enumerate(effect.pairs):
            found = pair.found
            words = difference_words(found, _measure(result).unit)
            made.add_row("" if number else effect.axis, f"{pair.a} → {pair.b}", words, p_words(found), found.verdict)
    return made


def means_table(result: ComparisonResult) -> TerminalTable | None:
    """The means of the other measures that all variants have: those that the recipe names, then those that may lead."""
    ranked = [one.variant for one in result.ranking]
    variants = {one.name: one for one in result.variants if one.name in ranked}
    others = [one for one in result.measures if one.name not in (result.metric, "latency", "cost")]
    known = [one for one in others if all(one.name in variant.metrics for variant in variants.values())]
    shown = sorted(known, key=lambda one: (not one.named, not one.leads))[:_MOST_MEANS]
    if not shown or not variants:
        return None
    made = TerminalTable("Other measures (means; --wide has them all with intervals)")
    made.add_column("variant", folds=True)
    for measure in shown:
        made.add_column(f"{measure.name}{_unit(measure)}")
    for name in ranked:
        made.add_row(name, *(f"{variants[name].metrics[measure.name].mean:.3f}" for measure in shown))
    return made


def p_words(found: DifferenceFound) -> str:
    """The adjusted p-value."""
    return "<0.001" if found.p_adjusted < 0.001 else f"{found.p_adjusted:.3f}"


def how_intervals_are_meant(result: ComparisonResult) -> str:
    """One sentence on the intervals that the tables show."""
    n = sum(pair.metric == result.metric for pair in result.pairs)
    corrected = f", those of differences corrected for {n} comparisons" if n > 1 else ""
    return f"Brackets are 95 % intervals{corrected}; a difference whose interval holds 0 is not shown to be real."


def _measure(result: ComparisonResult) -> MeasureResult:
    named = next((one for one in result.measures if one.name == result.metric), None)
    return named or MeasureResult(result.metric, True, "", result.metric, "", False)


def _unit(measure: MeasureResult) -> str:
    return f" ({measure.unit})" if measure.unit else ""
