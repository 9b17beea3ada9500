"""One row through a wrapped model: logits of the places that tell an answer, and nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from potluck.tuning.method import LocalTuner, Virtual
from potluck.tuning.pack import Pack

if TYPE_CHECKING:
    import torch


def logits(method: LocalTuner, model: torch.nn.Module, pack: Pack) -> torch.Tensor:
    """Float32, shape ``(len(pack.predicting), vocabulary)``; with gradients where they are on."""
    base: Any = method.base(model)
    virtual = method.virtual(model)
    if virtual is None:
        given = {"input_ids": pack.ids[None], "position_ids": pack.positions[None], "attention_mask": pack.mask()}
        keep = pack.predicting
    elif virtual.cache is not None:
        given = {
            "input_ids": pack.ids[None],
            "position_ids": pack.positions[None] + virtual.length,
            "attention_mask": pack.mask(virtual.length),
            "past_key_values": virtual.cache,
        }
        keep = pack.predicting
    else:
        given = _embedded(base, virtual, pack)
        keep = pack.predicting + virtual.length
    found: torch.Tensor = base(**given, use_cache=False, logits_to_keep=keep).logits[0].float()
    return found


def _embedded(base: Any, virtual: Virtual, pack: Pack) -> dict[str, Any]:
    """Soft prompts in the place of tokens' embeddings, in front."""
    import torch

    assert virtual.embeddings is not None
    words = base.get_input_embeddings()(pack.ids[None])
    places = torch.cat([torch.arange(virtual.length), pack.positions + virtual.length])
    return {
        "inputs_embeds": torch.cat([virtual.embeddings.to(words.dtype), words], dim=1),
        "position_ids": places[None],
        "attention_mask": pack.mask(virtual.length, rows=True),
    }
