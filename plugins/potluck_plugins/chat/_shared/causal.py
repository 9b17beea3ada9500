"""Loading causal and masked language models of the transformers library, without a hub, pickle or foreign code."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from potluck.errors import ModelNotFound

_COMPUTES_BFLOAT16 = ("avx512_bf16", "amx_bf16")


_SHARED: dict[tuple[object, ...], list[Any]] = {}
"""Models that are loaded, with their tokenizers, and how many chat models answer with each."""


def shared(folder: Path, dtype: str) -> tuple[Any, Any]:
    """Like ``load``, but loaded once in a process, however many answer with it; ``release`` it afterwards."""
    # Files that have changed since are another model.
    states = ((path.name, path.stat()) for path in sorted(folder.iterdir()) if path.is_file())
    key = (folder.resolve(), dtype, *((name, state.st_size, state.st_mtime_ns) for name, state in states))
    if key not in _SHARED:
        _SHARED[key] = [load(folder, dtype), 0]
    _SHARED[key][1] += 1
    both: tuple[Any, Any] = _SHARED[key][0]
    return both


def release(model: Any) -> None:
    """Let go of a shared model; the last one frees it."""
    for key, (both, users) in list(_SHARED.items()):
        if both[0] is model:
            _SHARED[key][1] = users - 1
            if users <= 1:
                del _SHARED[key]


def load(folder: Path, dtype: str, *, masked: bool = False) -> tuple[Any, Any]:
    """The model and its tokenizer, from a folder of safetensors.

    ``masked`` asks for a model that fills gaps. Raises ``ModelNotFound`` for files that are damaged, pickled, ask for
    code of their own, or hold another kind of model.
    """
    os.environ["HF_HUB_OFFLINE"] = os.environ["HF_HUB_DISABLE_TELEMETRY"] = "1"
    import torch
    from transformers import AutoModelForCausalLM, AutoModelForMaskedLM, AutoTokenizer
    from transformers.utils import logging

    logging.disable_progress_bar()
    logging.set_verbosity_error()
    settings: dict[str, Any] = {"local_files_only": True, "trust_remote_code": False}
    weights = {"dtype": getattr(torch, dtype), "use_safetensors": True}
    auto = AutoModelForMaskedLM if masked else AutoModelForCausalLM
    try:
        tokenizer = AutoTokenizer.from_pretrained(folder, **settings)
        model, said = auto.from_pretrained(folder, output_loading_info=True, **weights, **settings)
    except Exception as error:  # several libraries read the files, each with errors of its own
        raise ModelNotFound(f"{folder} could not be loaded by transformers: {error}") from error
    if missing := sorted(said["missing_keys"]):
        raise ModelNotFound(
            f"{folder} lacks weights that this kind of model needs ({missing[0]}, {len(missing)} in all)"
        )
    return model.eval(), tokenizer


def fastest() -> str:
    """``bfloat16`` where the processor computes in it, else ``float32``."""
    try:
        processor = Path("/proc/cpuinfo").read_text(encoding="utf-8")
    except OSError:
        return "float32"
    return "bfloat16" if any(flag in processor for flag in _COMPUTES_BFLOAT16) else "float32"
