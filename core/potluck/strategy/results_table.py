"""The outcome on the terminal: one row per strategy, then the recommendation."""

from __future__ import annotations

from collections.abc import Iterator

from potluck.results.strategy import RowResult, StrategyResult
from potluck.strategy.quality import METRIC
from potluck.terminal_tables import TerminalTable

_MEASURES = (METRIC, "f1_macro", "f1_minority")


def strategy_table(result: StrategyResult) -> TerminalTable:
    """Quality with 95 % intervals, what it costs, and where the row dropped out."""
    made = TerminalTable()
    made.add_column("row", folds=True)
    for spare, name in enumerate((METRIC, "macro F1", f"F1 of {result.data.minority}")):
        made.add_column(name, spare=3 * spare)
    for name, spare in {"asked": 1, "USD/1,000": 2, "latency": 2, "training": 4, "bytes sent": 5}.items():
        made.add_column(name, spare=spare)
    made.add_column("out", folds=True)
    for row in result.rows:
        style = "dim" if row.outcome in ("worse", "expensive", "failed") else ""
        made.add_row(*_cells(row), style=style)
    return made


def summary_lines(result: StrategyResult) -> Iterator[str]:
    """Notes on the data and the rows, why rows are out, and what was spent."""
    yield from result.data.notes
    for row in result.rows:
        yield from (f"{row.name}: {note}" for note in row.notes)
        if row.why is not None:
            yield f"{row.name}: {row.why}"
    budget, spent = result.budget, result.spent
    if budget.ended_by is not None:
        yield f"{budget.ended_by} were used up before all was asked; run again with more, and it continues"
    yield (
        f"spent {spent.seconds:.1f} s of {budget.minutes:g} minutes and {spent.usd:.4f} of {budget.usd:g} US dollars"
    )


def _cells(row: RowResult) -> list[str]:
    name = row.name + (" (baseline)" if row.baseline else "")
    if not row.n:
        return [name, "-", "-", "-", "0", "-", "-", "-", "-", row.outcome]
    dropped = {"finished": "", "worse": f"after {row.n}", "expensive": f"expensive, after {row.n}"}
    return [
        name,
        *(str(row.quality[measure]) for measure in _MEASURES),
        f"{row.n:,}",
        "-" if row.cost_per_1000 is None else f"{row.cost_per_1000:.4f}",
        "-" if row.latency is None else _time(row.latency),
        _time(row.training_seconds),
        f"{row.bytes_sent:,}",
        dropped.get(row.outcome, row.outcome),
    ]


def _time(seconds: float) -> str:
    return f"{seconds:.1f} s" if seconds >= 1 else f"{seconds * 1000:.0f} ms"
