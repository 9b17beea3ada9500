"""The licence of a model, as far as its own files say; it is never guessed."""

from __future__ import annotations

import re
from pathlib import Path

from potluck.models.gguf_fields import read_field

_CARD = "README.md"
_KEY = "general.license"
_FRONT = re.compile(r"\A---\s*\n(.*?)\n---\s*$", re.DOTALL | re.MULTILINE)
_LICENCE = re.compile(r"^license:\s*[\"']?([^\"'\n#]+?)[\"']?\s*$", re.MULTILINE)


def licence_of(path: Path) -> str:
    """What a GGUF file, or the model card of a folder, calls its licence (``apache-2.0``); empty if none is named.

    Raises ``OSError`` for a file that cannot be read.
    """
    if path.is_file() and path.suffix.lower() == ".gguf":
        return " ".join(read_field(path, _KEY).split())
    card = path / _CARD
    if not card.is_file():
        return ""
    front = _FRONT.search(card.read_text(encoding="utf-8", errors="replace"))
    found = _LICENCE.search(front[1]) if front else None
    return found[1].strip() if found else ""
