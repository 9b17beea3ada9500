"""Full fine-tuning: every weight is trained. The yardstick of the other methods; it takes the most memory and disk."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import potluck
from potluck.contracts import Attached, TuningRequest
from potluck.errors import Unsupported
from potluck.tuning import LocalTuner, TunerConfig


class FullConfig(TunerConfig):
    """Settings of full fine-tuning."""


class Full(LocalTuner):
    """Trains all weights."""

    config: FullConfig
    family = "everywhere: all weights"
    whole = True
    trains_base = True
    kinds = frozenset({"causal", "masked", "seq2seq"})
    default_learning_rate = 3e-5

    def wrap(self, model: Any, request: TuningRequest, tokenizer: Any) -> Any:
        """The model itself."""
        return model.requires_grad_(True)

    def save(self, model: Any, folder: Path) -> None:
        """A whole model folder, as transformers saves it."""
        model.save_pretrained(str(folder))

    def attach(self, model: Any, folder: Path) -> Attached:
        """There is nothing to be put on a base: the result is loaded instead of it."""
        raise Unsupported("the result of full fine-tuning is a whole model: load it instead of the base")


@potluck.hookimpl
def potluck_tuner() -> potluck.Offer[Full]:
    """Offer the tuner."""
    return potluck.Offer(
        "full fine-tuning: every weight", FullConfig, Full, requires=("torch", "transformers"), extra="tune"
    )
