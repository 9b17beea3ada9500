"""Several processes that train together, as ``torchrun`` and ``accelerate launch`` start them.

Each computes a part of a step's examples; the gradients are summed before the step, so that the result is that of one
process with all examples.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from potluck.models.devices import Device, resolve_device

if TYPE_CHECKING:
    import torch

T = TypeVar("T")


def is_main_process() -> bool:
    """Whether this process was started alone, or is the first of several: the one that writes and speaks."""
    return os.environ.get("RANK", "0") == "0"


@dataclass(frozen=True, slots=True)
class Processes:
    """This process is number ``rank`` of ``count``, and computes on ``device``, a name of torch's."""

    rank: int = 0
    count: int = 1
    device: str = "cpu"

    @classmethod
    def join(cls, device: Device = "cpu") -> Processes:
        """Join the others, if this process was started with others: the variables RANK and WORLD_SIZE say so.

        Of several graphics cards each process takes its own, by LOCAL_RANK.
        """
        count, where = int(os.environ.get("WORLD_SIZE", "1")), resolve_device(device)
        if count <= 1:
            return cls(device=where)
        import torch.distributed as dist

        if where != "cpu":
            import torch

            where = f"{where}:{os.environ.get('LOCAL_RANK', '0')}"
            torch.cuda.set_device(where)
        if not dist.is_initialized():
            dist.init_process_group("gloo" if where == "cpu" else "nccl")
        return cls(dist.get_rank(), dist.get_world_size(), where)

    @property
    def first(self) -> bool:
        """Whether this process writes the files."""
        return self.rank == 0

    def share(self, items: Sequence[T]) -> Sequence[T]:
        """This process's part: every ``count``-th item."""
        return items[self.rank :: self.count]

    def sum_over_all(self, tensors: Iterable[torch.Tensor]) -> None:
        """Replace each tensor by its sum over all processes."""
        if self.count > 1:
            import torch.distributed as dist

            for tensor in tensors:
                dist.all_reduce(tensor)

    def max_over_all(self, number: int) -> int:
        """The largest that any process has of a number."""
        if self.count <= 1:
            return number
        import torch
        import torch.distributed as dist

        found = torch.tensor(number, device=self.device)
        dist.all_reduce(found, dist.ReduceOp.MAX)
        return int(found)

    def wait(self) -> None:
        """Until all are here."""
        if self.count > 1:
            import torch.distributed as dist

            dist.barrier()
