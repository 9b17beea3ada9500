"""The outcome on the terminal: a row a strategy, then what to take."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from potluck.tables import Sheet

_MEASURES = ("accuracy", "macro_f1", "minority_f1")


def strategy_table(document: Mapping[str, Any]) -> Sheet:
    """Quality with 95 % intervals, what it costs, and where the row dropped out."""
    made = Sheet()
    made.add_column("row", folds=True)
    for name in ("accuracy", "macro F1", f"F1 of {document['data']['minority']}"):
        made.add_column(name)
    for name in ("asked", "USD / 1,000", "latency", "training", "bytes sent"):
        made.add_column(name)
    made.add_column("out", folds=True)
    for row in document["rows"]:
        style = "dim" if row["outcome"] in ("worse", "expensive", "failed") else ""
        made.add_row(*_cells(row), style=style)
    return made


def summary_lines(document: Mapping[str, Any]) -> Iterator[str]:
    """Notes on the data and the rows, why rows are out, the recommendation, and what was spent."""
    yield from document["data"]["notes"]
    for row in document["rows"]:
        yield from (f"{row['name']}: {note}" for note in row["notes"])
        if row["why"] is not None:
            yield f"{row['name']}: {row['why']}"
    budget, spent = document["budget"], document["spent"]
    if budget["ended_by"] is not None:
        yield f"{budget['ended_by']} were used up before all was asked; run again with more, and it goes on"
    yield document["recommendation"]["words"]
    yield (
        f"spent {spent['seconds']:.1f} s of {budget['minutes']:g} minutes and "
        f"{spent['usd']:.4f} of {budget['usd']:g} US dollars"
    )


def _cells(row: Mapping[str, Any]) -> list[str]:
    name = row["name"] + (" (baseline)" if row["baseline"] else "")
    if not row["n"]:
        return [name, "-", "-", "-", "0", "-", "-", "-", "-", row["outcome"]]
    measures = [_interval(row["quality"][measure]) for measure in _MEASURES]
    dropped = {"finished": "", "worse": f"after {row['n']}", "expensive": f"expensive, after {row['n']}"}
    out = dropped.get(row["outcome"], row["outcome"])
    return [
        name,
        *measures,
        f"{row['n']:,}",
        f"{row['cost_per_1000']:.4f}",
        _time(row["latency"]),
        _time(row["training_seconds"]),
        f"{row['bytes_sent']:,}",
        out,
    ]


def _interval(measure: Mapping[str, Any]) -> str:
    low, high = measure["low"], measure["high"]
    return f"{measure['mean']:.2f}" + ("" if low is None else f" [{low:.2f}, {high:.2f}]")


def _time(seconds: float) -> str:
    return f"{seconds:.1f} s" if seconds >= 1 else f"{seconds * 1000:.0f} ms"
