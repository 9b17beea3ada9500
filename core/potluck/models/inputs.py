"""The arguments of a model's forward pass, by kind of model and release of transformers. Plugins may use it."""

from __future__ import annotations

from inspect import signature
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from potluck.contracts import Attached
from potluck.models.loading import kind_of_model


def encoder_inputs(model: Any, ids: Any, seen: Any, embeddings: Any = None) -> dict[str, Any]:
    """What a model that reads from both sides is given: tokens, or soft prompts before those of every row.

    ``ids`` and ``seen`` (1 where a token stands) have the shape ``(rows, length)``, ``embeddings``
    ``(1, positions, width)``.
    """
    import torch

    ids, seen = ids.to(model.device), seen.to(model.device)
    if embeddings is None:
        return {"input_ids": ids, "attention_mask": seen}
    words = model.get_input_embeddings()(ids)
    before = embeddings.to(words).expand(len(ids), -1, -1)
    seen = torch.cat([seen.new_ones(before.shape[:2]), seen], dim=1)
    return {"inputs_embeds": torch.cat([before, words], dim=1), "attention_mask": seen}


def hidden_state(model: Any, attached: Attached, ids: Any) -> Any:
    """What a model with something attached makes of one text, below its words, where a classification head reads it.

    ``ids`` has the shape ``(1, length)``, the result ``(1, width)``: of the last token, of a masked model the first.
    What is attached has to be active.
    """
    import torch

    if kind_of_model(model) == "masked":
        given = encoder_inputs(model, ids, torch.ones_like(ids), attached.embeddings())
        return model.base_model(**given).last_hidden_state[:, attached.past_length]
    given = decoder_inputs(model, ids, attached.past(), attached.past_length)
    return model.base_model(**given).last_hidden_state[:, -1]


def decoder_inputs(model: Any, ids: Any, past: Any = None, length: int = 0) -> dict[str, Any]:
    """What a causal model is given to read tokens, shape ``(1, n)``, behind the ``length`` places of ``past``."""
    import torch

    places = torch.arange(ids.shape[1], device=model.device)[None] + length
    return {"input_ids": ids.to(model.device), "position_ids": places, **cache_argument(model, past)}


def cache_argument(model: Any, past: Any) -> dict[str, Any]:
    """A cache as this release of transformers calls it: ``cache``, and before 5.24 ``past_key_values``."""
    return {"cache" if "cache" in signature(model.forward).parameters else "past_key_values": past}


def cache_of(output: Any) -> Any:
    """The cache that a model gave, by the same names."""
    return output.cache if hasattr(output, "cache") else output.past_key_values
