"""A comparison on the terminal: the verdicts in words, a row a variant, the causes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from potluck.amounts import many
from potluck.tables import Sheet

_FIRST = ("fact", "f1", "exact_match", "recall@1", "recall@5", "mrr", "refusal_recall", "latency")
"""The chief measures, in the order in which they are shown."""

_COLUMNS = 5


def of(document: Mapping[str, Any]) -> Sheet:
    """A row a variant: the chief measures with their intervals, cost, and what was computed."""
    names = _columns(document)
    made = Sheet()
    made.add_column("variant", folds=True)
    for name in (*names, "USD", "seconds", "asked / reused"):
        made.add_column(name)
    for variant in document["variants"]:
        if variant["error"] is not None:
            made.add_row(variant["name"], "failed", style="red")
            continue
        cells = [_interval(variant["metrics"].get(name)) for name in names]
        cost = "-" if variant["cost"] is None else f"{variant['cost']:.4f}"
        work = f"{variant['computed']['answer']} / {variant['reused']['answer']}"
        made.add_row(variant["name"], *cells, cost, f"{variant['seconds']:.1f}", work)
    return made


def verdicts(document: Mapping[str, Any]) -> Iterator[str]:
    """What is known of each pair by the chief measure, then what made the differences."""
    for pair in document["pairs"]:
        if pair["metric"] == document["metric"]:
            yield pair["sentence"]
    for pair in (document["judge"] or {"pairs": []})["pairs"]:
        yield (
            f"of {many(pair['n'], 'pair')} of answers that differ the judge prefers {pair['wins_b']} times {pair['b']} "
            f"and {pair['wins_a']} times {pair['a']}; equal: {pair['tie']}, another verdict in the other order: "
            f"{pair['inconsistent']}, no verdict in the reply: {pair['unparsed']}"
        )
    for count in document["cause_counts"]:
        yield count["sentence"]


def _columns(document: Mapping[str, Any]) -> list[str]:
    known = [measure["name"] for measure in document["measures"]]
    named = [measure["name"] for measure in document["measures"] if measure.get("named")]
    wanted = dict.fromkeys((document["metric"], *named, *_FIRST))
    return [name for name in wanted if name in known][: max(_COLUMNS, 1 + len(named))]


def _interval(metric: Mapping[str, Any] | None) -> str:
    if metric is None:
        return "-"
    low, high = metric["low"], metric["high"]
    return f"{metric['mean']:.3f}" + ("" if low is None else f" [{low:.3f}, {high:.3f}]")
