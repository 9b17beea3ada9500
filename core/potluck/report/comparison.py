"""The report of a comparison: what it shows of the result."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from potluck.report.content import Cell, Chart, Column, Content, Table
from potluck.report.paths import relative_path, without_folder
from potluck.results.comparison import ComparisonResult, Curve
from potluck.results.conclusions import STANDINGS, AxisInteraction, InteractionFound
from potluck.statistics.intervals import Interval
from potluck.statistics.scope import asked_words

_DESIGNS = {"grid": "every combination", "paired": "paired list", "one-at-a-time": "one thing at a time"}
_TIME = re.compile(r"(\d{4}-\d\d-\d\d)T(\d\d:\d\d)(?::\d\d(?:\.\d+)?)?(Z?)")


def comparison_content(result: ComparisonResult) -> Content:
    """What the page of a comparison shows. Paths are seen from the folder of the recipe."""
    folder = Path(result.recipe).parent
    return Content(
        kind="compare",
        name=result.name,
        run=result.run,
        facts=_facts(result, folder),
        conclusion=result.conclusion.sentences,
        notes=tuple(without_folder(note, folder) for note in result.notes),
        baseline=result.baseline,
        metric=result.metric,
        measures=result.measures,
        variants=tuple(
            replace(one, error=without_folder(one.error, folder)) if one.error is not None else one
            for one in result.variants
        ),
        take=result.conclusion.take or "",
        standings={one.variant: STANDINGS[one.standing] for one in result.ranking},
        effects=result.effects,
        pairs=result.pairs,
        causes=result.causes,
        cause_counts=result.cause_counts,
        judges=tuple(one for one in (result.judge, *result.further_judges) if one is not None),
        judges_agree=result.judges_agree,
        charts=tuple(_charts(result)),
        tables=(*_tables(result), *_interaction_table(result), *_variances(result)),
        questions=result.questions,
        chunks=result.chunks,
    )


def format_time(time: str) -> str:
    """A time of ISO 8601 as people read it, to the minute; anything else as it is."""
    found = _TIME.match(time)
    return f"{found[1]} {found[2]}{' UTC' if found[3] else ''}" if found else time


def _facts(result: ComparisonResult, folder: Path) -> tuple[tuple[str, str], ...]:
    asked = f"{len(result.questions):,}"
    if result.questions_file:
        asked += f" from {relative_path(result.questions_file, folder)}"
    facts = (
        ("Started", format_time(result.started or "")),
        ("Recipe", relative_path(result.recipe, folder)),
        ("Questions", asked),
        ("Design", _DESIGNS.get(result.design, result.design)),
        ("Variants", f"{len(result.variants):,}"),
        ("Run", result.run),
    )
    return tuple((name, fact) for name, fact in facts if fact)


def _tables(result: ComparisonResult) -> Iterator[Table]:
    """Both figures of the variant that was chosen among others."""
    if (found := result.chosen) is None:
        return
    measure = next(one for one in result.measures if one.name == result.metric)
    is_held_out = bool(found.held_out)
    fair = "On those held out" if is_held_out else "Without luck"
    columns = [Column("Variant"), Column("As chosen", True, measure.unit), Column(fair, True, measure.unit)]
    row: tuple[Cell, ...] = (found.variant, found.as_chosen, found.without_luck)
    if not is_held_out:
        note = (
            "The best of many has had luck. So the choice is made again without a part of the questions, part by part."
        )
        yield Table(f"The best of {found.variants:,} by {measure.label}", tuple(columns), (row,), note)
        return
    note = "Measures, ranking, pairs and effects are of the questions on which the choice was made."
    if (one := found.against_baseline) is not None:
        columns += [Column(f"Against {result.baseline}", True, measure.unit), Column("Verdict")]
        row = *row, Interval(one.difference, one.low, one.high, one.n), one.verdict
    yield Table(f"Chosen by {measure.label} on {asked_words(found.as_chosen)}", tuple(columns), (row,), note)


def _interaction_table(result: ComparisonResult) -> Iterator[Table]:
    """The effects of each two axes beside each other, those that differ most clearly first."""
    pairs = [(of, one) for of in result.interactions for one in of.pairs]
    if not pairs:
        return
    unit = next(one.unit for one in result.measures if one.name == result.metric)
    texts, effect = ("Axis", "From", "To", "Beside"), Column("Effect", True, unit)
    columns = (
        *map(Column, texts), effect, Column("Beside"), effect, Column("Difference", True, unit),
        Column("p, adjusted", True), Column("Depends"),
    )  # fmt: skip
    rows = tuple(_interaction_row(of, one) for of, one in sorted(pairs, key=lambda pair: pair[1].found.p_adjusted))
    note = "What an axis does beside each of two values of another axis, averaged over all further axes."
    yield Table("Whether the effect of an axis depends on another", columns, rows, note)


def _interaction_row(of: AxisInteraction, one: InteractionFound) -> tuple[Cell, ...]:
    found = one.found
    return (
        of.axis, one.a, one.b, one.beside, one.effect, one.beside_other, one.effect_other,
        Interval(found.difference, found.low, found.high, found.n), found.p_adjusted,
        "yes" if found.verdict in ("better", "worse") else "no evidence",
    )  # fmt: skip


def _variances(result: ComparisonResult) -> Iterator[Table]:
    """Where the variance of the chosen measure lies, if something was trained or asked several times."""
    found = [(one.name, one.trainings or None, one.variance.get(result.metric)) for one in result.variants]
    known = [(name, trained, one) for name, trained, one in found if one is not None]
    if not any(one.trainings is not None or one.repeats is not None for _, _, one in known):
        return
    kinds = {pair.cluster_kind for pair in result.pairs if pair.metric == result.metric}
    place = "groups" if "group" in kinds else "documents"
    labels = ("Trainings", "Between trainings", f"Between {place}", "Between questions", "Between repeats")
    rows = tuple(
        (name, trained, *map(_deviation, (one.trainings, one.clusters, one.questions, one.repeats)))
        for name, trained, one in known
    )
    yield Table(
        f"Standard deviations of {result.metric}",
        (Column("Variant"), *(Column(label, is_number=True) for label in labels)),
        rows,
        "How much the value differs from one training, question or repeat to the next.",
    )


def _deviation(variance: float | None) -> float | None:
    return None if variance is None else math.sqrt(variance)


def _charts(result: ComparisonResult) -> Iterator[Chart]:
    """The curves, those along one axis in one drawing; each is named after the values of the other axes."""
    label = next((measure.label for measure in result.measures if measure.name == result.metric), result.metric)
    along: dict[str, list[Curve]] = {}
    for curve in result.learning_curves:
        axis, _, others = curve.name.partition(": ")
        along.setdefault(axis, []).append(replace(curve, name=others or axis))
    for axis, curves in along.items():
        yield Chart(f"{label or 'Quality'} by {axis}", axis, label or "quality", tuple(curves))
