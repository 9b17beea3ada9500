"""Tuner: from a model and examples to a tuned model."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Literal, TypeAlias

from potluck.contracts.component import Component
from potluck.documents import Example
from potluck.durations import Duration
from potluck.errors import Unsupported

if TYPE_CHECKING:
    import torch

    from potluck.contracts.attached import Attached

ModelKind: TypeAlias = Literal["causal", "masked", "seq2seq"]
"""A causal model says what comes next, a masked one fills gaps, a sequence-to-sequence one reads a text and writes
another."""

Task: TypeAlias = Literal["classification", "question-answering", "summarization", "generation"]


@dataclass(frozen=True, slots=True)
class TuningRequest:
    """What to tune, on what, and where to put it.

    ``model`` is a local folder of safetensors. ``folder`` belongs to this run alone: checkpoints and the result go
    there; an interrupted run in it is resumed. ``labels`` are the classes of a classification.
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
    """What a tuning will take: exact parameter counts, bytes of memory and disk, optimiser steps, seconds.

    ``device`` is where the memory is taken: a name of torch's.
    """

    trainable_parameters: int
    total_parameters: int
    memory: int
    disk: int
    steps: int
    seconds: float | None = None
    device: str = "cpu"
    notes: tuple[str, ...] = ()
    """What to know before training, one sentence each."""
    seconds_low: float | None = None
    seconds_high: float | None = None
    """The range of ``seconds`` if the machine stays as busy as it is."""
    resumed: int = 0
    """The step from which an interrupted training is resumed; 0 for a new one. ``seconds`` are those of the steps
    that are left."""


@dataclass(frozen=True, slots=True)
class TuningProgress:
    """How far a tuning is: ``step`` of ``steps``, the mean loss since the last report, real tokens per second."""

    step: int
    steps: int
    loss: float
    tokens_per_second: float
    learning_rate: float | None = None
    """The learning rate of the last step; None if the tuner has none."""
    resumed: int = 0
    """The step after which an interrupted training is resumed; 0 for a new one."""
    saved: int | None = None
    """The step of the last checkpoint, from which this training would be resumed; None if that is not known."""


@dataclass(frozen=True, slots=True)
class TunedModel:
    """The result: ``folder`` holds safetensors and JSON only. ``losses`` is the training loss by step.

    ``notes`` are sentences for the user, such as what looks wrong in the course of the loss.
    """

    folder: Path
    trainable_parameters: int
    losses: tuple[float, ...]
    seconds: float
    tokens_per_second: float = 0.0
    notes: tuple[str, ...] = ()
    evaluations: tuple[Mapping[str, float], ...] = ()
    """For each evaluation on the validation examples: ``step``, ``loss``, and the task's measures."""
    dropped: int = 0
    """Examples, of both sides, that were too long and left out by consent."""
    cut: int = 0
    """Examples that were too long and lost a part by consent."""
    before: Mapping[str, float] | None = None
    """The evaluation before the first step; None if there was none."""
    after: Mapping[str, float] | None = None
    """The evaluation of what was kept. ``gained`` and ``lost`` in it say how many of its ``examples`` are right
    that were not before, and the other way round."""


class Tuner(Component):
    """Tunes a model. The base model's files are never changed.

    The same request and seed give the same result on the same machine. A killed run resumes from its last whole
    checkpoint and ends with the same weights as an undisturbed one.
    """

    tasks: ClassVar[frozenset[Task]]
    """The tasks this method can be used for; others are refused by name before anything loads."""

    kinds: ClassVar[frozenset[ModelKind]] = frozenset()
    """The kinds of models that it trains; empty if it does not say."""

    mergeable: ClassVar[bool] = False
    """Whether the result can be merged into the base's weights."""

    whole: ClassVar[bool] = False
    """Whether the result is a whole model, which is loaded instead of the base, and not some parameters."""

    trains_base: ClassVar[bool] = False
    """Whether it trains the base's own weights, embeddings included."""

    family: ClassVar[str] = ""
    """Where the parameters go, in a few words, for ``potluck tuners``."""

    served_by: ClassVar[frozenset[str]] = frozenset()
    """Names of chat plugins that can use the result; empty for all that take tuned models of these ``kinds``."""

    @abstractmethod
    def plan(self, request: TuningRequest) -> Estimate:
        """Say what ``tune`` would take, without training."""

    def probe(self, request: TuningRequest) -> Duration | None:
        """How long ``tune`` would take on this machine, measured by a few steps that are discarded; None if unknown."""
        return None

    @abstractmethod
    def tune(self, request: TuningRequest, progress: Callable[[TuningProgress], None]) -> TunedModel:
        """Train, reporting progress at least every ten seconds."""

    def attach(self, model: torch.nn.Module, folder: Path) -> Attached:
        """Attach the result in ``folder`` to a loaded transformers model, for a chat plugin of ``served_by``.

        The framework has already compared the base, the tokenizer and the files. Raises ``ModelError`` for a result
        with other parameters than the method has.
        """
        raise Unsupported(f"{type(self).__name__} does not put its results on a loaded model")

    def merge(self, model: torch.nn.Module, folder: Path) -> torch.nn.Module:
        """A model without the method's modules that computes the same. Only where ``mergeable``."""
        raise Unsupported(f"the results of {type(self).__name__} cannot be merged into the weights")
