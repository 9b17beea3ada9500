"""What a command has done, as far as its run's manifest says more than the recipe does."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from potluck.report.content import Kind


@dataclass(frozen=True, slots=True)
class Done:
    """A command that has come to its end. ``started`` is of ``time.time()``."""

    command: Kind
    started: float
    questions: Path | None = None
    """The file of questions, where the command named it."""
    limit: int | None = None
    """How many of its questions were asked; None for all."""
