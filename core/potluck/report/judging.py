"""What judges said of the answers, as a report shows it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from potluck.report.content import Cell, Column, Content, Table
from potluck.results.judging import JudgedPair, JudgeResult
from potluck.statistics.agreement import Agreement

_COLUMNS = (
    Column("Variants"),
    Column("pairs of answers that differ", is_number=True),
    Column("the first is preferred", is_number=True),
    Column("the second is preferred", is_number=True),
    Column("equal", is_number=True),
    Column("another verdict in the other order", is_number=True),
    Column("no verdict", is_number=True),
    Column("wins of the second, by the judge", is_number=True),
    Column("the same in both orders", is_number=True),
    Column("more often than half for what is shown first", is_number=True),
    Column("labels", is_number=True),
    Column("agreement with people", is_number=True),
    Column("kappa", is_number=True),
    Column("wins of the second, by labels alone", is_number=True),
    Column("wins of the second with people, corrected", is_number=True),
)


@dataclass(frozen=True, slots=True)
class JudgePart:
    """What is shown of one judge: sentences, and a table with a row for each pair of variants."""

    sentences: tuple[str, ...]
    table: Table


def judge_parts(content: Content) -> list[JudgePart]:
    """A part for each judge; how far judges agree stands with the last."""
    agreement = tuple(one.sentence for one in content.judges_agree)
    parts = [JudgePart(tuple(_sentences(one)), _table(one)) for one in content.judges]
    return [*parts[:-1], *(JudgePart((*last.sentences, *agreement), last.table) for last in parts[-1:])]


def _sentences(judge: JudgeResult) -> Sequence[str]:
    return [sentence for pair in judge.pairs if pair.labels is not None for sentence in pair.labels.sentences]


def _table(judge: JudgeResult) -> Table:
    return Table(f"Judge: {judge.judge}", _COLUMNS, tuple(_row(pair) for pair in judge.pairs))


def _row(pair: JudgedPair) -> tuple[Cell, ...]:
    labels = pair.labels
    counts = _counts(pair.n, pair.wins_a, pair.wins_b, pair.tie, pair.inconsistent, pair.unparsed)
    said = (pair.win_rate, pair.agreement, pair.position_bias)
    first = f"{pair.a}, {pair.b}"
    if labels is None:
        return (first, *counts, *said, None, None, None, None, None)
    return (
        first,
        *counts,
        *said,
        *_counts(labels.n),
        *_agreement(labels.agreement),
        labels.labels_alone,
        labels.win_rate,
    )


def _counts(*found: int) -> tuple[str, ...]:
    return tuple(f"{one:,}" for one in found)


def _agreement(found: Agreement | None) -> tuple[Cell, Cell]:
    return (None, None) if found is None else (found.share, found.kappa)
