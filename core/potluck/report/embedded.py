"""What of a comparison goes into the page: the same facts, with numbers in place of names.

Variants, measures and chunks become positions in a list. That makes the file small, and the scripts never look
anything up by a name that somebody else chose.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from potluck.documents import Json
from potluck.errors import PotluckError

_DEPTH = 10
"""A chunk that nobody ranks among the first so many, shows to a model or cites comes without its text."""

_TEXTS = 6_000_000
"""Bytes of chunk texts. Beyond that, those that no model was shown and no answer cites go without, the lowest first."""

_HEAD = ("potluck", "run", "name", "started", "recipe", "design", "questions_file")


def embedded(document: Mapping[str, Json]) -> dict[str, Json]:
    """The object that the page's scripts read. Raises PotluckError if ``document`` is no comparison."""
    try:
        return _Page(document).as_json()
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        reason = f"{error} is missing" if isinstance(error, KeyError) else str(error)
        raise PotluckError(
            f"this is not a comparison that can be shown: {reason}. Write it with: potluck compare --json"
        ) from error


def measures_of(document: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The measures of a comparison: the declared ones, and behind them those that only have values somewhere."""
    declared = {one["name"]: dict(one) for one in document["measures"]}
    named = [pair["metric"] for pair in document["pairs"]]
    for variant in document["variants"]:
        named += variant["metrics"]
    for question in document["questions"]:
        for answer in question["answers"].values():
            named += answer["scores"]
    for name in named:
        declared.setdefault(name, {"name": name, "higher_is_better": True, "unit": ""})
    return list(declared.values())


def score_of(answer: Mapping[str, Any], measure: str) -> float | None:
    """What one answer has of one measure; how long it took is its latency."""
    value = answer["scores"].get(measure)
    if value is None and measure == "latency":
        value = answer.get("seconds")
    return None if value is None else round(float(value), 6)


class _Page:
    """A comparison whose names have numbers."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        self.document = document
        self.measures = measures_of(document)
        self.variants = {variant["name"]: number for number, variant in enumerate(document["variants"])}
        self.measure_numbers = {measure["name"]: number for number, measure in enumerate(self.measures)}
        self.chunks: dict[str, int] = {}
        self.best_ranks: dict[str, int] = {}

    def as_json(self) -> dict[str, Json]:
        document = self.document
        causes: dict[str, list[Json]] = {}
        for cause in self._between_variants(document.get("causes")):
            causes.setdefault(cause["question_id"], []).append(cause)
        questions: list[Json] = [self._question(question, causes) for question in document["questions"]]
        with_text = self._with_text()
        return {
            **{key: document.get(key) for key in _HEAD},
            "baseline": self.variants.get(document.get("baseline"), 0),
            "main": self.measure_numbers.get(document.get("metric")),
            "measures": [self._measure(measure) for measure in self.measures],
            "variants": [self._variant(variant) for variant in document["variants"]],
            "pairs": [self._pair(pair) for pair in self._between_variants(document["pairs"])],
            "cause_counts": list(self._between_variants(document.get("cause_counts"))),
            "judge": document.get("judge"),
            "notes": document.get("notes") or [],
            "learning_curves": document.get("learning_curves") or [],
            "questions": questions,
            "chunks": [self._chunk(key, key in with_text) for key in self.chunks],
        }

    def _between_variants(self, rows: Iterable[Mapping[str, Any]] | None) -> Iterable[dict[str, Any]]:
        for row in rows or ():
            if row["a"] in self.variants and row["b"] in self.variants:
                yield {**row, "a": self.variants[row["a"]], "b": self.variants[row["b"]]}

    def _measure(self, measure: Mapping[str, Any]) -> Json:
        name = measure["name"]
        return {
            "name": name,
            "label": measure.get("label") or name,
            "meaning": measure.get("summary") or "",
            "higher": bool(measure.get("higher_is_better", True)),
            "unit": measure.get("unit") or "",
        }

    def _variant(self, variant: Mapping[str, Any]) -> Json:
        metrics = variant["metrics"]
        return {
            "name": variant["name"],
            "swaps": [[axis, value] for axis, value in variant["swaps"].items()],
            "metrics": [metrics.get(measure["name"]) for measure in self.measures],
            **{key: variant.get(key) for key in ("cost", "seconds", "computed", "reused", "error")},
        }

    def _pair(self, pair: Mapping[str, Any]) -> Json:
        return {**{key: value for key, value in pair.items() if key != "metric"}, "m": self._number_of(pair["metric"])}

    def _number_of(self, measure: str) -> int:
        return self.measure_numbers[measure]

    def _question(self, question: Mapping[str, Any], causes: Mapping[str, list[Json]]) -> Json:
        answers: list[Json] = [None] * len(self.variants)
        for name, answer in question["answers"].items():
            if name in self.variants:
                answers[self.variants[name]] = self._answer(answer)
        return {
            **{key: question.get(key) for key in ("id", "question", "answerable", "gold")},
            "answers": answers,
            "causes": causes.get(question["id"], []),
        }

    def _answer(self, answer: Mapping[str, Any]) -> Json:
        retrieved, shown = answer["retrieved"], answer["shown"]
        for rank, key in enumerate(retrieved):
            self._ranked(key, -1 if rank < shown else rank)
        for cited in answer["citations"]:
            self._ranked(cited["chunk"], -1)
        return {
            "text": answer["text"],
            "refused": answer["refused"],
            "scores": [score_of(answer, measure["name"]) for measure in self.measures],
            "seconds": answer["seconds"],
            "retrieved": [self._chunk_number(key) for key in retrieved],
            "shown": shown,
            "citations": [
                [self._chunk_number(cited["chunk"]), cited["start"], cited["end"]] for cited in answer["citations"]
            ],
        }

    def _chunk_number(self, key: str) -> int:
        return self.chunks.setdefault(key, len(self.chunks))

    def _ranked(self, key: str, rank: int) -> None:
        """Keep a chunk's best rank; -1 where a model was shown it or an answer cites it."""
        self.best_ranks[key] = min(rank, self.best_ranks.get(key, rank))

    def _with_text(self) -> set[str]:
        """The chunks whose texts go into the page."""
        kept, size = set(), 0
        for key in sorted(self.best_ranks, key=lambda key: self.best_ranks[key]):
            size += len(self.document["chunks"].get(key, {}).get("text", "").encode(errors="replace"))
            if self.best_ranks[key] < 0 or (self.best_ranks[key] < _DEPTH and size <= _TEXTS):
                kept.add(key)
        return kept

    def _chunk(self, key: str, with_text: bool) -> Json:
        chunk = self.document["chunks"].get(key) or {"source": key}
        return {
            **{name: chunk.get(name) for name in ("source", "section", "page", "page_label")},
            "text": chunk.get("text") if with_text else None,
        }
