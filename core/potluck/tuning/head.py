"""A classification head: a linear layer on the model's last hidden state, instead of words that name a label.

It reads the last place of a causal model, and the first of a masked one (Liu et al. 2022, *P-Tuning v2*, section 3.3,
which found it as good as a verbalizer, and free of one).
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any

from potluck.contracts import Attached, TuningRequest
from potluck.contracts.tuner import ModelKind
from potluck.errors import Unsupported

if TYPE_CHECKING:
    import torch

    from potluck.tuning.method import Method

HEAD_FILE = "head.safetensors"
_STD = 0.02


def check_head(request: TuningRequest, kind: ModelKind) -> None:
    """Raise ``Unsupported`` if there are no labels to choose from, or no place to read."""
    if request.task != "classification" or len(request.labels) < 2:
        raise Unsupported("tuner.head: a classification head needs 'task: classification' and at least two labels")
    if kind == "seq2seq":
        raise Unsupported("tuner.head: a sequence-to-sequence model has no head here; let it say the label")


def head_labels(method: Method, request: TuningRequest) -> tuple[str, ...]:
    """The labels of a head; nothing if the method's settings ask for none."""
    return request.labels if method.config.head else ()


def add_head(base: Any, request: TuningRequest) -> None:
    """Give a base model a fresh head, float32, which is trained. Random values come from torch's global generator."""
    import torch

    head = torch.nn.Linear(base.config.hidden_size, len(request.labels), dtype=torch.float32)
    torch.nn.init.normal_(head.weight, std=_STD)
    torch.nn.init.zeros_(head.bias)
    base.label_head = head.to(base.device)


def head_of(base: Any) -> Any:
    """The head of a base model; None if it says words."""
    return getattr(base, "label_head", None)


def save_and_remove_head(base: Any, folder: Path) -> None:
    """Write a base's head, if it has one, and take it off."""
    from safetensors.torch import save_file

    if (head := head_of(base)) is None:
        return
    save_file({name: one.contiguous() for name, one in head.state_dict().items()}, folder / HEAD_FILE)
    del base.label_head


class WithHead:
    """Tuned parameters with the head that was trained with them. ``attached`` is None for a whole model."""

    def __init__(self, attached: Attached | None, folder: Path, labels: Sequence[str]) -> None:
        """Read the head."""
        from safetensors.torch import load_file

        self.labels = tuple(labels)
        self._attached, self._weights = attached, load_file(folder / HEAD_FILE)

    @property
    def past_length(self) -> int:
        """As without the head."""
        return self._attached.past_length if self._attached is not None else 0

    def past(self) -> Any:
        """As without the head."""
        return self._attached.past() if self._attached is not None else None

    def embeddings(self) -> Any:
        """As without the head."""
        return self._attached.embeddings() if self._attached is not None else None

    def active(self) -> AbstractContextManager[None]:
        """As without the head."""
        return self._attached.active() if self._attached is not None else nullcontext()

    def classify(self, hidden: torch.Tensor) -> torch.Tensor:
        """Log-probabilities of the labels, float32, shape ``(rows, labels)``; ``hidden``: ``(rows, width)``."""
        import torch

        figures = torch.nn.functional.linear(hidden.float().cpu(), self._weights["weight"], self._weights["bias"])
        return figures.log_softmax(-1)


def with_head(attached: Attached | None, folder: Path, labels: Sequence[str]) -> Attached | None:
    """``attached`` with the artifact's head, if it has one."""
    return WithHead(attached, folder, labels) if (folder / HEAD_FILE).is_file() else attached
