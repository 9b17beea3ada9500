"""The content of a report as it goes into the page: the same facts, with numbers in place of names.

Variants, measures and chunks become positions in a list. That makes the file small, and the scripts never look anything
up by a name that somebody else chose.
"""

from __future__ import annotations

from collections.abc import Mapping

from potluck.documents import Json
from potluck.json_values import as_json
from potluck.report.content import Cell, Chart, Confusion, Content, Table
from potluck.report.judging import judge_parts
from potluck.results.comparison import (
    AnswerResult,
    Cause,
    CauseCount,
    ComparisonResult,
    MeasureResult,
    PairResult,
    QuestionResult,
    VariantResult,
)
from potluck.statistics.intervals import Interval

_DEPTH = 10
"""A chunk that no variant ranks above this, shows to its model or cites comes without its text."""

_TEXTS = 6_000_000
"""Bytes of chunk texts. Beyond that, chunks that no model was shown and no answer cites lose their texts, the
lowest-ranked first."""


def page_data(content: Content) -> dict[str, Json]:
    """The object that the page's scripts read."""
    return _Page(content).as_json()


def measures_of(content: Content | ComparisonResult) -> list[MeasureResult]:
    """All measures: the declared ones, and behind them those that only have values somewhere."""
    declared = {measure.name: measure for measure in content.measures}
    named = [pair.metric for pair in content.pairs]
    for variant in content.variants:
        named += variant.metrics
    for question in content.questions:
        for answer in question.answers.values():
            named += answer.scores
    for name in named:
        if name not in declared:
            declared[name] = MeasureResult(name, higher_is_better=True, unit="", label=name, summary="", named=False)
    return list(declared.values())


def score_of(answer: AnswerResult, measure: str) -> float | None:
    """One answer's value of a measure; the time that it took is its latency."""
    value = answer.scores.get(measure)
    if value is None and measure == "latency":
        value = answer.seconds
    return None if value is None else round(float(value), 6)


def _value(axis: str, value: str | None) -> str | None:
    """The value of an axis below a head that names the axis: ``2`` for ``k=2`` of ``retriever.k``."""
    return None if value is None else value.removeprefix(f"{axis.rpartition('.')[2]}=")


def _table(table: Table) -> Json:
    return {
        "title": table.title,
        "note": table.note,
        "columns": [[column.label, column.is_number, column.unit] for column in table.columns],
        "rows": [[_cell(cell) for cell in row] for row in table.rows],
    }


def _cell(cell: Cell) -> Json:
    return cell.as_json() if isinstance(cell, Interval) else cell


def _chart(chart: Chart) -> Json:
    return {
        "title": chart.title,
        "x": chart.x,
        "y": chart.y,
        "dense": chart.is_dense,
        "curves": [as_json(curve) for curve in chart.curves],
    }


def _confusion(confusion: Confusion | None) -> Json:
    """The labels, and of each actual one how often it was predicted as each, in the same order."""
    if confusion is None:
        return None
    counts = [confusion.counts.get(actual, {}) for actual in confusion.labels]
    return {
        "labels": list(confusion.labels),
        "counts": [[row.get(predicted, 0) for predicted in confusion.labels] for row in counts],
    }


class _Page:
    """A report whose names have numbers."""

    def __init__(self, content: Content) -> None:
        self.content = content
        self.measures = measures_of(content)
        self.variants = {variant.name: number for number, variant in enumerate(content.variants)}
        self.measure_numbers = {measure.name: number for number, measure in enumerate(self.measures)}
        self.chunks: dict[str, int] = {}
        self.best_ranks: dict[str, int] = {}

    def as_json(self) -> dict[str, Json]:
        content = self.content
        causes: dict[str, list[Json]] = {}
        for cause in content.causes:
            if self._knows(cause):
                causes.setdefault(cause.question_id, []).append(self._with_numbers(cause))
        questions: list[Json] = [self._question(question, causes) for question in content.questions]
        with_text = self._with_text()
        return {
            **{key: getattr(content, key) for key in ("kind", "run", "name", "unit")},
            "facts": [list(fact) for fact in content.facts],
            "conclusion": list(content.conclusion),
            "notes": list(content.notes),
            "baseline": self.variants.get(content.baseline, 0),
            "main": self.measure_numbers.get(content.metric),
            "measures": [self._measure(measure) for measure in self.measures],
            "axes": self._axes(),
            "variants": [self._variant(variant) for variant in content.variants],
            "take": self.variants.get(content.take),
            "standings": [content.standings.get(variant.name) for variant in content.variants],
            "effects": [as_json(effect) for effect in content.effects],
            "pairs": [self._pair(pair) for pair in content.pairs if self._knows(pair)],
            "cause_counts": [self._with_numbers(count) for count in content.cause_counts if self._knows(count)],
            "judges": [
                {"sentences": list(part.sentences), "table": _table(part.table)} for part in judge_parts(content)
            ],
            "charts": [_chart(chart) for chart in content.charts],
            "tables": [_table(table) for table in content.tables],
            "confusion": _confusion(content.confusion),
            "questions": questions,
            "chunks": [self._chunk(key, key in with_text) for key in self.chunks],
        }

    def _axes(self) -> list[Json]:
        """The axes, in the order in which the variants name them."""
        return list(dict.fromkeys(axis for variant in self.content.variants for axis in variant.swaps))

    def _knows(self, row: Cause | CauseCount | PairResult) -> bool:
        """Whether both variants are listed."""
        return row.a in self.variants and row.b in self.variants

    def _with_numbers(self, row: Cause | CauseCount | PairResult) -> dict[str, Json]:
        return {**as_json(row), "a": self.variants[row.a], "b": self.variants[row.b]}

    def _measure(self, measure: MeasureResult) -> Json:
        return {
            "name": measure.name,
            "label": measure.label or measure.name,
            "meaning": measure.summary,
            "higher": measure.higher_is_better,
            "unit": measure.unit,
        }

    def _variant(self, variant: VariantResult) -> Json:
        metrics = [variant.metrics.get(measure.name) for measure in self.measures]
        return {
            "name": variant.name,
            "values": [_value(str(axis), variant.swaps.get(str(axis))) for axis in self._axes()],
            "metrics": [None if interval is None else interval.as_json() for interval in metrics],
            "cost": variant.cost,
            "seconds": variant.seconds,
            "computed": dict(variant.computed),
            "reused": dict(variant.reused),
            "error": variant.error,
        }

    def _pair(self, pair: PairResult) -> Json:
        numbered = self._with_numbers(pair)
        del numbered["metric"]
        return {**numbered, "m": self.measure_numbers[pair.metric]}

    def _question(self, question: QuestionResult, causes: Mapping[str, list[Json]]) -> Json:
        answers: list[Json] = [None] * len(self.variants)
        for name, answer in question.answers.items():
            if name in self.variants:
                answers[self.variants[name]] = self._answer(answer)
        return {
            "id": question.id,
            "question": question.question,
            "answerable": question.answerable,
            "generated_by": question.generated_by,
            "gold": as_json(question.gold),
            "answers": answers,
            "causes": causes.get(question.id, []),
        }

    def _answer(self, answer: AnswerResult) -> Json:
        for rank, key in enumerate(answer.retrieved):
            self._note_rank(key, -1 if rank < answer.shown else rank)
        for cited in answer.citations:
            self._note_rank(cited.chunk, -1)
        return {
            "text": answer.text,
            "refused": answer.refused,
            "scores": [score_of(answer, measure.name) for measure in self.measures],
            "seconds": answer.seconds,
            "retrieved": [self._chunk_number(key) for key in answer.retrieved],
            "shown": answer.shown,
            "citations": [[self._chunk_number(cited.chunk), cited.start, cited.end] for cited in answer.citations],
        }

    def _chunk_number(self, key: str) -> int:
        return self.chunks.setdefault(key, len(self.chunks))

    def _note_rank(self, key: str, rank: int) -> None:
        """Keep a chunk's best rank; -1 where a model was shown it or an answer cites it."""
        self.best_ranks[key] = min(rank, self.best_ranks.get(key, rank))

    def _with_text(self) -> set[str]:
        """The chunks whose texts go into the page."""
        kept, size = set(), 0
        for key in sorted(self.best_ranks, key=lambda key: self.best_ranks[key]):
            chunk = self.content.chunks.get(key)
            size += len(chunk.text.encode(errors="replace")) if chunk else 0
            if self.best_ranks[key] < 0 or (self.best_ranks[key] < _DEPTH and size <= _TEXTS):
                kept.add(key)
        return kept

    def _chunk(self, key: str, with_text: bool) -> Json:
        chunk = self.content.chunks.get(key)
        if chunk is None:
            return {"source": key, "section": None, "page": None, "page_label": None, "text": None}
        return {**as_json(chunk), "text": chunk.text if with_text else None}
