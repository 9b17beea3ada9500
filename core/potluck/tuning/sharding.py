"""A model's layers spread over the processes that train together: each keeps a part of every weight of a layer, of its
gradient, and of the optimiser's state (Zhao et al. 2023, *PyTorch FSDP*; ``torch.distributed.fsdp.fully_shard``).

A layer's weights are gathered when it computes, and let go of again. What stands outside the layers is whole in every
process.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from potluck.errors import Unsupported

if TYPE_CHECKING:
    import torch


def shard(base: Any) -> None:
    """Spread the layers of a transformers model, with what a method has put into them.

    Raises ``Unsupported`` for a model that does not name its layers.
    """
    import torch.distributed as dist
    from torch.distributed.device_mesh import init_device_mesh
    from torch.distributed.fsdp import fully_shard

    named = base._no_split_modules or ()
    layers: list[Any] = [one for one in base.modules() if type(one).__name__ in named]
    if not layers:
        raise Unsupported(f"training.fsdp: {type(base).__name__} does not say what its layers are")
    mesh = init_device_mesh(base.device.type, (dist.get_world_size(),))
    for layer in layers:
        fully_shard(layer, mesh=mesh, reshard_after_forward=True)  # no layer is another's: torch would keep all whole
        layer.set_gradient_divide_factor(1.0)  # a step's loss is divided by its tokens already
        layer.set_force_sum_reduction_for_comms(True)


def is_sharded(tensor: torch.Tensor) -> bool:
    """Whether a process holds a part of it only."""
    from torch.distributed.tensor import DTensor

    return isinstance(tensor, DTensor)


def full_tensor(tensor: Any) -> torch.Tensor:
    """All of a tensor; of one that is spread, all processes have to ask."""
    found: torch.Tensor = tensor.full_tensor() if is_sharded(tensor) else tensor
    return found


def shard_like(tensor: torch.Tensor, other: Any) -> torch.Tensor:
    """A whole tensor spread as ``other`` is."""
    if not is_sharded(other) or tensor.shape != other.shape:
        return tensor
    from torch.distributed.tensor import distribute_tensor

    return distribute_tensor(tensor.to(other.device), other.device_mesh, other.placements)


def clip_gradients(parameters: Sequence[torch.nn.Parameter], limit: float) -> float:
    """Scale gradients so that their norm is at most ``limit``; the norm before."""
    import torch
    import torch.distributed as dist

    grads: list[Any] = [one.grad for one in parameters if one.grad is not None]
    if not any(is_sharded(one) for one in grads):
        return float(torch.nn.utils.clip_grad_norm_(parameters, limit))
    parts = torch.stack([one.to_local().float().square().sum() for one in grads if is_sharded(one)]).sum()
    dist.all_reduce(parts)
    norm = float((parts + sum(one.float().square().sum() for one in grads if not is_sharded(one))).sqrt())
    if norm > limit:
        for one in grads:
            one.mul_(limit / (norm + 1e-6))
    return norm


def parameter_groups(parameters: Iterable[torch.nn.Parameter]) -> list[dict[str, Any]]:
    """The parameter groups of an optimiser, which cannot compute with whole tensors and parts at once."""
    known = list(parameters)
    parts, rest = [one for one in known if is_sharded(one)], [one for one in known if not is_sharded(one)]
    return [{"params": group} for group in (rest, parts) if group]
