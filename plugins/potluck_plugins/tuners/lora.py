"""LoRA (Hu et al. 2021, *LoRA: Low-Rank Adaptation of Large Language Models*, equation 3), by PEFT (Apache-2.0).

A frozen matrix W gets a product of two small ones beside it: h = W x + (alpha / r) B A x. ``r`` is the rank of that
product, not a number of attention heads. B begins at zero, so that nothing is changed before the first step.
"""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

import potluck
from potluck.contracts import TuningRequest
from potluck.tuning import PeftTuner, TunerConfig


class LoraConfig(TunerConfig):
    """Settings of LoRA, with PEFT's names."""

    r: int = Field(default=8, ge=1)
    """The rank of what is added to a matrix."""

    lora_alpha: float = Field(default=16, gt=0)
    """The addition is multiplied by this, divided by the rank."""

    lora_dropout: float = Field(default=0.0, ge=0, lt=1)
    """The part of a layer's input that what is added does not see in a step."""

    bias: Literal["none", "all", "lora_only"] = "none"
    """Which biases are trained as well."""

    target_modules: tuple[str, ...] | Literal["all-linear"] | None = None
    """The layers that get something added, by the ends of their names; if left out those that PEFT knows as usual for
    the architecture, which are the query and value matrices of attention in most."""

    use_rslora: bool = False
    """Divide by the root of the rank (Kalajdzievski 2023)."""

    use_dora: bool = False
    """Train the lengths of the columns apart from their directions (DoRA, Liu et al. 2024)."""


class Lora(PeftTuner):
    """Trains low-rank additions to some layers."""

    config: LoraConfig
    mergeable = True
    family = "added to the matrices of chosen layers"
    kinds = frozenset({"causal", "masked", "seq2seq"})
    default_learning_rate = 5e-4

    def peft_config(self, model: Any, request: TuningRequest, tokenizer: Any) -> Any:
        """PEFT's settings of LoRA."""
        from peft import LoraConfig as Settings

        config = self.config
        targets = config.target_modules
        return Settings(
            r=config.r,
            lora_alpha=config.lora_alpha,
            lora_dropout=config.lora_dropout,
            bias=config.bias,
            target_modules=list(targets) if isinstance(targets, tuple) else targets,
            use_rslora=config.use_rslora,
            use_dora=config.use_dora,
            task_type="CAUSAL_LM",
        )


@potluck.hookimpl
def potluck_tuner() -> potluck.Offer[Lora]:
    """Offer the tuner."""
    return potluck.Offer(
        "LoRA: low-rank additions to matrices",
        LoraConfig,
        Lora,
        requires=("torch", "transformers", "peft"),
        extra="tune",
    )
