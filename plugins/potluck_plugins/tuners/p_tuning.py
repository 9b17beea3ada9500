"""P-tuning (Liu et al. 2021, *GPT Understands, Too*), by PEFT (Apache-2.0).

Pseudo tokens before the text get their embeddings from a small network (equation 5: an LSTM with an MLP behind it),
so that they depend on each other. Anchors are real words among them, which are not trained. After training only the
embeddings are kept: the network is gone.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

from pydantic import Field

import potluck
from potluck.contracts import TuningRequest
from potluck.models.tokenizer import check_rows, embedding_rows
from potluck.tuning import PeftTuner, TunerConfig, Virtual, prompt_of


class PTuningConfig(TunerConfig):
    """Settings of P-tuning."""

    num_virtual_tokens: int = Field(default=20, ge=1)
    """Pseudo tokens that stand before every text."""

    encoder_reparameterization_type: Literal["LSTM", "MLP"] = "LSTM"
    """The network that their embeddings come from."""

    encoder_hidden_size: int = Field(default=256, ge=1)
    """The network's width."""

    encoder_num_layers: int = Field(default=2, ge=1)
    """The network's layers, of an LSTM."""

    encoder_dropout: float = Field(default=0.0, ge=0, lt=1)
    """The part of the network's values that is left out in a step."""

    anchors: Mapping[int, str] = Field(default_factory=dict)
    """Real words among the pseudo tokens: after how many of them which text stands."""


class PTuning(PeftTuner):
    """Trains a network that gives the embeddings before the text."""

    config: PTuningConfig
    family = "in front of the text, in the input layer, by a network"
    kinds = frozenset({"causal", "masked", "seq2seq"})
    default_learning_rate = 5e-3

    def peft_config(self, model: Any, request: TuningRequest, tokenizer: Any) -> Any:
        """PEFT's settings of P-tuning."""
        from peft import PromptEncoderConfig

        config = self.config
        return PromptEncoderConfig(
            num_virtual_tokens=config.num_virtual_tokens,
            encoder_reparameterization_type=config.encoder_reparameterization_type,
            encoder_hidden_size=config.encoder_hidden_size,
            encoder_num_layers=config.encoder_num_layers,
            encoder_dropout=config.encoder_dropout,
            task_type="CAUSAL_LM",
        )

    def wrap(self, model: Any, request: TuningRequest, tokenizer: Any) -> Any:
        """PEFT's model, with the anchors' tokens."""
        wrapped = super().wrap(model, request, tokenizer)
        wrapped.anchors = {
            place: tokenizer(text, add_special_tokens=False)["input_ids"]
            for place, text in sorted(self.config.anchors.items())
        }
        used = (token for ids in wrapped.anchors.values() for token in ids)
        check_rows(used, tokenizer, embedding_rows(self.base(wrapped)), str(request.model))
        return wrapped

    def virtual(self, model: Any) -> Virtual:
        """The network's embeddings, with the anchors among them."""
        import torch

        prompt, words = prompt_of(model), self.base(model).get_input_embeddings().weight
        parts, done = [], 0
        for place, ids in model.anchors.items():
            parts += [prompt[done:place], words[torch.tensor(ids, device=words.device)].to(prompt.dtype)]
            done = min(place, len(prompt))
        whole = torch.cat([*parts, prompt[done:]])
        return Virtual(len(whole), embeddings=whole[None])

    def save(self, model: Any, folder: Path) -> None:
        """The embeddings, in the form of prompt tuning: what was trained to give them is not needed any more."""
        from peft import PromptTuningConfig
        from safetensors.torch import save_file

        model.eval()
        whole = self.virtual(model).embeddings
        assert whole is not None
        save_file({"prompt_embeddings": whole[0].detach().float().contiguous()}, folder / "adapter_model.safetensors")
        kept = PromptTuningConfig(
            num_virtual_tokens=whole.shape[1],
            token_dim=whole.shape[2],
            num_transformer_submodules=1,
            num_layers=self.base(model).config.num_hidden_layers,
            num_attention_heads=self.base(model).config.num_attention_heads,
            task_type="CAUSAL_LM",
            inference_mode=True,
        )
        kept.save_pretrained(str(folder))


@potluck.hookimpl
def potluck_tuner() -> potluck.Offer[PTuning]:
    """Offer the tuner."""
    summary = "P-tuning: embeddings before the text, given by a small network"
    return potluck.Offer(summary, PTuningConfig, PTuning, requires=("torch", "transformers", "peft"), extra="tune")
