"""A comparison on the terminal: the verdicts in words, a row a variant, the causes."""

from __future__ import annotations

from collections.abc import Iterator

from potluck.amounts import many
from potluck.results.comparison import ComparisonResult
from potluck.statistics.intervals import Interval
from potluck.terminal_tables import TerminalTable

_FIRST = ("fact", "f1", "exact_match", "recall@1", "recall@5", "mrr", "refusal_recall", "latency")
"""The chief measures, in the order in which they are shown."""

_COLUMNS = 5


def of(result: ComparisonResult) -> TerminalTable:
    """A row a variant: the chief measures with their intervals, cost, and what was computed."""
    names = _columns(result)
    made = TerminalTable()
    made.add_column("variant", folds=True)
    for name in (*names, "USD", "seconds", "asked / reused"):
        made.add_column(name)
    for variant in result.variants:
        if variant.error is not None:
            made.add_row(variant.name, "failed", style="red")
            continue
        cells = [_interval(variant.metrics.get(name)) for name in names]
        cost = "-" if variant.cost is None else f"{variant.cost:.4f}"
        work = f"{variant.computed['answer']} / {variant.reused['answer']}"
        made.add_row(variant.name, *cells, cost, f"{variant.seconds:.1f}", work)
    return made


def verdicts(result: ComparisonResult) -> Iterator[str]:
    """What is known of each pair by the chief measure, then what made the differences."""
    for pair in result.pairs:
        if pair.metric == result.metric:
            yield pair.sentence
    for judged in result.judge.pairs if result.judge else ():
        yield (
            f"of {many(judged.n, 'pair')} of answers that differ the judge prefers {judged.wins_b} times {judged.b} "
            f"and {judged.wins_a} times {judged.a}; equal: {judged.tie}, another verdict in the other order: "
            f"{judged.inconsistent}, no verdict in the reply: {judged.unparsed}"
        )
    for count in result.cause_counts:
        yield count.sentence


def _columns(result: ComparisonResult) -> list[str]:
    known = [measure.name for measure in result.measures]
    named = [measure.name for measure in result.measures if measure.named]
    wanted = dict.fromkeys((result.metric, *named, *_FIRST))
    return [name for name in wanted if name in known][: max(_COLUMNS, 1 + len(named))]


def _interval(metric: Interval | None) -> str:
    if metric is None:
        return "-"
    return f"{metric.mean:.3f}" + ("" if metric.low is None else f" [{metric.low:.3f}, {metric.high:.3f}]")
