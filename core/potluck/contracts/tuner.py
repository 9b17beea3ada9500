"""Tuner: from a model and examples to a tuned model."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Literal, TypeAlias

from potluck.contracts.offer import Component
from potluck.documents import Example

Task: TypeAlias = Literal["classification", "question-answering", "summarization", "generation"]


@dataclass(frozen=True, slots=True)
class TuningRequest:
    """What to tune, on what, and where to put it.

    ``model`` is a local folder of safetensors. ``folder`` belongs to this run alone: checkpoints and the result go
    there; what an interrupted run left in it is taken up again. ``labels`` are the classes of a classification.
    """

    model: Path
    task: Task
    training: Sequence[Example]
    validation: Sequence[Example]
    folder: Path
    seed: int = 0
    labels: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Estimate:
    """What a tuning will take: exact parameter counts, bytes of memory and disk, optimiser steps, seconds."""

    trainable_parameters: int
    total_parameters: int
    memory: int
    disk: int
    steps: int
    seconds: float | None = None


@dataclass(frozen=True, slots=True)
class TuningProgress:
    """How far a tuning is: ``step`` of ``steps``, the mean loss since the last report, real tokens a second."""

    step: int
    steps: int
    loss: float
    tokens_per_second: float


@dataclass(frozen=True, slots=True)
class TunedModel:
    """The result: ``folder`` holds safetensors and JSON only. ``losses`` is the training loss by step."""

    folder: Path
    trainable_parameters: int
    losses: tuple[float, ...]
    seconds: float


class Tuner(Component):
    """Tunes a model. The base model's files are never changed.

    The same request and seed give the same result on the same machine. A run that was killed goes on from its last
    whole checkpoint and ends with the same weights as one that was not.
    """

    tasks: ClassVar[frozenset[Task]]
    """The tasks this method can be used for; others are refused by name before anything loads."""

    mergeable: ClassVar[bool] = False
    """Whether the result can be merged into the base's weights."""

    served_by: ClassVar[frozenset[str]] = frozenset()
    """Names of chat plugins that can use the result."""

    @abstractmethod
    def plan(self, request: TuningRequest) -> Estimate:
        """Say what ``tune`` would take, without training."""

    @abstractmethod
    def tune(self, request: TuningRequest, progress: Callable[[TuningProgress], None]) -> TunedModel:
        """Train, reporting progress at least every ten seconds."""
