"""The report of ``potluck strategy``: the recommended row first, then all rows by accuracy."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from potluck.report.comparison import format_time
from potluck.report.content import Column, Content, Table
from potluck.report.paths import relative_path, without_folder
from potluck.results.comparison import MeasureResult, VariantResult
from potluck.results.strategy import RowResult, StrategyResult
from potluck.statistics.intervals import Interval
from potluck.strategy.quality import METRIC

_OUTCOMES = {"finished": "asked all", "budget": "out of budget"}


def strategy_content(result: StrategyResult, run: str, started: str, data: Path) -> Content:
    """What the page of a comparison of strategies shows. Paths are seen from the folder of the data."""
    folder = data.parent
    measures = tuple(_measures(result))
    notes = [*result.data.notes, *(f"{row.name}: {note}" for row in result.rows for note in row.notes)]
    return Content(
        kind="strategy",
        name=relative_path(data, folder),
        run=run,
        facts=tuple(_facts(result, run, started)),
        conclusion=(result.recommendation.words, *_budget(result)),
        notes=tuple(without_folder(note, folder) for note in notes),
        baseline=result.recommendation.row or result.rows[0].name,
        metric=METRIC,
        measures=measures,
        variants=tuple(_variant(row, folder) for row in result.rows),
        take=result.recommendation.row or "",
        tables=(*_rivals(result), _efforts(result, folder), *_labels(result)),
        unit="messages",
    )


def _measures(result: StrategyResult) -> Iterator[MeasureResult]:
    yield MeasureResult("accuracy", True, "", "Accuracy", "the share of messages with the right label", named=False)
    yield MeasureResult("f1_macro", True, "", "Macro F1", "the mean of the labels' F1", named=False)
    rarest = f"F1 of {result.data.minority}"
    yield MeasureResult("f1_minority", True, "", rarest, "the F1 of the rarest label", named=False)
    yield MeasureResult("cost", False, "USD", "Cost per message", "what the models charge", named=False)
    yield MeasureResult("latency", False, "s", "Time per message", "how long an answer takes", named=False)


def _variant(row: RowResult, folder: Path) -> VariantResult:
    figures = {"cost": None if row.cost_per_1000 is None else row.cost_per_1000 / 1000, "latency": row.latency}
    known = {name: Interval(value, None, None, row.n) for name, value in figures.items() if value is not None}
    return VariantResult(
        name=row.name,
        swaps={"Strategy": row.name},
        metrics={**row.quality, **known},
        cost=None,
        seconds=row.own_seconds,
        repeats=1,
        perplexity=None,
        computed={},
        reused={},
        error=None if row.n else without_folder(row.why or row.outcome, folder),
        trainings=0,
        variance={},
    )


def _facts(result: StrategyResult, run: str, started: str) -> Iterator[tuple[str, str]]:
    yield "Started", format_time(started)
    yield "Messages", f"{result.data.test:,} asked, {result.data.train:,} to learn from"
    yield "Labels", f"{len(result.data.labels):,}"
    if result.data.left_out:
        yield "Lines left out", f"{result.data.left_out:,}"
    spent, budget = result.spent, result.budget
    yield "Spent", f"{spent.seconds:,.1f} s of {budget.minutes:g} minutes, ${spent.usd:.4f} of ${budget.usd:g}"
    yield "Run", run


def _budget(result: StrategyResult) -> Iterator[str]:
    if result.budget.ended_by is not None:
        yield f"{result.budget.ended_by} were used up before all was asked; run again with more, and it continues."


def _rivals(result: StrategyResult) -> Iterator[Table]:
    found = result.recommendation
    if not found.against:
        return
    columns = (
        Column("Difference in accuracy", True),
        Column("Against"),
        Column("p, adjusted", True),
        Column("Messages to show it", True),
        Column("In words"),
    )
    rows = tuple(
        (
            Interval(one.difference, one.low, one.high, result.data.test),
            one.other,
            one.p_adjusted,
            None if one.needed_n is None else f"{one.needed_n:,}",
            one.sentence,
        )
        for one in found.against
    )
    yield Table(f"{found.row} against the others", columns, rows)


def _efforts(result: StrategyResult, folder: Path) -> Table:
    columns = (
        Column("Messages asked", True),
        Column("Strategy"),
        Column("What it is"),
        Column("Training time", True, "s"),
        Column("Cost of training", True, "USD"),
        Column("Bytes sent", True),
        Column("Without a label", True),
        Column("Outcome"),
    )
    rows = tuple(
        (
            f"{row.n:,}",
            row.name + (" (baseline)" if row.baseline else ""),
            row.summary,
            row.training_seconds or None,
            row.training_cost or None,
            f"{row.bytes_sent:,}" if row.bytes_sent else None,
            f"{row.no_label:,}" if row.no_label else None,
            without_folder(row.why, folder) if row.why else _OUTCOMES.get(row.outcome, row.outcome),
        )
        for row in result.rows
    )
    return Table("What each took", columns, rows)


def _labels(result: StrategyResult) -> Iterator[Table]:
    """The labels of the recommended row, the worst first."""
    row = next((row for row in result.rows if row.name == result.recommendation.row), None)
    if row is None or not row.labels:
        return
    columns = (Column("F1", True), Column("Label"), Column("Precision", True), Column("Recall", True))
    rows = tuple(
        (one.f1, label, one.precision, one.recall, f"{one.support:,}")
        for label, one in sorted(row.labels.items(), key=lambda pair: (pair[1].f1, pair[0]))
    )
    yield Table(f"Labels with {row.name}, the worst first", (*columns, Column("Messages", True)), rows)
