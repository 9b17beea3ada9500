"""The places that the text of an RTF file goes to: the body, a note, a text box; or a name, a date, a number.

Source: Rich Text Format specification 1.9.1, "Table definitions", for the shapes of rows.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from potluck_plugins.loaders._office.blocks import BULLET, Block, Line
from potluck_plugins.loaders._office.options import ReadOptions
from potluck_plugins.loaders._office.paragraph import Look, Paragraph
from potluck_plugins.loaders._office.story import CellShape, RowShape, Story
from potluck_plugins.loaders._shared.flow import Flow


class Capture:
    """Text that does not belong to the document's own."""

    def __init__(self) -> None:
        """It is empty."""
        self._parts: list[str] = []

    def write(self, text: str, _: Look) -> None:
        """Add text."""
        self._parts.append(text)

    def __str__(self) -> str:
        """All of it."""
        return "".join(self._parts).strip()


@dataclass(slots=True)
class RowBuilder:
    """The shape of a row as its control words tell it cell by cell."""

    left: int = 0
    header: bool = False
    cells: list[CellShape] = field(default_factory=list)
    continues_left: bool = False
    continues_above: bool = False

    def word(self, word: str, number: int) -> None:
        """Take a control word that describes the row or its next cell."""
        if word == "trleft":
            self.left = number
        elif word == "trhdr":
            self.header = True
        elif word == "clmrg":
            self.continues_left = True
        elif word == "clvmrg":
            self.continues_above = True
        elif word == "cellx":
            self.cells.append(CellShape(number, self.continues_left, self.continues_above))
            self.continues_left = self.continues_above = False

    def shape(self) -> RowShape:
        """The row so far."""
        return RowShape(tuple(self.cells), self.left, self.header)


class Part:
    """A text with paragraphs and tables."""

    def __init__(self, flow: Flow, options: ReadOptions, note: bool = False) -> None:
        """It is empty; in a ``note`` the mark of the note itself is not told again."""
        self._flow = flow
        self._options = options
        self._story = Story()
        self._paragraph = Paragraph(flow, options)
        self._beside: list[Block] = []
        self._rows: dict[int, RowBuilder] = {}
        self.label = ""
        self.note = note
        self.is_endnote = False
        self.has_mark = False
        """Whether the mark of the note that follows is counted."""

    def write(self, text: str, look: Look) -> None:
        """Add a run to the paragraph."""
        self._paragraph.add(text, look)

    def set_label(self, label: str) -> None:
        """The number or bullet that stands before the paragraph."""
        self.label = label if not label or any(c.isalnum() for c in label) else BULLET

    def put_beside(self, blocks: list[Block]) -> None:
        """Keep blocks that stand beside the paragraph for the place behind it."""
        self._beside.extend(blocks)

    def end_paragraph(self, level: int | None, depth: int) -> None:
        """Complete a paragraph at a depth of tables."""
        if text := self._paragraph.finish():
            self._story.add(Line(text, self.label, level), depth)
        for block in self._beside:
            self._story.add(block, depth)
        self._beside, self.label = [], ""
        self._paragraph = Paragraph(self._flow, self._options)

    def row(self, depth: int, anew: bool = False) -> RowBuilder:
        """The row that is described at a depth, or a new one."""
        if anew or depth not in self._rows:
            self._rows[depth] = RowBuilder()
        return self._rows[depth]

    def end_cell(self, level: int | None, depth: int) -> None:
        """Complete a cell."""
        self.end_paragraph(level, depth)
        self._story.end_cell(depth)

    def end_row(self, depth: int) -> None:
        """Complete a row."""
        self._story.end_row(depth, self.row(depth).shape())

    def finish(self, level: int | None = None) -> list[Block]:
        """All blocks."""
        self.end_paragraph(level, 0)
        return self._story.finish()
