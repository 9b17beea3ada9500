"""Whether a training fits into the memory and onto the disk of this machine."""

from __future__ import annotations

import shutil
from pathlib import Path

from potluck.contracts import Estimate


def resource_problems(estimate: Estimate, folder: Path) -> list[str]:
    """Why a training would not fit on this machine, one sentence each; ``folder`` need not exist."""
    found = []
    free = _free_memory(estimate.device)
    if free is not None and estimate.memory > free:
        found.append(
            f"it takes about {_size(estimate.memory)} of memory{'' if estimate.device == 'cpu' else ' of the card'}, "
            f"and {_size(free)} are free: train fewer parameters, or a smaller model"
        )
    while not folder.exists():
        folder = folder.parent
    room = shutil.disk_usage(folder).free
    if estimate.disk > room:
        found.append(
            f"it takes about {_size(estimate.disk)} on disk, and {_size(room)} are free: make room in {folder}"
        )
    return found


def _free_memory(device: str) -> int | None:
    """Bytes that programs can have there; None if the system does not say."""
    if device != "cpu":
        import torch

        return int(torch.cuda.mem_get_info(device)[0])
    try:
        lines = Path("/proc/meminfo").read_text(encoding="ascii").splitlines()
    except OSError:
        return None
    return next((int(line.split()[1]) << 10 for line in lines if line.startswith("MemAvailable:")), None)


def _size(count: int) -> str:
    return f"{count / 2**30:,.1f} GiB" if count >= 2**30 else f"{count / 2**20:,.1f} MiB"
