"""Embeddings that a model ties to its output: one matrix in two places, which additions and merging treat as two.

PEFT's ``ensure_weight_tying`` does not help: with release 0.21 what it saves does not give the trained model again.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

_ADVICE = (
    "Model has `tie_word_embeddings=True`",
    "Model with `tie_word_embeddings=True`",
    "Setting `save_embedding_layers` to `True`",
    "Input and output embeddings are no longer tied",
)


def tied_targets(model: Any) -> list[str]:
    """The names of layers with additions whose weights stand in another layer too, in the order of the model."""
    from peft.tuners.tuners_utils import BaseTunerLayer

    places: dict[int, set[str]] = {}
    targets: dict[str, int] = {}
    for name, module in model.named_modules():
        weight = getattr(module, "_parameters", {}).get("weight")
        if weight is not None:
            places.setdefault(id(weight), set()).add(name.removesuffix(".base_layer"))
        if isinstance(module, BaseTunerLayer) and getattr(module.get_base_layer(), "weight", None) is not None:
            targets[name] = id(module.get_base_layer().weight)
    return [name.rpartition(".")[2] for name, weight in targets.items() if len(places.get(weight, ())) > 1]


def untie(model: Any) -> None:
    """Give a model's output a matrix of its own, with the values of the embeddings."""
    import torch

    output = model.get_output_embeddings()
    output = output.get_base_layer() if hasattr(output, "get_base_layer") else output
    output.weight = torch.nn.Parameter(output.weight.detach().clone())
    model.config.tie_word_embeddings = False


@contextmanager
def without_tying_advice() -> Iterator[None]:
    """Keep PEFT's own words about tied weights from the user, who is told before training."""
    with warnings.catch_warnings():
        for beginning in _ADVICE:
            warnings.filterwarnings("ignore", message=beginning)
        yield
