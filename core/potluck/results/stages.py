"""What ``potluck index``, ``tune``, ``plan``, ``merge`` and ``run`` print: what the stages did, or would do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

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
    """What indexing did."""

    documents: Changes
    chunks: Changes
    loaded: int
    """Files that were read now."""
    split: int
    """Documents that were split now."""
    embedded: int
    """Texts that were embedded now."""
    reused: int
    """Texts whose vectors were there."""
    failures: tuple[FailureResult, ...]
    notes: tuple[str, ...]
    """Why work was done again that was done before, and what it took."""
    ledger: Mapping[str, StageAccount]
    """By stage."""
    seconds: float


@dataclass(frozen=True, slots=True)
class TuneResult:
    """What a tuning did."""

    run: str
    adapter: str
    """The folder of what was learned."""
    trainable_parameters: int
    total_parameters: int
    tokens_per_second: float
    train_loss: float | None
    """The mean loss of the last tenth of the steps, in nats a learned token."""
    metrics: Mapping[str, float]
    """The last evaluation on the validation examples; empty if there are none."""
    losses: tuple[float, ...]
    """By step."""
    evaluations: tuple[Mapping[str, float], ...]
    """On the validation examples: `step`, `loss`, and the task's measures."""
    before: Mapping[str, float] | None
    """The evaluation before the first step; null if there are no validation examples, or it was not made."""
    after: Mapping[str, float] | None
    """The evaluation of what was kept. ``gained`` and ``lost`` are the examples that are right and were not before, and
    the other way round."""
    conclusion: tuple[str, ...]
    """What was learned, in sentences."""
    training_seconds: float
    """What the training took when it was done."""
    seconds: float
    reused: bool
    """Whether it was trained before."""
    notes: tuple[str, ...]
    ledger: Mapping[str, StageAccount]
    """By stage."""


@dataclass(frozen=True, slots=True)
class ComparisonPlanResult:
    """What a comparison of a recipe's axes would take; what its variants share is counted once."""

    variants: int
    texts_to_embed: int
    trainings: int
    """Models that would be trained; those that were trained before are not counted."""
    answers: int
    """Questions or examples, in all variants together; those that were answered before are not asked again."""
    seconds: float | None
    """For embedding and training; null if nobody knows. That of answers is not counted."""
    seconds_low: float | None
    seconds_high: float | None


@dataclass(frozen=True, slots=True)
class PlannedWork:
    """A part of what a run would do."""

    action: Literal["load", "split", "embed", "answer"]
    count: int
    """How many files, documents, texts or questions; what is kept from before is not counted."""
    is_done: bool
    """Whether the plan has done it, and the run finds it done."""
    seconds: float | None
    """What it takes, or took where it is done; null if nobody knows."""
    seconds_low: float | None
    seconds_high: float | None
    """Between which times that lies if the machine stays as busy as it is."""
    unknown: str | None
    """Why nobody knows; null if somebody does."""


@dataclass(frozen=True, slots=True)
class PlanResult:
    """What a recipe would take. Money is in US dollars, memory in bytes; null if nobody knows."""

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
    """What the recipe says to do with them."""
    exact: bool
    """Whether the tokens are counted; else they are estimated, never too low."""
    index_bytes: int | None
    embedding_cost: float | None
    prompt_tokens: int
    """Of a prompt with as many passages as the recipe shows, of the mean length."""
    context_window: int | None
    """Tokens that the chat model reads and writes."""
    question_cost: float | None
    notes: tuple[str, ...]
    """Why work is to be done again that was done before, and what it takes."""
    problems: tuple[str, ...]
    """What would stop the run."""
    leaves_the_machine: Mapping[str, str]
    """The hosts that would get data, by the kind of the component that sends it."""
    failures: tuple[FailureResult, ...]
    ledger: Mapping[str, StageAccount]
    """By stage."""
    work: tuple[PlannedWork, ...]
    """What the run would do, in its order; of axes, the recipe as it is without them."""
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
    """From the start to the result; 0 if that was trained before, null if nobody knows."""
    seconds_low: float | None
    seconds_high: float | None
    """Between which times that lies if the machine stays as busy as it is."""
    device: str
    """Where the memory is taken: a name of torch's."""
    notes: tuple[str, ...]
    problems: tuple[str, ...]
    """What would stop the training."""
    comparison: ComparisonPlanResult | None
    """Of the recipe's axes; null if it has none."""


@dataclass(frozen=True, slots=True)
class TaskPlanResult:
    """What a task takes whose recipe trains nothing."""

    examples: int | None
    """Of the file that the recipe names under `questions`; null if it names none."""
    trainable_parameters: Literal[0]
    """Nothing is trained."""
    problems: tuple[str, ...]
    """What would stop the run."""
    leaves_the_machine: Mapping[str, str]
    """The hosts that would get data, by the kind of the component that sends it."""
    comparison: ComparisonPlanResult | None
    """Of the recipe's axes; null if it has none."""


@dataclass(frozen=True, slots=True)
class MergeResult:
    """A merged model."""

    folder: str
    difference: float
    """How far its logits are from the tuned model's, at most, before it was quantised."""
    modelfile: str | None
    """What Ollama reads, beside a file for llama.cpp; null for a folder."""
