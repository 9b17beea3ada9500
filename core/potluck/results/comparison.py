"""The result of ``potluck compare``. ``comparison.json`` in a run's folder holds the same fields."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

from potluck.documents import Json
from potluck.json_values import as_json
from potluck.recipe.variants import Design
from potluck.results.conclusions import AxisEffect, AxisInteraction, ChosenFigure, Conclusion, RankedVariant
from potluck.results.judging import JudgeResult, JudgesAgreement
from potluck.statistics.clusters import ClusterKind, Population
from potluck.statistics.intervals import Interval
from potluck.statistics.variance import VarianceComponents
from potluck.statistics.verdicts import Verdict

Stage: TypeAlias = Literal[
    "loading", "splitting", "truncation", "retrieval", "order", "reranking", "prompt", "generation"
]


@dataclass(frozen=True, slots=True)
class MeasureResult:
    """A measure that an answer of the comparison has."""

    name: str
    higher_is_better: bool
    unit: str
    """Such as ``s`` or ``USD``; empty for shares and counts."""
    label: str
    """What a report calls it."""
    summary: str
    named: bool
    """Whether the recipe names the plugin that measures it."""
    leads: bool = False
    """Whether a conclusion may speak of it first."""


@dataclass(frozen=True, slots=True)
class PerplexityResult:
    """How surprised a model is by the right answers, every token counting the same."""

    perplexity: float
    bits_per_character: float
    tokens: int
    characters: int
    n: int
    """Answers."""


@dataclass(frozen=True, slots=True)
class VariantResult:
    """The result of one variant."""

    name: str
    swaps: Mapping[str, str]
    """The value of each axis, by the axis' key of the recipe."""
    metrics: Mapping[str, Interval]
    """By the measure's name, over the questions that have it."""
    cost: float | None
    """US dollars of one round of answers; null if the model has no prices."""
    seconds: float
    repeats: int
    """Rounds of answers, of each training if there are several."""
    perplexity: PerplexityResult | None
    computed: Mapping[str, int]
    """How much work was done now, by stage."""
    reused: Mapping[str, int]
    """How much work was done before, by stage."""
    error: str | None
    """Why the variant has no answers."""
    trainings: int
    """How often it was trained, with seeds of its own; 0 if it trains nothing."""
    variance: Mapping[str, VarianceComponents]
    """By the measure's name: where the variance of an answer's value lies."""


@dataclass(frozen=True, slots=True)
class PairResult:
    """Variant ``b`` against variant ``a`` by one measure, on the ``n`` questions that have it in both."""

    a: str
    b: str
    metric: str
    difference: float
    """The mean of b minus the mean of a."""
    low: float
    """The lower end of the difference's interval: that of the test behind the verdict. It holds 0 where the verdict is
    ``no evidence``, excludes it for ``better`` and ``worse``, and lies within the margins for ``as good as``."""
    high: float
    confidence: float
    """The interval's level: 0.95, raised as the correction asks of this pair; for ``as good as`` 0.9, raised likewise,
    as there is one test for each margin."""
    p: float
    p_adjusted: float | None
    """By Holm's method, over the pairs of the chosen measure; with ``--explore`` for false discoveries over those of
    all others. At most 0.05 if there is a difference; null for a measure that does not decide. With more than six
    variants the pairs with the best count as picked from all pairs."""
    p_equivalent: float | None
    """That of the two one-sided tests that the difference is below ``at_least``, by Holm's method; null without it."""
    verdict: Verdict | None
    """Of b against a; null for a measure that does not decide."""
    needed_n: int | None
    """Questions that would show this difference with 80 % power, or one of ``at_least`` if that is larger; null if
    there is none to show."""
    detectable: float
    """The smallest true difference that n questions show with 80 % power."""
    n: int
    test: str
    """``mcnemar``, ``sign-flip`` or ``cluster-sign-flip``; ``trainings`` if how these differ gives the larger p."""
    between: float | None
    """The variance of the difference between questions, if there are several rounds."""
    within: float | None
    """The variance from one round of a question to the next."""
    population: Population
    """What it holds for: further questions, such on further documents or groups, or on the same ones."""
    clusters: int | None
    """Documents or groups that the questions belong to; null if each stands for itself."""
    cluster_kind: ClusterKind | None
    needed_clusters: int | None
    """Documents or groups of ``needed_n`` questions, if those have as many as these."""
    design_effect: float | None
    """How many times the variance is that of independent questions."""
    share: float | None
    """The share of the variance of the difference that lies between clusters."""
    sentence: str
    """The verdict in words."""
    trained_models: int
    """Trained ones among a and b; two with the same training are one."""
    trainings: int
    """How often each was trained: what is concluded is about these models if it is 1, else about the tuners."""
    needed_trainings: int | None
    """Trainings of each that would show this difference with these questions; null if no number would, or each was
    trained once."""
    variance: VarianceComponents | None
    """Where the variance of the difference lies."""


@dataclass(frozen=True, slots=True)
class Cause:
    """Why variants ``a`` and ``b`` differ on a question: the stage that moved the score furthest towards b's."""

    question_id: str
    a: str
    b: str
    cause: Stage
    detail: str
    metric: str
    from_: float
    """The score of a."""
    to: float
    """The score of b."""
    calls: int
    """Answers that were asked for to find out."""


@dataclass(frozen=True, slots=True)
class CauseCount:
    """How often a stage made the difference between two variants."""

    a: str
    b: str
    cause: Stage
    count: int
    sentence: str


@dataclass(frozen=True, slots=True)
class CurvePoint:
    """The mean of a measure at one value of an axis, with its 95 % confidence interval."""

    n: float
    mean: float
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class Curve:
    """How the measure goes along an axis of numbers."""

    name: str
    points: tuple[CurvePoint, ...]


@dataclass(frozen=True, slots=True)
class GoldResult:
    """What the question file calls right."""

    ids: tuple[str, ...]
    sections: tuple[str, ...]
    answers: tuple[str, ...]
    facts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CitedSpan:
    """Characters ``start`` to ``end`` of a chunk's text."""

    chunk: str
    """A key of ``chunks``."""
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class AnswerResult:
    """What one variant answered to one question, in its first round."""

    text: str
    refused: bool
    finish: str
    """``stop``, ``length`` where the limit of tokens cut the answer, ``filter`` if it was withheld."""
    scores: Mapping[str, float]
    seconds: float
    retrieved: tuple[str, ...]
    """Keys of ``chunks``, best first: those that the model was shown and a few more."""
    shown: int
    """How many of them the model was shown."""
    citations: tuple[CitedSpan, ...]


@dataclass(frozen=True, slots=True)
class QuestionResult:
    """A question and what every variant answered."""

    id: str
    question: str
    answerable: bool
    gold: GoldResult
    answers: Mapping[str, AnswerResult]
    """By the variant's name."""
    generated_by: str | None
    """The model that made the question; null for one of people, or if the file does not say."""


@dataclass(frozen=True, slots=True)
class ChunkText:
    """A passage that a variant retrieved."""

    source: str
    section: str | None
    page: int | None
    page_label: str | None
    """The page's printed label if that is not its number."""
    text: str


@dataclass(frozen=True, slots=True)
class ComparisonResult:
    """A comparison: what was compared, what was measured, and what follows from it."""

    potluck: str
    """The version."""
    run: str
    name: str
    started: str
    """UTC, ISO 8601."""
    recipe: str
    questions_file: str
    design: Design
    baseline: str
    metric: str
    """The measure that decides: words, causes and the report begin with it, and verdicts are by it alone."""
    at_least: float | None
    """The least difference in it that matters; null if any does."""
    explores: bool
    """Whether there are verdicts by the other measures too."""
    measures: tuple[MeasureResult, ...]
    conclusion: Conclusion
    """What to take, in words."""
    ranking: tuple[RankedVariant, ...]
    """By ``metric``, the best first; a variant that failed has no place."""
    chosen: ChosenFigure | None
    """The best by ``metric`` of six variants or more, with ``--choose`` what is taken; else null."""
    effects: tuple[AxisEffect, ...]
    """Of each axis on ``metric``; empty if there is one axis, of which the pairs tell."""
    interactions: tuple[AxisInteraction, ...]
    """Of every two axes on ``metric``; empty if there is one axis."""
    variants: tuple[VariantResult, ...]
    pairs: tuple[PairResult, ...]
    causes: tuple[Cause, ...]
    cause_counts: tuple[CauseCount, ...]
    judge: JudgeResult | None
    further_judges: tuple[JudgeResult, ...]
    """The judges behind the first."""
    judges_agree: tuple[JudgesAgreement, ...]
    """How far each two judges agree."""
    notes: tuple[str, ...]
    """What people should know of the questions, then of the answers, variant by variant."""
    learning_curves: tuple[Curve, ...]
    questions: tuple[QuestionResult, ...]
    chunks: Mapping[str, ChunkText]
    """By ``SOURCE:START-END``, the characters of the document that it holds."""

    def as_json(self) -> dict[str, Json]:
        """As ``potluck compare --json`` prints it."""
        return as_json(self)
