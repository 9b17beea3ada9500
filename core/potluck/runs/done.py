"""What a run's manifest says of the command beyond the recipe."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from potluck.report.content import Kind


@dataclass(frozen=True, slots=True)
class Done:
    """A finished command. ``started`` is from ``time.time()``."""

    command: Kind
    started: float
    questions: Path | None = None
    """The file of questions, if the command named one."""
    limit: int | None = None
    """How many of its questions were asked; None for all."""
