"""The results of answering: one answered question, and a file of them with measures."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import ClassVar, Literal, TypeAlias

from potluck.contracts import Measure
from potluck.documents import Answer, Json, Passage, Usage
from potluck.evaluation.served import Served
from potluck.json_values import as_json
from potluck.ledger import Ledger
from potluck.metrics.chief import Chief
from potluck.metrics.classification import Classification
from potluck.metrics.scorer import QuestionScore
from potluck.questions.question_file import Question
from potluck.results.answers import LabelBaseline
from potluck.statistics.intervals import Interval

Unit: TypeAlias = Literal["questions", "examples"]
"""The content of a file: questions about documents, or the examples of a task."""


@dataclass(frozen=True, slots=True)
class Answered(ABC):
    """One question with its answer and its scores. Each kind of recipe has its own, with its own JSON."""

    question: Question
    answer: Answer
    score: QuestionScore
    seconds: float
    """Seconds that answering took, when it was done."""
    cached: bool = False
    """Whether the answer was kept from before."""
    retrieved: Sequence[Passage] = ()
    """The passages that were found, best first; none where there are no documents."""
    citations: Sequence[Passage] = ()
    """The spans of documents that the answer rests on."""

    @property
    def served(self) -> Served:
        """The state of a service's model that gave the answer."""
        return Served(self.answer.served_by, self.cached)

    @property
    def refused(self) -> bool:
        """Whether the answer is a refusal."""
        return bool(self.score.refused)

    @property
    def right_answer(self) -> str:
        """One right answer, or what it has to contain; empty where none is known."""
        return self.question.answers[0] if self.question.answers else "; ".join(self.question.gold_facts)

    @abstractmethod
    def as_json(self) -> dict[str, Json]:
        """As ``potluck evaluate --json`` lists it."""


@dataclass(frozen=True, slots=True)
class EvaluationReport:
    """The measures of a file of questions or examples, and each answer."""

    unit: Unit
    metrics: dict[str, float | None]
    """Means and counts by name. None where nothing could be measured."""
    answered: Sequence[Answered]
    intervals: dict[str, Interval] = field(default_factory=dict)
    """95 % confidence intervals of the means."""
    classes: Classification | None = None
    """The figures by label, where labels were predicted."""
    usage: Usage = field(default_factory=Usage)
    cost: float | None = None
    """US dollars, where the chat model has a price."""
    seconds: float = 0.0
    ledger: Ledger = field(default_factory=Ledger)
    notes: Sequence[str] = ()
    conclusion: Sequence[str] = ()
    """The conclusion, in sentences."""
    baselines: Sequence[LabelBaseline] = ()
    """The baselines that answer without reading, if labels were predicted."""
    chief: Chief | None = None
    """The measure that leads; None where none does."""
    measures: Mapping[str, Measure] = field(default_factory=dict)
    """The kind of each score of an answer, by name: whether more of it is better, and on which scale. Not in the
    JSON."""

    _TOP: ClassVar[frozenset[Unit]] = frozenset({"examples"})
    """Whose measures stand at the top of the JSON object as well."""

    def as_json(self) -> dict[str, Json]:
        """As ``potluck evaluate --json`` prints it."""
        top: dict[str, Json] = {**self.metrics} if self.unit in self._TOP else {}
        return {
            **top,
            "metric": self.chief.name if self.chief is not None else None,
            "metrics": {**self.metrics, "seconds": round(self.seconds, 3)},
            "intervals": {name: [one.low, one.high] for name, one in self.intervals.items()},
            "confusion": self._confusion(),
            "labels": {label: asdict(one) for label, one in self.classes.labels.items()} if self.classes else None,
            "n": len(self.answered),
            self.unit: [one.as_json() for one in self.answered],
            "tokens": self.usage.as_json(),
            "cost": self.cost,
            "notes": list(self.notes),
            "ledger": self.ledger.as_json(),
            "conclusion": list(self.conclusion),
            "baselines": [as_json(one) for one in self.baselines],
        }

    def _confusion(self) -> Json:
        return {gold: dict(found) for gold, found in self.classes.confusion.items()} if self.classes else None
