"""The output of ``potluck ask``, ``chat`` and ``evaluate``: answers, how they came about, and how they score."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from potluck.documents import Finish, Usage
from potluck.json_values import SPREAD
from potluck.ledger import StageAccount
from potluck.results.conclusions import DifferenceFound
from potluck.statistics.verdicts import Verdict


@dataclass(frozen=True, slots=True)
class ErrorResult:
    """A mistake, which any command prints instead of its result; the exit status is 1."""

    error: str
    """The class of the error."""
    message: str


@dataclass(frozen=True, slots=True)
class PassageResult:
    """A stretch of a document. `text` is exactly the document's text from `start` to `end`, counted in characters."""

    source: str
    section: str | None
    """The number of the innermost section, or its title if it has none."""
    sections: tuple[str, ...]
    """Those that it lies in, the outermost first."""
    page: int | None
    """Counted from 1."""
    page_label: str | None
    """The page's printed label if that is not its number."""
    start: int
    end: int
    text: str
    score: float
    """How near it is to the question; more is nearer."""


@dataclass(frozen=True, slots=True)
class AskResult:
    """An answer and how it came about."""

    question: str
    answer: str
    refused: bool
    """Whether the answer is that the documents do not say."""
    finish: Finish
    """`stop`, `length` where the limit of tokens cut the answer, `filter` if it was withheld."""
    thoughts: str
    """The model's thoughts before it answered, if it gives them."""
    served_by: str
    """What the service calls the model that answered."""
    citations: tuple[PassageResult, ...]
    retrieved: tuple[PassageResult, ...]
    """Best first."""
    ledger: Mapping[str, StageAccount]
    """By stage."""
    seconds: float
    tokens: Usage


@dataclass(frozen=True, slots=True)
class TaskAnswerResult:
    """The answer of a recipe with a task."""

    fields: Mapping[str, str]
    """The input, by the fields of the recipe's prompt."""
    answer: str
    """The label, or the text that the model wrote."""
    score: float | None
    """The label's probability among the labels; null for a text."""
    scores: Mapping[str, float]
    """The probabilities of all labels; empty for a text."""
    finish: Finish
    """`stop`, `length` where the limit of tokens cut the answer, `filter` if it was withheld."""
    thoughts: str
    """The model's thoughts before it answered, if it gives them."""
    served_by: str
    """What the service calls the model that answered."""
    remarks: tuple[str, ...]
    """What was unusual, in sentences."""
    seconds: float
    tokens: Usage


@dataclass(frozen=True, slots=True)
class ScoreResult:
    """How one question did: the measures that apply to it, by name; `filtered` where the answer was withheld."""

    answerable: bool
    refused: bool | None
    """Null if no answer was asked for."""
    values: Mapping[str, float | bool] = field(metadata=SPREAD)


@dataclass(frozen=True, slots=True)
class AnsweredResult:
    """One question with its answer and how that scores."""

    question_id: str
    report: AskResult = field(metadata=SPREAD)
    retrieved_ids: tuple[str, ...]
    """The files of the passages, as `gold_ids` names them."""
    scores: ScoreResult


@dataclass(frozen=True, slots=True)
class LabelScore:
    """One label: shares from 0 to 1, and how often it was right (``support``)."""

    precision: float
    recall: float
    f1: float
    support: int


@dataclass(frozen=True, slots=True)
class LabelBaseline:
    """A baseline that does not read the message."""

    name: Literal["commonest label", "random label"]
    label: str | None
    """Its constant answer; null if it draws one of all labels."""
    accuracy: float
    f1_macro: float | None
    """Null if it is not known."""
    verdict: Verdict | None
    """Of the model against it, by accuracy; null if scipy is missing."""
    difference: DifferenceFound | None
    """How much more of the same examples the model gets right; null if it draws, or if scipy is missing."""


@dataclass(frozen=True, slots=True)
class EvaluationResult:
    """The measures of a file of questions about documents, and each answer."""

    metric: str | None
    """The measure that leads; null if none does."""
    metrics: Mapping[str, float | None]
    """By name; null if nothing could be measured. `seconds` is what all took."""
    intervals: Mapping[str, tuple[float | None, float | None]]
    """The ends of the 95 % confidence interval, by the measure's name."""
    confusion: Mapping[str, Mapping[str, int]] | None
    """How often each right label was taken for each label; null if no labels are predicted."""
    labels: Mapping[str, LabelScore] | None
    """By name; null if no labels are predicted."""
    n: int
    """Questions."""
    questions: tuple[AnsweredResult, ...]
    tokens: Usage
    cost: float | None
    """US dollars; null if the model has no prices."""
    notes: tuple[str, ...]
    ledger: Mapping[str, StageAccount]
    """By stage."""
    conclusion: tuple[str, ...]
    """The conclusion, in sentences."""
    baselines: tuple[LabelBaseline, ...]
    """Of a classification; empty otherwise."""


@dataclass(frozen=True, slots=True)
class ExampleResult:
    """One example of a task: the model's answer, and how that scores."""

    question_id: str
    input: str
    target: str
    """The right answer."""
    answer: str
    scores: Mapping[str, float]
    remarks: tuple[str, ...]
    """What was unusual, in sentences."""


@dataclass(frozen=True, slots=True)
class TaskEvaluationResult:
    """The measures of a file of examples, and each answer. The measures stand at the top as well, by name."""

    measures: Mapping[str, float | None] = field(metadata=SPREAD)
    metric: str | None
    """The measure that leads; null if none does."""
    metrics: Mapping[str, float | None]
    """By name; null if nothing could be measured. `seconds` is what all took."""
    intervals: Mapping[str, tuple[float | None, float | None]]
    """The ends of the 95 % confidence interval, by the measure's name."""
    confusion: Mapping[str, Mapping[str, int]] | None
    """How often each right label was taken for each label; null if no labels are predicted."""
    labels: Mapping[str, LabelScore] | None
    """By name; null if no labels are predicted."""
    n: int
    """Examples."""
    examples: tuple[ExampleResult, ...]
    tokens: Usage
    cost: float | None
    """US dollars; null if the model has no prices."""
    notes: tuple[str, ...]
    ledger: Mapping[str, StageAccount]
    """By stage."""
    conclusion: tuple[str, ...]
    """The conclusion, in sentences."""
    baselines: tuple[LabelBaseline, ...]
    """Of a classification; empty otherwise."""
