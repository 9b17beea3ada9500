"""Layers that are spread over processes are whole only while they compute."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import torch
import torch.distributed as dist

from potluck.models.loading import load_model
from potluck.tuning.sharding import clip_gradients, full_tensor, is_sharded, shard


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


@pytest.mark.usefixtures("_alone")
def test_gradients_of_spread_layers_are_those_of_whole_ones(model: Path) -> None:
    """A step's loss is divided by its tokens already: nothing else is divided."""
    found = []
    for spread in (False, True):
        base = load_model(model, "float32")
        if spread:
            shard(base)
        base(input_ids=torch.tensor([[0, 5, 6]])).logits.sum().backward()
        found.append({name: full_tensor(one.grad) for name, one in base.named_parameters() if one.grad is not None})

    whole, parts = found
    assert whole.keys() == parts.keys()
    for name, gradient in whole.items():
        torch.testing.assert_close(parts[name], gradient, rtol=1e-3, atol=1e-4 * float(gradient.abs().max()))


@pytest.mark.usefixtures("_alone")
def test_the_norm_of_spread_gradients_is_that_of_whole_ones_and_is_limited(model: Path) -> None:
    norms, limited = [], []
    for spread in (False, True):
        base = load_model(model, "float32")
        if spread:
            shard(base)
        base(input_ids=torch.tensor([[0, 5, 6]])).logits.sum().backward()
        norms.append(clip_gradients(list(base.parameters()), 0.5))
        grads = [full_tensor(one.grad) for one in base.parameters() if one.grad is not None]
        limited.append(float(torch.stack([one.square().sum() for one in grads]).sum().sqrt()))

    assert norms[0] > 0.5
    assert norms[1] == pytest.approx(norms[0], rel=1e-3)
    assert limited == pytest.approx([0.5, 0.5], rel=1e-3)
