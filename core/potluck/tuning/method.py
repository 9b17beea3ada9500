"""A method of tuning, as the engine calls it: which parameters it puts on a model, and how they are kept."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, TypeAlias, get_args

from potluck.contracts import Attached, Context, Task, Tuner, TuningRequest
from potluck.contracts.tuner import ModelKind
from potluck.tuning.training_settings import TunerConfig

if TYPE_CHECKING:
    import torch

    Module: TypeAlias = torch.nn.Module
    Tensor: TypeAlias = torch.Tensor
else:
    Module = Tensor = object


@dataclass(frozen=True, slots=True)
class Virtual:
    """Soft prompts: ``length`` positions that stand before every text.

    Either ``embeddings``, shape ``(1, length, width)``, in the place of tokens' embeddings, or ``cache``, a
    ``transformers`` cache of one row with keys and values for all layers. Gradients flow through both. Text begins at
    position ``length``.
    """

    length: int
    embeddings: Tensor | None = None
    cache: Any = None


class Method(Tuner):
    """Says in ``wrap`` which parameters of a transformers model are trained, in ``save`` and ``attach`` how they are
    kept and used again. Everything else, from tokens to checkpoints, is the engine's.
    """

    tasks: ClassVar[frozenset[Task]] = frozenset(get_args(Task))
    kinds: ClassVar[frozenset[ModelKind]] = frozenset({"causal"})
    """The kinds of models that the method trains; others are refused by name before anything loads."""

    default_learning_rate: ClassVar[float] = 2e-4
    """Used where ``training.learning_rate`` is left out."""

    trains_base: ClassVar[bool] = False
    """Whether the base's own weights are trained, which are then kept in float32."""

    def __init__(self, config: TunerConfig, context: Context) -> None:
        """Load nothing yet."""
        self.config = config
        self.context = context

    @abstractmethod
    def wrap(self, model: Module, request: TuningRequest, tokenizer: Any) -> Module:
        """Put fresh parameters on a base model, and return what is to be trained.

        Afterwards exactly the method's parameters require gradients, and they are float32. The result, before any
        step, computes the same as the base where the method has such a beginning. Also called with a model on the
        ``meta`` device, to count: then values do not matter. Random values come from torch's global generator, which
        is seeded before.
        """

    def virtual(self, model: Module) -> Virtual | None:
        """The soft prompts of a wrapped model, computed again for each pass; None for a method that changes layers."""
        return None

    def notes(self, model: Module) -> tuple[str, ...]:
        """What to know about a wrapped model before training, one sentence each."""
        return ()

    @abstractmethod
    def save(self, model: Module, folder: Path) -> None:
        """Write the trained parameters, in PEFT's format if it has one: safetensors and JSON."""

    @abstractmethod
    def attach(self, model: Module, folder: Path) -> Attached:
        """Attach the parameters that ``save`` wrote to a loaded base model."""

    def base(self, model: Module) -> Module:
        """The transformers model in a wrapped one: what is called with tokens."""
        return model
