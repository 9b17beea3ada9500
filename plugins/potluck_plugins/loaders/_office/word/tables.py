"""Tables of a Word document: merged cells, headers, tables in cells, and tables that only arrange a page.

Source: ECMA-376 part 1, 17.4.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Protocol

from potluck_plugins.loaders._office.numbering import W
from potluck_plugins.loaders._office.word.paragraph import Block, Paragraph, inline
from potluck_plugins.loaders._office.word.styles import number, switch, value
from potluck_plugins.loaders._shared.grid import Grid


class CellReader(Protocol):
    """Reads what is in the cells of a table."""

    def blocks(self, element: Any) -> Iterator[Block]:
        """The blocks in a cell."""

    def open(self, element: Any) -> Iterator[Any]:
        """The rows of a table, or the cells of a row."""

    def leave_out(self, what: str, characters: int) -> None:
        """Count what is not read."""


@dataclass(slots=True)
class _Cell:
    blocks: list[Block]
    columns: int
    continues: bool

    @property
    def text(self) -> str:
        return " ".join(filter(None, (inline(block) for block in self.blocks if not _is_note(block))))


@dataclass(slots=True)
class _Row:
    header: bool
    before: int
    cells: list[_Cell] = field(default_factory=list)


def read_table(reader: CellReader, table: Any) -> Iterator[Block]:
    """A table as a grid, and the notes in it; one that only arranges a page as the blocks in its cells."""
    rows = [row for element in reader.open(table) if (row := _row(reader, element)) is not None]
    if _arranges(rows):
        for row in rows:
            for cell in row.cells:
                yield from cell.blocks
        return
    grid = Grid()
    for row in rows:
        grid.row(header=row.header)
        grid.skip(row.before)
        for cell in row.cells:
            grid.cell(cell.text, cell.columns, continues=cell.continues)
    yield grid
    yield from (block for row in rows for cell in row.cells for block in cell.blocks if _is_note(block))


def _row(reader: CellReader, element: Any) -> _Row | None:
    """A row with its cells read; None for another element, and for a row that is deleted."""
    if element.tag != f"{W}tr":
        return None
    properties = element.find(f"{W}trPr")
    if properties is not None and properties.find(f"{W}del") is not None:
        reader.leave_out("deleted text", _characters(element))
        return None
    before = number(value(properties, "gridBefore")) or 0
    row = _Row(bool(switch(properties, "tblHeader")), max(0, before))
    for child in reader.open(element):
        if child.tag == f"{W}tc":
            _add_cell(reader, row, child)
    return row


def _add_cell(reader: CellReader, row: _Row, element: Any) -> None:
    properties = element.find(f"{W}tcPr")
    columns = max(1, number(value(properties, "gridSpan")) or 1)
    continues = _continues(properties, "vMerge")
    if continues or (_continues(properties, "hMerge") and row.cells):
        # Word shows nothing of what such a cell holds itself.
        reader.leave_out("text in cells that a merged cell covers", _characters(element))
    if _continues(properties, "hMerge") and row.cells:
        row.cells[-1].columns += columns
        return
    if properties is not None and properties.find(f"{W}cellDel") is not None:
        reader.leave_out("deleted text", _characters(element))
        return
    blocks = [] if continues else list(reader.blocks(element))
    row.cells.append(_Cell(blocks, columns, continues))


def _continues(properties: Any, name: str) -> bool:
    """Whether a cell is merged with the one before it; ``w:vMerge`` without a value says so."""
    merged = properties.find(f"{W}{name}") if properties is not None else None
    return merged is not None and merged.get(f"{W}val", "continue") == "continue"


def _arranges(rows: list[_Row]) -> bool:
    """Whether a table only arranges a page: of one column, or with headings or tables beside other text in a cell."""
    if all(len(row.cells) <= 1 for row in rows):
        return True
    cells = [cell for row in rows for cell in row.cells]
    if any(_has_section(cell) for cell in cells):
        return True
    filled = [row for row in rows if any(cell.text for cell in row.cells)]
    return len(filled) == 1 and any(isinstance(block, Grid) for cell in cells for block in cell.blocks)


def _has_section(cell: _Cell) -> bool:
    """Whether a cell holds a heading and what stands below it."""
    filled = [block for block in cell.blocks if inline(block) and not _is_note(block)]
    headings = (isinstance(block, Paragraph) and block.level is not None for block in filled[:-1])
    return any(headings)


def _is_note(block: Block) -> bool:
    return isinstance(block, Paragraph) and block.note


def _characters(element: Any) -> int:
    return sum(len(one.text or "") for one in element.iter(f"{W}t", f"{W}delText"))
