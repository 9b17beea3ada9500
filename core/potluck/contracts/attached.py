"""Tuned parameters, as a chat model uses them."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

if TYPE_CHECKING:
    import torch


class Attached(Protocol):
    """Tuned parameters on a loaded base, as a chat plugin uses them. Several can be attached to one base."""

    @property
    def past_length(self) -> int:
        """How many positions stand before every prompt (soft prompts); 0 for methods that change layers."""
        ...

    def past(self) -> Any:
        """A new ``transformers`` cache with the keys and values of those positions, for one row; None if there are
        none. Every prompt is continued from it."""
        ...

    def embeddings(self) -> Any:
        """The same for a model that keeps no cache, because it reads a text from both sides: soft prompts, shape
        ``(1, past_length, width)``, that stand before every text. None if there are none."""
        ...

    def active(self) -> AbstractContextManager[None]:
        """Within, the base answers as tuned; outside, bit for bit as before it was attached."""
        ...


@runtime_checkable
class Classifying(Attached, Protocol):
    """Tuned parameters with a classification head: it names a label, and no words are generated."""

    labels: tuple[str, ...]

    def classify(self, hidden: torch.Tensor) -> torch.Tensor:
        """Log-probabilities of ``labels``, float32, shape ``(rows, labels)``.

        ``hidden`` has the shape ``(rows, width)``: the last hidden state at the last token of each text (of a masked
        model, the first token).
        """
        ...


@dataclass(frozen=True, slots=True)
class Tuned:
    """The result of a tuner that a chat model is to answer with.

    ``attach`` takes the loaded base model and its tokenizer, compares them with those that were tuned, puts the
    parameters on the model and checks that it answers as it did after training. It raises ``AdapterMismatch``
    otherwise.
    """

    folder: Path
    identity: str
    """The hash of its files."""
    attach: Callable[[torch.nn.Module, Any], Attached]
    end_token: str | None = None
    """The token that it learned to end an answer with, where the tokenizer names none."""
