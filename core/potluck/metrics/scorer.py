"""Measuring: which metrics a recipe has, and what they say of each question and of a file of questions.

A measure is missing if nothing could be measured, never a made-up number.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from statistics import fmean
from typing import get_args

from potluck.contracts import Attempt, Measure, Metric, Need
from potluck.contracts.metric import About, is_figure
from potluck.documents import Json, Passage
from potluck.errors import ContractBroken, NameClash
from potluck.json_values import as_json
from potluck.metrics.chief import Chief, choose_chief
from potluck.metrics.declarations import check_declarations
from potluck.plugin_faults import name_failures, name_type
from potluck.questions.gold import gold_ranks
from potluck.questions.question_file import Question
from potluck.recipe.model import ComponentSpec
from potluck.refusals import is_refusal
from potluck.results.answers import ScoreResult
from potluck.statistics.clusters import Clusters
from potluck.statistics.intervals import Interval, mean_interval

_EFFORT: frozenset[Need] = frozenset({"seconds", "cost", "bits"})
"""What is known of an answer only in a comparison of variants."""


@dataclass(frozen=True, slots=True)
class QuestionScore:
    """How one question did.

    ``values`` holds the measures that apply to it. ``refused`` says whether the answer was that one does not know;
    None if no answer was asked for. ``empty`` is True for an answer without a character, ``filtered`` for one that
    a service's content filter withheld: it counts as wrong.
    """

    id: str
    answerable: bool
    values: Mapping[str, float]
    refused: bool | None = None
    empty: bool = False
    filtered: bool = False
    attempt: Attempt = field(default=Attempt(""), compare=False, repr=False)
    """What was measured."""

    def as_json(self) -> dict[str, Json]:
        """As ``potluck evaluate --json`` lists it."""
        return as_json(self.result())

    def result(self) -> ScoreResult:
        """The report for programs."""
        filtered = {"filtered": True} if self.filtered else {}
        return ScoreResult(self.answerable, self.refused, {**filtered, **self.values})


class Scorer:
    """The metrics of a recipe, in the order of what they are about."""

    def __init__(self, metrics: Iterable[tuple[ComponentSpec, Metric]], named: Sequence[ComponentSpec] = ()) -> None:
        """Raises ``NameClash`` if two have a measure of one name, ``ContractBroken`` for a wrong declaration."""
        self._metrics = tuple(metrics)
        for part, metric in self._metrics:
            check_declarations(metric, part.plugin.label)
        self.measures: Mapping[str, Measure] = dict(_measures(self._metrics))
        self.named = frozenset(name for part, metric in self._metrics if part in named for name in _names(metric))
        """The measures of the metrics that the recipe names, which the user wants to see."""

    @property
    def of_answers(self) -> frozenset[str]:
        """The measures of the answers, without what they took."""
        return frozenset(name for _, metric in self._metrics if not metric.needs & _EFFORT for name in _names(metric))

    def values(self, attempt: Attempt, added: frozenset[Need] = frozenset()) -> dict[str, float]:
        """The figures of an attempt; where some of it was ``added``, those of the metrics that need that.

        Raises ``BrokenPlugin`` for a metric that fails, ``ContractBroken`` for anything but figures of its own.
        """
        found: dict[str, float] = {}
        for part, metric in self._metrics:
            if (not added or metric.needs & added) and all(attempt.has(need) for need in metric.needs):
                found |= _valid_figures(part, metric, attempt)
        return {name: found[name] for name in self.measures if name in found}

    def score(
        self,
        question: Question,
        passages: Sequence[Passage],
        answer: str | None,
        refused: bool | None = None,
        shown: int | None = None,
        filtered: bool = False,
    ) -> QuestionScore:
        """Measure one question about documents.

        ``passages`` are all that were retrieved, best first; the model saw the first ``shown`` (all, if that is not
        said). ``answer`` is None if only retrieval is measured; one that failed is an empty text and counts as
        wrong. ``refused`` overrides what the answer's words say. An answer that was ``filtered`` is neither refused
        nor empty.
        """
        empty = answer is not None and not filtered and not answer.strip()
        if refused is None or filtered:
            refused = not filtered and not empty and answer is not None and is_refusal(answer)
        right = question if question.answerable else replace(question, answers=(), gold_facts=())
        attempt = Attempt(
            question=question.question,
            answers=right.answers,
            facts=right.gold_facts,
            answerable=question.answerable,
            answer="" if filtered and answer is not None else answer,
            refused=refused,
            filtered=filtered,
            passages=tuple(passages),
            shown=len(passages) if shown is None else shown,
            ranks=tuple(gold_ranks(question, passages)) if question.answerable else (),
        )
        return QuestionScore(
            question.id,
            question.answerable,
            self.values(attempt),
            None if answer is None else refused,
            empty,
            filtered,
            attempt,
        )

    def chief(self, known: Collection[str], questions: Iterable[Question]) -> Chief | None:
        """Of the measures that are known of these questions the one that leads; None if none of them may."""
        asks_facts = any(question.gold_facts for question in questions if question.answerable)
        return choose_chief(self.measures, known, asks_facts, self.named)

    def with_effort(
        self, score: QuestionScore, seconds: float, cost: float | None, bits: float | None = None
    ) -> dict[str, float]:
        """The figures of a question with those of what it took, of which some may not be known."""
        attempt = replace(score.attempt, seconds=seconds, cost=cost, bits=bits)
        return {**score.values, **self.values(attempt, _EFFORT)}

    def intervals(self, scores: Sequence[QuestionScore], clusters: Clusters) -> dict[str, Interval]:
        """The mean of each measure with its 95 % interval, over the questions that have it."""
        import numpy as np

        found: dict[str, Interval] = {}
        for name, measure in self.measures.items():
            known = np.array([name in one.values for one in scores], dtype=bool)
            if known.any():
                values = [one.values[name] for one in scores if name in one.values]
                found[name] = mean_interval(values, measure.scale == "share", clusters.select(known))
        return found

    def summarise(self, scores: Sequence[QuestionScore]) -> dict[str, float | None]:
        """The means of all measures of questions about documents, and counts."""
        names = [name for part, metric in self._metrics if _of_documents(metric) for name in _names(metric)]
        means = {name: _mean([s.values[name] for s in scores if name in s.values]) for name in self.measures}
        answered = [one for one in scores if one.refused is not None]
        return {
            **{name: mean for name, mean in means.items() if name in names},
            "questions": len(scores),
            "answerable": sum(one.answerable for one in scores),
            "with_gold": sum(bool(one.attempt.ranks) for one in scores),
            "answered": len(answered),
            "refused": sum(bool(one.refused) for one in answered),
            "empty": sum(one.empty for one in answered),
            "filtered": sum(one.filtered for one in answered),
        }


def _measures(metrics: Sequence[tuple[ComponentSpec, Metric]]) -> Iterator[tuple[str, Measure]]:
    """The measures by name, sorted by what they are about."""
    found: dict[str, tuple[ComponentSpec, Measure]] = {}
    for part, metric in metrics:
        for measure in metric.measures:
            if measure.name in found:
                raise NameClash(
                    f"the metrics {found[measure.name][0].name!r} and {part.name!r} both have a measure "
                    f"{measure.name!r}: leave {part.name!r} out of the recipe"
                )
            found[measure.name] = part, measure
    for about in get_args(About):
        yield from ((name, measure) for name, (_, measure) in found.items() if measure.about == about)


def _names(metric: Metric) -> list[str]:
    return [measure.name for measure in metric.measures]


def _of_documents(metric: Metric) -> bool:
    """Whether it may apply to a question about documents that is answered once."""
    return not metric.needs & {*_EFFORT, "choices"}


def _valid_figures(part: ComponentSpec, metric: Metric, attempt: Attempt) -> Mapping[str, float]:
    """The figures that a metric returns, if they are its own."""
    label = part.plugin.label
    with name_failures(label):
        returned: object = metric.score(attempt)
        if not isinstance(returned, Mapping):
            raise ContractBroken(f"{label}: score returned {name_type(returned)}, expected a mapping")
        found = dict(returned)
    measures = {measure.name: measure for measure in metric.measures}
    for name, value in found.items():
        if name not in measures:
            raise ContractBroken(f"{label} gives {name!r}, which is none of its measures")
        if not is_figure(value):
            raise ContractBroken(f"{label} gives {value!r} for {name!r}: expected a finite number")
        low, high = measures[name].bounds
        if not low <= value <= high:
            raise ContractBroken(f"{label} gives {value!r} for {name!r}: expected a number from {low:g} to {high:g}")
    return found


def _mean(values: Sequence[float]) -> float | None:
    return fmean(values) if values else None
