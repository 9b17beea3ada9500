"""All measures of a comparison as a table, the pairs in words, the judge and the causes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from potluck.amounts import many
from potluck.comparison.judge_labels import agreed_words, kappa_words
from potluck.comparison.wording import variance_words
from potluck.results.comparison import ComparisonResult
from potluck.results.judging import JudgedPair
from potluck.statistics.intervals import Interval
from potluck.terminal_tables import TerminalTable

_FEW = 3
"""Causes that are told pair by pair without being asked for."""


def of(result: ComparisonResult) -> TerminalTable:
    """One row per variant: all measures with their intervals, the cost, and the work done."""
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


def pair_sentences(result: ComparisonResult) -> Iterator[str]:
    """The result of each pair by the chosen measure, and how trainings and repeats differ, if there are several."""
    for pair in result.pairs:
        if pair.metric == result.metric:
            yield pair.sentence
            if words := variance_words(pair):
                yield f"  {words}"


def explored_sentences(result: ComparisonResult) -> Iterator[str]:
    """What was found by the measures that do not decide, where that was asked for."""
    if not result.explores:
        return
    others = [pair for pair in result.pairs if pair.metric != result.metric]
    found = [pair for pair in others if pair.verdict in ("better", "worse")]
    yield (
        f"{len(found)} of {many(len(others), 'difference')} by other measures "
        f"{'is' if len(found) == 1 else 'are'} called real; of such 1 in 20 is not, on average"
    )
    yield from (pair.sentence for pair in sorted(found, key=lambda pair: pair.p))


def judge_and_causes(result: ComparisonResult, every_pair: bool = False) -> Iterator[str]:
    """What the judge prefers, then the causes of the differences: pair by pair if these are few, or are asked for."""
    yield from _judge_lines(result)
    if every_pair or len(result.cause_counts) <= _FEW:
        yield from (count.sentence for count in result.cause_counts)
        return
    stages = Counter[str]()
    for count in result.cause_counts:
        stages[count.cause] += count.count
    found = ", ".join(f"{number} from {stage}" for stage, number in stages.most_common())
    yield f"of {stages.total()} answers that differ from those of {result.baseline}: {found} (--pairs has each variant)"


def _judge_lines(result: ComparisonResult) -> Iterator[str]:
    """What each judge prefers and what labels say of it, then how far judges agree."""
    judges = [one for one in (result.judge, *result.further_judges) if one is not None]
    for one in judges:
        called = "the judge" if len(judges) == 1 else one.judge
        for pair in one.pairs:
            yield (
                f"of {many(pair.n, 'pair')} of answers that differ {called} prefers {pair.wins_b} times {pair.b} "
                f"and {pair.wins_a} times {pair.a}; equal: {pair.tie}, another verdict in the other order: "
                f"{pair.inconsistent}, no verdict in the reply: {pair.unparsed}"
            )
            yield from _label_lines(pair)
    yield from (one.sentence for one in result.judges_agree)


def _label_lines(pair: JudgedPair) -> Iterator[str]:
    """What labels say of a judge: what follows, then the figures, of how often the second variant wins first."""
    if (found := pair.labels) is None:
        return
    yield from found.sentences
    figures = {"by the judge": pair.win_rate, "corrected by the labels": found.win_rate}
    figures[f"by {many(found.n, 'label')} alone"] = found.labels_alone
    lines = {f"wins, {how}": str(interval) for how, interval in figures.items() if interval is not None}
    if (agreed := found.agreement) is not None:
        lines["judge and people agree"] = f"{agreed.share}, {agreed_words(agreed, 'pair')}"
        lines["beyond chance (kappa)"] = kappa_words(agreed)
    width = max(map(len, lines), default=0)
    yield from (f"  {name:<{width}}  {said}" for name, said in lines.items())


def _columns(result: ComparisonResult) -> list[str]:
    """The chosen measure, those that the recipe names, then the others."""
    named = [measure.name for measure in result.measures if measure.named]
    known = [measure.name for measure in result.measures]
    return [name for name in dict.fromkeys((result.metric, *named, *known)) if name in known]


def _interval(metric: Interval | None) -> str:
    return "-" if metric is None else str(metric)
