"""The output of ``potluck index``, ``tune``, ``plan``, ``merge`` and ``run``: what the stages did, or would do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

from potluck.ledger import StageAccount


@dataclass(frozen=True, slots=True)
class Changes:
    """How a set of documents or chunks differs from what it was when the index was last finished."""

    added: int = 0
    changed: int = 0
    removed: int = 0
    unchanged: int = 0


@dataclass(frozen=True, slots=True)
class FailureResult:
    """A document that could not be read."""

    source: str
    error: str
    """The class of the error."""
    reason: str


@dataclass(frozen=True, slots=True)
class IndexResult:
    """The result of indexing."""

    documents: Changes
    chunks: Changes
    loaded: int
    """Files that were read now."""
    split: int
    """Documents that were split now."""
    embedded: int
    """Texts that were embedded now."""
    reused: int
    """Texts whose vectors were there already."""
    failures: tuple[FailureResult, ...]
    notes: tuple[str, ...]
    """Why earlier work was done again, and what that took."""
    ledger: Mapping[str, StageAccount]
    """By stage."""
    seconds: float


@dataclass(frozen=True, slots=True)
class TuneResult:
    """The result of a tuning."""

    run: str
    adapter: str
    """The folder of the artifact."""
    trainable_parameters: int
    total_parameters: int
    tokens_per_second: float
    train_loss: float | None
    """The mean loss of the last tenth of the steps, in nats per learned token."""
    metrics: Mapping[str, float]
    """The last evaluation on the validation examples; empty if there are none."""
    losses: tuple[float, ...]
    """By step."""
    evaluations: tuple[Mapping[str, float], ...]
    """On the validation examples: `step`, `loss`, and the task's measures."""
    before: Mapping[str, float] | None
    """The evaluation before the first step; null if there are no validation examples, or none was made."""
    after: Mapping[str, float] | None
    """The evaluation of the weights that were kept. ``gained`` are the examples that became right, ``lost`` those that
    became wrong."""
    conclusion: tuple[str, ...]
    """The conclusion, in sentences."""
    training_seconds: float
    """Seconds of the training."""
    seconds: float
    reused: bool
    """Whether it was trained before."""
    notes: tuple[str, ...]
    ledger: Mapping[str, StageAccount]
    """By stage."""


Action: TypeAlias = Literal["load", "split", "embed", "train", "answer"]
"""A kind of work of a run."""


@dataclass(frozen=True, slots=True)
class PlannedWork:
    """A part of a run's work."""

    action: Action
    count: int
    """How many files, documents, texts or questions, without those kept from before."""
    is_done: bool
    """Whether the plan has done it, and the run finds it done."""
    seconds: float | None
    """Seconds that it takes, or took if it is done; null if unknown."""
    seconds_low: float | None
    seconds_high: float | None
    """The range of that time if the machine stays as busy as it is."""
    unknown: str | None
    """Why the time is unknown; null if it is known."""


@dataclass(frozen=True, slots=True)
class ComparisonPlanResult:
    """What comparing the variants of a recipe's axes would take, with what they share counted once."""

    variants: int
    texts_to_embed: int
    trainings: int
    """Models that would be trained; those that were trained before are not counted."""
    answers: int
    """Questions or examples, in all variants together; those that were answered before are not asked again."""
    work: tuple[PlannedWork, ...]
    """What the comparison would do, in its order; of answers those that are left."""
    seconds: float | None
    """Of all that is to do; null if the time of a part of it is unknown."""
    seconds_low: float | None
    seconds_high: float | None
    """The range of that time if the machine stays as busy as it is."""


@dataclass(frozen=True, slots=True)
class PlanResult:
    """What a recipe would take. Money is in US dollars, memory in bytes; null if unknown."""

    files: int
    documents: int
    chunks: int
    tokens: int
    tokens_to_embed: int
    texts_to_embed: int
    longest: int
    """Tokens of the longest text."""
    window: int | None
    """Tokens that the embedder reads."""
    too_long: int
    """Texts that are longer than that."""
    fit: str
    """What the recipe does with them."""
    exact: bool
    """Whether the tokens are counted; else they are estimated, never too low."""
    index_bytes: int | None
    embedding_cost: float | None
    prompt_tokens: int
    """Tokens of a prompt with as many passages of the mean length as the recipe shows."""
    context_window: int | None
    """Tokens that the chat model reads and writes."""
    question_cost: float | None
    notes: tuple[str, ...]
    """Why earlier work would be done again, and what that takes."""
    problems: tuple[str, ...]
    """The problems that would stop the run."""
    leaves_the_machine: Mapping[str, str]
    """The hosts that would get data, by the kind of the component that sends it."""
    failures: tuple[FailureResult, ...]
    ledger: Mapping[str, StageAccount]
    """By stage."""
    work: tuple[PlannedWork, ...]
    """The run's work, in order; for a recipe with axes, of the recipe without them."""
    comparison: ComparisonPlanResult | None
    """Of the recipe's axes; null if it has none."""


@dataclass(frozen=True, slots=True)
class TuningPlanResult:
    """What a tuning would take; `memory` and `disk` in bytes."""

    trainable_parameters: int
    total_parameters: int
    memory: int
    disk: int
    steps: int
    seconds: float | None
    """From the start to the result; 0 if it was trained before, null if unknown."""
    seconds_low: float | None
    seconds_high: float | None
    """The range of that time if the machine stays as busy as it is."""
    resumed: int
    """The step from which an interrupted training is resumed; 0 for a new one. The time is that of the steps left."""
    device: str
    """Where the memory is taken: a name of torch's."""
    notes: tuple[str, ...]
    problems: tuple[str, ...]
    """The problems that would stop the training."""
    comparison: ComparisonPlanResult | None
    """Of the recipe's axes; null if it has none."""


@dataclass(frozen=True, slots=True)
class TaskPlanResult:
    """What a task takes if its recipe trains nothing."""

    examples: int | None
    """Of the file that the recipe names under `questions`; null if it names none."""
    trainable_parameters: Literal[0]
    """Nothing is trained."""
    problems: tuple[str, ...]
    """The problems that would stop the run."""
    leaves_the_machine: Mapping[str, str]
    """The hosts that would get data, by the kind of the component that sends it."""
    comparison: ComparisonPlanResult | None
    """Of the recipe's axes; null if it has none."""


@dataclass(frozen=True, slots=True)
class MergeResult:
    """A merged model."""

    folder: str
    difference: float
    """The largest difference between its logits and the tuned model's, before it was quantised."""
    modelfile: str | None
    """What Ollama reads, beside a file for llama.cpp; null for a folder."""
