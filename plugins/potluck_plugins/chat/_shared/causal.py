"""Causal language models of the transformers library that several chat models answer with."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from potluck.models.loading import load_model, load_tokenizer

_SHARED: dict[tuple[object, ...], list[Any]] = {}
"""Models that are loaded, with their tokenizers, and how many chat models answer with each."""


def acquire_model(folder: Path, dtype: str, device: str = "cpu") -> tuple[Any, Any]:
    """The model of a folder and its tokenizer, loaded once in a process, however many answer with it.

    ``release_model`` it afterwards. Raises what ``load_model`` raises.
    """
    # Files that have changed since are another model.
    states = ((path.name, path.stat()) for path in sorted(folder.iterdir()) if path.is_file())
    key = (folder.resolve(), dtype, device, *((name, state.st_size, state.st_mtime_ns) for name, state in states))
    if key not in _SHARED:
        _SHARED[key] = [(load_model(folder, dtype, device=device), load_tokenizer(folder)), 0]
    _SHARED[key][1] += 1
    both: tuple[Any, Any] = _SHARED[key][0]
    return both


def release_model(model: Any) -> None:
    """Let go of a shared model; the last one frees it."""
    for key, (both, users) in list(_SHARED.items()):
        if both[0] is model:
            _SHARED[key][1] = users - 1
            if users <= 1:
                del _SHARED[key]
