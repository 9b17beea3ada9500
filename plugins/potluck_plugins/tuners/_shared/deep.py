"""Keys and values before the text in every layer: what prefix-tuning and P-tuning v2 share."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from potluck.contracts import TuningRequest
from potluck.models.inputs import cache_of
from potluck.models.tokenizer import embedding_rows
from potluck.tuning import PeftTuner, TunerConfig
from potluck.tuning.attached import flatten_cache
from potluck_plugins.tuners._shared.starts import Start, on_meta, tokens


class DeepConfig(TunerConfig):
    """Settings of trained keys and values in all layers."""

    num_virtual_tokens: int = Field(default=20, ge=1)
    """Positions that stand before every text."""

    prefix_projection: bool = False
    """Train a small network that the keys and values come from (reparameterisation); only they are kept."""

    encoder_hidden_size: int | None = Field(default=None, ge=1)
    """The width of that network; the model's own if left out."""

    init: Start = "text"
    """Their initial values: those that the model itself computes for words of a text, of the labels, or any words of
    the vocabulary; or random numbers. A network always begins at random."""

    init_text: str = ""
    """The text to begin with; an instruction if left out."""


class DeepTuner(PeftTuner):
    """Trains keys and values of all layers."""

    config: DeepConfig

    def peft_config(self, model: Any, request: TuningRequest, tokenizer: Any) -> Any:
        """PEFT's settings of prefix-tuning."""
        from peft import PrefixTuningConfig

        return PrefixTuningConfig(
            num_virtual_tokens=self.config.num_virtual_tokens,
            prefix_projection=self.config.prefix_projection,
            encoder_hidden_size=self.config.encoder_hidden_size,
            task_type="CAUSAL_LM",
        )

    def wrap(self, model: Any, request: TuningRequest, tokenizer: Any) -> Any:
        """PEFT's model, with the wanted beginning."""
        import torch

        begin = None
        if self.config.init != "random" and not self.config.prefix_projection and not on_meta(model):
            length = self.config.num_virtual_tokens
            words = tokens(self.config.init, self.config.init_text, length, request, tokenizer, embedding_rows(model))
            with torch.no_grad():
                ids = torch.tensor([words], device=model.device)
                begin = flatten_cache(cache_of(model(input_ids=ids, use_cache=True)))
        wrapped = super().wrap(model, request, tokenizer)
        if begin is not None:
            with torch.no_grad():
                wrapped.prompt_encoder["default"].embedding.weight.copy_(begin)
        return wrapped
