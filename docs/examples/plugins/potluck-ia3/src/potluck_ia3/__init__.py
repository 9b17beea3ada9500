"""IA3 (Liu et al. 2022, *Few-Shot Parameter-Efficient Fine-Tuning*), by PEFT (Apache-2.0).

Keys, values and the inner activations of the feed-forward part are multiplied by learned vectors:
softmax(Q (l_k * K)^T) (l_v * V), and (l_ff * f(W1 x)) W2. The vectors begin as ones: nothing
is changed before the first step. A layer has three of them, and nothing else is trained.
"""

from __future__ import annotations

from typing import Any

import potluck
from potluck.contracts import TuningRequest
from potluck.tuning import PeftTuner, TunerConfig


class Ia3Config(TunerConfig):
    """Settings of ``ia3``, with PEFT's names. The method itself has none."""

    target_modules: tuple[str, ...] | None = None
    """The layers whose outputs are multiplied, by the ends of their names; if left out those that
    PEFT knows for the architecture."""

    feedforward_modules: tuple[str, ...] | None = None
    """Those among them whose inputs are multiplied instead."""


class Ia3Tuner(PeftTuner):
    """Trains the vectors that some layers are multiplied by."""

    config: Ia3Config
    family = "factors of keys, values and feed-forward parts"
    mergeable = True
    default_learning_rate = 3e-3

    def peft_config(self, model: Any, request: TuningRequest, tokenizer: Any) -> Any:
        """PEFT's settings of the method."""
        from peft import IA3Config

        return IA3Config(
            target_modules=_listed(self.config.target_modules),
            feedforward_modules=_listed(self.config.feedforward_modules),
            task_type="CAUSAL_LM",
        )


def _listed(names: tuple[str, ...] | None) -> list[str] | None:
    return None if names is None else list(names)


@potluck.hookimpl
def potluck_tuner() -> potluck.Offer[Ia3Tuner]:
    """Offer the tuner."""
    return potluck.Offer(
        "IA3: learned factors of keys, values and feed-forward parts",
        Ia3Config,
        Ia3Tuner,
        contract=1,
    )
