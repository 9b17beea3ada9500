"""The parts of a text: paragraphs as they are shown, and tables."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TypeAlias

from potluck_plugins.loaders._shared.flow import Flow
from potluck_plugins.loaders._shared.grid import Grid

BULLET = "•"
_CLAUSE_NUMBER = re.compile(r"(?:\d+(?:\.\d+)+\.?|第.+[章節篇條編编节条])")


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph as it is shown; a heading has a ``level``, the text of a footnote or endnote is a ``note``.

    ``clauses`` is whether its number may begin a section.
    """

    text: str
    label: str | None = None
    level: int | None = None
    clauses: bool = True
    ends_section: bool = False
    note: bool = False

    @property
    def shown_text(self) -> str:
        """The text behind its number or bullet; a number by itself is shown too."""
        if self.label == BULLET and not self.text:
            return ""
        return " ".join(filter(None, (self.label, self.text)))

    def write(self, flow: Flow) -> None:
        """Write the paragraph; one without text is left out."""
        if not self.text:
            return
        if self.level is not None:
            flow.heading(self.text, self.level, None if self.label == BULLET else self.label)
            return
        numbered = self.label is not None and _CLAUSE_NUMBER.fullmatch(self.label) is not None
        flow.paragraph(self.shown_text, clauses=self.clauses and (numbered or self.label is None))


Block: TypeAlias = Paragraph | Grid


def inline(block: Block) -> str:
    """A block within a line; the rows of a table are set apart by semicolons, their cells by commas."""
    if isinstance(block, Grid):
        return "; ".join(", ".join(filter(None, row)) for row in block.rows() if any(row))
    return " ".join(block.shown_text.split())
