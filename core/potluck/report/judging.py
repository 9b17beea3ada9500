"""What judges said of the answers, as a report shows it."""

from __future__ import annotations

from dataclasses import dataclass

from potluck.report.content import Cell, Column, Content, Table
from potluck.results.judging import JudgedPair, JudgeResult, LabelResult

_BY_LABELS = ("Wins, corrected by labels", "Wins, by labels alone", "Agreement with people", "Kappa", "Labels")
_BY_THE_JUDGE = (
    *("Wins, by the judge", "Pairs that differ", "Won", "Lost", "Equal", "Changed its mind", "No verdict"),
    *("Same in both orders", "Prefers the first by"),
)


@dataclass(frozen=True, slots=True)
class JudgePart:
    """What is shown of one judge: sentences, and a table with a row for each pair of variants."""

    sentences: tuple[str, ...]
    table: Table


def judge_parts(content: Content) -> list[JudgePart]:
    """A part for each judge; how far judges agree stands with the last."""
    agreement = tuple(one.sentence for one in content.judges_agree)
    parts = [JudgePart(_sentences(one), _table(one)) for one in content.judges]
    return [*parts[:-1], *(JudgePart((*last.sentences, *agreement), last.table) for last in parts[-1:])]


def _sentences(judge: JudgeResult) -> tuple[str, ...]:
    return tuple(sentence for pair in judge.pairs if pair.labels is not None for sentence in pair.labels.sentences)


def _table(judge: JudgeResult) -> Table:
    columns = (Column("Variant"), *(Column(name, is_number=True) for name in (*_BY_LABELS, *_BY_THE_JUDGE)))
    return Table(f"Judge: {judge.judge}", columns, tuple(_row(pair) for pair in judge.pairs))


def _row(pair: JudgedPair) -> tuple[Cell, ...]:
    counts = (pair.n, pair.wins_b, pair.wins_a, pair.tie, pair.inconsistent, pair.unparsed)
    said = (pair.win_rate, *(f"{count:,}" for count in counts), pair.agreement, pair.position_bias)
    return (f"{pair.b} against {pair.a}", *_by_labels(pair.labels), *said)


def _by_labels(found: LabelResult | None) -> tuple[Cell, ...]:
    if found is None:
        return (None,) * len(_BY_LABELS)
    agreed = (None, None) if found.agreement is None else (found.agreement.share, found.agreement.kappa)
    return (found.win_rate, found.labels_alone, *agreed, f"{found.n:,}")
