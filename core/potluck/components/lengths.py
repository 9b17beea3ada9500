"""The length of the vectors from a service that has changed the model behind a name.

Nothing else shows that a remote model was replaced, so the length becomes part of the embedder's fingerprint.
"""

from __future__ import annotations

import json
from pathlib import Path

from potluck.atomic_files import write_atomically

_NAME = "lengths.json"


def read_lengths(folder: Path) -> dict[str, int]:
    """The lengths by the embedder's fingerprint; none if no model was changed."""
    try:
        held = json.loads((folder / _NAME).read_text(encoding="utf-8"))
        return {str(name): int(length) for name, length in held.items()}
    except (OSError, ValueError, TypeError, AttributeError):
        return {}


def keep_length(folder: Path, fingerprint: str, length: int) -> None:
    """Keep the length that an embedder gives now."""
    write_atomically(folder / _NAME, json.dumps({**read_lengths(folder), fingerprint: length}).encode() + b"\n")
