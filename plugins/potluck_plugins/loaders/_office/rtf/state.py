"""The state within a group of an RTF file, which ends with the group."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

from potluck_plugins.loaders._office.fields import FormField
from potluck_plugins.loaders._office.paragraph import PLAIN, Look
from potluck_plugins.loaders._office.rtf.math import Equation
from potluck_plugins.loaders._office.rtf.part import Part


class Sink(Protocol):
    """Where characters go."""

    def write(self, text: str, look: Look) -> None:
        """Add a run."""


@dataclass(slots=True)
class Field:
    """A field: its instruction, and the form that it is."""

    instruction: str = ""
    form: FormField = field(default_factory=FormField)


@dataclass(slots=True)
class State:
    """The state of a group."""

    part: Part
    """The text to which paragraphs and rows belong."""

    to: Sink | None
    """Where characters go."""

    font: int = 0
    look: Look = PLAIN
    fallback: int = 1
    """How many characters stand for one in Unicode (``\\uc``)."""

    level: int | None = None
    in_table: bool = False
    depth: int = 1
    describes_nested_row: bool = False
    field: Field | None = None
    math: Equation | None = None
    """The equation that is being put together."""

    is_fresh: bool = True
    """Whether no control word of the group has been read."""

    at_end: Callable[[], None] | None = None

    @property
    def paragraph_depth(self) -> int:
        """The depth of tables at which the paragraph stands."""
        return self.depth if self.in_table else 0
