"""A batch through a wrapped model: only the logits at the places of an answer."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, TypeAlias

from potluck.models.inputs import cache_argument, encoder_inputs
from potluck.models.loading import kind_of_model
from potluck.tuning.encode import Encoded
from potluck.tuning.head import head_of
from potluck.tuning.method import Method, Virtual
from potluck.tuning.packed_batches import PackedBatch, packed_batches
from potluck.tuning.padded_batches import PaddedBatch, padded_batches

if TYPE_CHECKING:
    import torch

    Forward: TypeAlias = Callable[[PackedBatch | PaddedBatch], torch.Tensor]


def batches(
    method: Method, model: torch.nn.Module, examples: Sequence[Encoded], tokens: int
) -> Iterator[PackedBatch | PaddedBatch]:
    """The examples in batches of about ``tokens`` tokens, as this kind of model computes them."""
    base: Any = method.base(model)
    config, kind = base.config, kind_of_model(base)
    if kind == "causal":
        return packed_batches(examples, tokens, base.device)
    begin = config.decoder_start_token_id if kind == "seq2seq" else None
    return padded_batches(examples, tokens, config.pad_token_id or 0, begin, base.device)


def answer_logits(method: Method, model: torch.nn.Module, batch: PackedBatch | PaddedBatch) -> torch.Tensor:
    """Float32, shape ``(targets, vocabulary)``; with gradients if they are on."""
    base: Any = method.base(model)
    virtual = method.virtual(model)
    return (
        _packed_logits(base, virtual, batch) if isinstance(batch, PackedBatch) else _padded_logits(base, virtual, batch)
    )


def make_forward(method: Method, model: torch.nn.Module, autocast: bool, device: str) -> Forward:
    """What computes a wrapped model's logits; with ``autocast`` in bfloat16 where its weights are float32."""
    import torch

    def forward(batch: PackedBatch | PaddedBatch) -> torch.Tensor:
        with torch.autocast(torch.device(device).type, torch.bfloat16, enabled=autocast):
            return answer_logits(method, model, batch)

    return forward


def _padded_logits(base: Any, virtual: Virtual | None, rows: PaddedBatch) -> torch.Tensor:
    assert virtual is None or virtual.embeddings is not None, "methods with a cache are refused for such models"
    given = encoder_inputs(base, rows.ids, rows.seen, virtual.embeddings if virtual is not None else None)
    before = virtual.length if virtual is not None else 0
    if rows.decoder is not None:
        given, before = {**given, "decoder_input_ids": rows.decoder}, 0
    row, place = rows.predicting
    classify = head_of(base)
    if classify is not None:
        told: torch.Tensor = classify(base.base_model(**given).last_hidden_state[row, place + before].float())
        return told
    found: torch.Tensor = base(**given).logits[row, place + before].float()
    return found


def _packed_logits(base: Any, virtual: Virtual | None, pack: PackedBatch) -> torch.Tensor:
    if virtual is None:
        given = {"input_ids": pack.ids[None], "position_ids": pack.positions[None], "attention_mask": pack.mask()}
        keep = pack.predicting
    elif virtual.cache is not None:
        given = {
            "input_ids": pack.ids[None],
            "position_ids": pack.positions[None] + virtual.length,
            "attention_mask": pack.mask(virtual.length),
            **cache_argument(base, virtual.cache),
        }
        keep = pack.predicting
    else:
        given = _embedded_inputs(base, virtual, pack)
        keep = pack.predicting + virtual.length
    classify = head_of(base)
    if classify is not None:
        hidden = base.base_model(**given, use_cache=False).last_hidden_state[0, keep]
        told: torch.Tensor = classify(hidden.float())
        return told
    found: torch.Tensor = base(**given, use_cache=False, logits_to_keep=keep).logits[0].float()
    return found


def _embedded_inputs(base: Any, virtual: Virtual, pack: PackedBatch) -> dict[str, Any]:
    """Soft prompts in the place of tokens' embeddings, in front."""
    import torch

    assert virtual.embeddings is not None
    words = base.get_input_embeddings()(pack.ids[None])
    places = torch.cat([torch.arange(virtual.length, device=words.device), pack.positions + virtual.length])
    return {
        "inputs_embeds": torch.cat([virtual.embeddings.to(words), words], dim=1),
        "position_ids": places[None],
        "attention_mask": pack.mask(virtual.length, rows=True),
    }
