"""Layers that are spread over processes are whole only while they compute."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import torch
import torch.distributed as dist

from potluck.models.loading import load_model
from potluck.tuning.sharding import is_sharded, shard


@pytest.fixture
def _alone() -> Iterator[None]:
    """A group of processes with one member."""
    dist.init_process_group("gloo", store=dist.HashStore(), rank=0, world_size=1)
    yield
    dist.destroy_process_group()


@pytest.mark.usefixtures("_alone")
def test_a_layer_is_let_go_of_as_soon_as_it_has_computed(model: Path) -> None:
    base = load_model(model, "float32")
    shard(base)
    layers, seen = base.model.layers, list[list[bool]]()

    def look(*_: object) -> None:
        seen.append([any(is_sharded(one) for one in layer.parameters()) for layer in layers])

    for layer in layers:
        layer.self_attn.register_forward_hook(look)
    loss = base(input_ids=torch.tensor([[0, 5, 6]])).logits.sum()
    look()
    assert seen == [[False, True], [True, False], [True, True]]
    loss.backward()
    assert all(is_sharded(one) and one.grad is not None for one in layers.parameters())
