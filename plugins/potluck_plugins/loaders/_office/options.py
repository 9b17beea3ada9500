"""Options of the readers of office files: what to read besides the text itself."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ReadOptions:
    """The recipe's choices; a reader counts what it leaves out."""

    comments: bool = False
    """Read reviewers' comments."""

    hidden: bool = False
    """Read hidden text, rows, columns, sheets and slides."""
