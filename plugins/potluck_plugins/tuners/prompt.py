"""Prompt tuning (Lester et al. 2021, *The Power of Scale for Parameter-Efficient Prompt Tuning*), by PEFT (Apache-2.0).

Some embeddings P stand before those of the text X, and only they are trained: Pr(Y | [P; X]).
"""

from __future__ import annotations

from typing import Any

from pydantic import Field

import potluck
from potluck.contracts import TuningRequest
from potluck.models.tokenizer import embedding_rows
from potluck.tuning import PeftTuner, TunerConfig
from potluck_plugins.tuners._shared.starts import Start, on_meta, tokens


class PromptConfig(TunerConfig):
    """Settings of prompt tuning."""

    num_virtual_tokens: int = Field(default=20, ge=1)
    """Positions that stand before every text."""

    init: Start = "text"
    """Their initial values: words of a text, of the labels, any words of the vocabulary, or random numbers."""

    init_text: str = ""
    """The text to begin with; an instruction if left out."""


class Prompt(PeftTuner):
    """Trains embeddings that stand before the text."""

    config: PromptConfig
    family = "in front of the text, in the input layer"
    kinds = frozenset({"causal", "masked", "seq2seq"})
    default_learning_rate = 0.3

    def peft_config(self, model: Any, request: TuningRequest, tokenizer: Any) -> Any:
        """PEFT's settings of prompt tuning."""
        from peft import PromptTuningConfig

        return PromptTuningConfig(num_virtual_tokens=self.config.num_virtual_tokens, task_type="CAUSAL_LM")

    def wrap(self, model: Any, request: TuningRequest, tokenizer: Any) -> Any:
        """PEFT's model, with the wanted beginning."""
        import torch

        wrapped = super().wrap(model, request, tokenizer)
        if self.config.init != "random" and not on_meta(model):
            length = self.config.num_virtual_tokens
            words = tokens(self.config.init, self.config.init_text, length, request, tokenizer, embedding_rows(model))
            known = model.get_input_embeddings().weight
            with torch.no_grad():
                begin = known[torch.tensor(words, device=known.device)]
                wrapped.prompt_encoder["default"].embedding.weight.copy_(begin)
        return wrapped


@potluck.hookimpl
def potluck_tuner() -> potluck.Offer[Prompt]:
    """Offer the tuner."""
    return potluck.Offer(
        "prompt tuning: trained embeddings before the text",
        PromptConfig,
        Prompt,
        requires=("torch", "transformers", "peft"),
        extra="tune",
    )
