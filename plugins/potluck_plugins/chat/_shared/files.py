"""What a model's files are, for the fingerprint."""

from __future__ import annotations

import hashlib
from pathlib import Path

_DECISIVE = ("*.safetensors", "*.gguf", "*.json", "*.jinja", "*.model")


def digest(model: Path) -> str:
    """The SHA-256 of a model file, or of all files of a folder that decide what the model says."""
    paths = sorted({path for pattern in _DECISIVE for path in model.glob(pattern)}) if model.is_dir() else [model]
    whole = hashlib.sha256()
    for path in paths:
        with path.open("rb") as file:
            whole.update(f"{path.name} {hashlib.file_digest(file, 'sha256').hexdigest()}\n".encode())
    return whole.hexdigest()
