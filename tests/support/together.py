"""Processes that train, in a moment: they are forked from one that has loaded the libraries."""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

from support import tuning

_LOADED = [
    "torch._dynamo",
    "torch.distributed.fsdp",
    "transformers.models.llama.modeling_llama",
    "potluck.tuning.training",
    "peft",
]


def train_in_two(kind: str, model: Path, folder: Path, settings: dict[str, Any]) -> list[float]:
    """Train a tuner of ``support.tuning`` in two processes, which see what ``torchrun`` tells them; the losses."""
    folder.mkdir(exist_ok=True)
    (folder / "meeting").unlink(missing_ok=True)
    context = _context()
    both = [context.Process(target=_member, args=(rank, kind, model, folder, settings)) for rank in range(2)]
    for one in both:
        one.start()
    for one in both:
        one.join()
    assert [one.exitcode for one in both] == [0, 0]
    return [float(loss) for loss in (folder / "losses").read_text().split()]


def train_killed(model: Path, folder: Path, moment: str, after: int, settings: dict[str, Any]) -> int | None:
    """Train ``Lora`` in a process that kills itself before it does something once more; its exit status.

    ``moment`` is what it does: "replace" or "fsync" of ``os``, or else a step of the optimiser.
    """
    process = _context().Process(target=_killed, args=(model, folder, moment, after, settings))
    process.start()
    process.join()
    return process.exitcode


def _killed(model: Path, folder: Path, moment: str, after: int, settings: dict[str, Any]) -> None:
    import torch

    left = after

    def dying(function: Callable[..., Any]) -> Callable[..., Any]:
        def call(*arguments: Any, **more: Any) -> Any:
            nonlocal left
            left -= 1
            if left < 0:
                os.kill(os.getpid(), signal.SIGKILL)
            return function(*arguments, **more)

        return call

    torch.set_num_threads(1)
    owner: Any = os if moment in ("replace", "fsync") else torch.optim.AdamW
    setattr(owner, moment, dying(getattr(owner, moment)))
    tuning.tune(tuning.Lora, model, folder, tuning.colours(12), **settings)


def _context() -> Any:
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(_LOADED)
    return context


def _member(rank: int, kind: str, model: Path, folder: Path, settings: dict[str, Any]) -> None:
    import torch
    import torch.distributed as dist

    os.environ.update(RANK=str(rank), LOCAL_RANK=str(rank), WORLD_SIZE="2")
    torch.set_num_threads(1)
    meeting, wait = (folder / "meeting").as_uri(), timedelta(seconds=60)
    dist.init_process_group("gloo", init_method=meeting, rank=rank, world_size=2, timeout=wait)
    done = tuning.tune(getattr(tuning, kind), model, folder, tuning.colours(17), **settings)
    dist.destroy_process_group()
    if rank == 0:
        (folder / "losses").write_text(" ".join(map(str, done.losses)))
