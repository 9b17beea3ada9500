"""The ranking of a comparison, the effects of its axes and the means of all measures, as tables on a terminal."""

from __future__ import annotations

from collections.abc import Iterator

from potluck.results.comparison import ComparisonResult, MeasureResult
from potluck.results.conclusions import STANDINGS, DifferenceFound, RankedVariant
from potluck.statistics.figures import p_figure, signed_figures
from potluck.statistics.scope import asked_words
from potluck.terminal_tables import TerminalTable

_MOST_MEANS = 6
"""Measures of which the means are shown; ``--wide`` shows all."""


def ranking_table(result: ComparisonResult) -> TerminalTable:
    """One row per variant, the best first: the chosen measure, the difference from the best, time and money."""
    measure = _measure(result)
    widest = max((one.metric for one in result.ranking), key=lambda metric: metric.n, default=None)
    asked = "nothing measured" if widest is None else asked_words(widest)
    if result.chosen is not None and result.chosen.held_out:
        asked += " that are not held out"
    more = "more" if measure.higher_is_better else "less"
    made = TerminalTable(f"By {measure.name} ({more} is better), {asked}; baseline {result.baseline}")
    made.add_column("variant", folds=True)
    made.add_column(f"{measure.name}{_unit(measure)}")
    made.add_column("vs best" if _is_against_best(result) else "vs baseline", spare=1)
    made.add_column("interval", spare=4)
    made.add_column("", folds=True)
    has_cost = any(one.cost_per_1000 for one in result.ranking)
    made.add_column("s/answer", spare=3 if has_cost else 2)
    if has_cost:
        made.add_column("USD/1,000", spare=2)
    for one in result.ranking:
        style = "bold" if one.standing == "taken" else "dim" if one.standing == "worse" else ""
        against = one.against_best if _is_against_best(result) else one.against_baseline
        made.add_row(*_cells(one, against, has_cost), style=style)
    for variant in result.variants:
        if variant.error is not None:
            made.add_row(variant.name, "failed", style="red")
    return made


def _is_against_best(result: ComparisonResult) -> bool:
    """Whether variants were compared with the best one, or else with a baseline that was named."""
    others = [one for one in result.ranking if one.variant != result.baseline]
    is_named = len(others) > 1 and not any(one.against_best for one in others)
    return not is_named or not any(one.against_baseline for one in others)


def _cells(one: RankedVariant, against: DifferenceFound | None, has_cost: bool) -> Iterator[str]:
    yield one.variant
    yield str(one.metric)
    yield from difference_cells(against)
    yield STANDINGS[one.standing]
    yield "-" if one.seconds is None else f"{one.seconds:.3f}"
    if has_cost:
        yield "-" if one.cost_per_1000 is None else f"{one.cost_per_1000:.4g}"


def difference_cells(found: DifferenceFound | None) -> tuple[str, str]:
    """A difference, and beside it its interval."""
    if found is None:
        return "-", "-"
    seen, low, high = signed_figures([found.difference, found.low, found.high])
    return seen, f"[{low}, {high}]"


def effects_table(result: ComparisonResult) -> TerminalTable:
    """One row for each pair of values of an axis that were compared."""
    measure = _measure(result)
    made = TerminalTable(f"What each axis does to {measure.name}{_unit(measure)}, averaged over the others")
    made.add_column("axis", folds=True)
    made.add_column("values", folds=True)
    made.add_column("difference")
    made.add_column("interval", spare=1)
    made.add_column("p", spare=2)
    made.add_column("", folds=True)
    last_keys = [effect.axis.rpartition(".")[2] for effect in result.effects]
    for effect, last in zip(result.effects, last_keys, strict=True):
        axis, key = last if last_keys.count(last) == 1 else effect.axis, f"{last}="
        for number, pair in enumerate(effect.pairs):
            values = " → ".join(name.removeprefix(key) for name in (pair.a, pair.b))
            said = f"{pair.found.verdict}, on average" if effect.depends_on else pair.found.verdict
            cells = (*difference_cells(pair.found), p_figure(pair.found.p_adjusted), said)
            made.add_row("" if number else axis, values, *cells)
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
    judged = "" if result.explores else ", not judged"
    made = TerminalTable(f"Other measures (means{judged}; --wide has them all with intervals)")
    made.add_column("variant", folds=True)
    for number, measure in enumerate(shown):
        made.add_column(f"{measure.name}{_unit(measure)}", spare=number)
    for name in ranked:
        made.add_row(name, *(f"{variants[name].metrics[measure.name].mean:.3f}" for measure in shown))
    return made


def how_intervals_are_meant(result: ComparisonResult) -> str:
    """One sentence on the intervals that the tables show."""
    pairs = [pair for pair in result.pairs if pair.metric == result.metric]
    count = len({name for pair in pairs for name in (pair.a, pair.b)})
    # All pairs: where not all are tested, the best was picked from all.
    number = count * (count - 1) // 2 if _is_against_best(result) else len(pairs)
    corrected = f", those of differences corrected for {number} comparisons" if number > 1 else ""
    near = ""
    if result.at_least is not None:
        near = f"; one of less than {result.at_least:g} does not matter, and an interval of 90 % shows what is as good"
    return f"Brackets are 95 % intervals{corrected}; a difference whose interval holds 0 is not shown to be real{near}."


def _measure(result: ComparisonResult) -> MeasureResult:
    named = next((one for one in result.measures if one.name == result.metric), None)
    return named or MeasureResult(result.metric, True, "", result.metric, "", False)


def _unit(measure: MeasureResult) -> str:
    return f" ({measure.unit})" if measure.unit else ""
