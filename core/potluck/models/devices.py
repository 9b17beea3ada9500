"""Where a model computes, and in which precision. Plugins may use it."""

from __future__ import annotations

from pathlib import Path
from typing import Literal, TypeAlias

from potluck.errors import ModelError

Device: TypeAlias = Literal["auto", "cpu", "cuda"]
"""Where a model computes: ``auto`` is a graphics card where torch finds one (CUDA, ROCm), else the processor."""


# avx512_bf16 alone multiplies in bfloat16 and is slower than in float32 (docs/benchmarks/performance.md).
_FAST_IN_BFLOAT16 = "amx_bf16"


def resolve_device(device: Device) -> str:
    """The device that a setting ``device`` stands for: a name of torch's. Raises ``ModelError`` for a card that is not
    there."""
    if device == "cpu":
        return "cpu"
    import torch

    if torch.cuda.is_available():
        return "cuda"
    if device == "cuda":
        raise ModelError(
            "'cuda' was asked for, and torch finds no graphics card; leave it out, or install torch for it"
        )
    return "cpu"


def resolve_dtype(dtype: str, device: str = "cpu") -> str:
    """The precision that a setting ``dtype`` stands for: ``auto`` is the fastest of the device."""
    return fastest_dtype(device) if dtype == "auto" else dtype


def fastest_dtype(device: str = "cpu") -> str:
    """``bfloat16`` where the device is faster in it (a graphics card that has it, AMX), else ``float32``."""
    if device != "cpu":
        import torch

        return "bfloat16" if torch.cuda.is_bf16_supported() else "float32"
    try:
        processor = Path("/proc/cpuinfo").read_text(encoding="utf-8")
    except OSError:
        return "float32"
    return "bfloat16" if _FAST_IN_BFLOAT16 in processor else "float32"
