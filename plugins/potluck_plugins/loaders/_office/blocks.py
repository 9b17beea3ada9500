"""The blocks of a text document, its lines and tables, and writing them into a flow."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from potluck_plugins.loaders._shared.flow import Flow
from potluck_plugins.loaders._shared.grid import Grid

BULLET = "•"
_CLAUSE_NUMBER = re.compile(r"(?:\d+(?:\.\d+)+\.?|第.+[章節篇條編编节条])")
_PAGE_WORDS = re.compile(r"\b(?:pages?|seite|p|página|pagina|of|von|de|sur|di)\b|[第頁页共之]", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Line:
    """A paragraph, the number that a list gives it, and its level (from 1) if it is a heading."""

    text: str
    label: str = ""
    level: int | None = None
    clauses: bool = True
    """Whether it may begin a clause; an entry of a table of contents may not."""

    def __str__(self) -> str:
        """Both on one line."""
        return f"{self.label} {self.text}".rstrip() if self.label else self.text


@dataclass(slots=True)
class Cell:
    """A cell that covers ``columns`` by ``rows``, or that ``continues`` the one above it."""

    blocks: list[Block] = field(default_factory=list)
    columns: int = 1
    rows: int = 1
    continues: bool = False


@dataclass(slots=True)
class Row:
    """A row of a table; ``before`` columns are left empty."""

    cells: list[Cell] = field(default_factory=list)
    header: bool = False
    before: int = 0


@dataclass(slots=True)
class Table:
    """A table, row by row."""

    rows: list[Row] = field(default_factory=list)


Block: TypeAlias = Line | Table


def write_blocks(blocks: Iterable[Block], flow: Flow) -> None:
    """Write blocks into a flow: headings as sections, tables as rows."""
    for block in blocks:
        if isinstance(block, Line):
            _write_line(block, flow)
        elif _only_arranges(block):
            for row in block.rows:
                for cell in row.cells:
                    write_blocks(cell.blocks, flow)
        else:
            grid(block).write(flow)


def text_of(blocks: Sequence[Block]) -> str:
    """All the text of blocks on one line."""
    return " ".join(filter(None, (" ".join(line.split()) for line in _lines(blocks))))


def grid(table: Table) -> Grid:
    """The table with every merged cell repeated where it lies."""
    filled = Grid()
    for row in table.rows:
        filled.row(row.header)
        filled.skip(row.before)
        for cell in row.cells:
            filled.cell(text_of(cell.blocks), cell.columns, cell.rows, cell.continues)
    return filled


def margin(what: str, text: str, seen: set[str]) -> Iterator[Line]:
    """A header or footer that is not among those ``seen`` and says more than the number of the page."""
    if text not in seen and says_more_than_pages(text):
        seen.add(text)
        yield Line(f"[{what}] {text}", clauses=False)


def says_more_than_pages(text: str) -> bool:
    """Whether a header holds other words than those that stand around the number of a page."""
    return any(c.isalnum() for c in _PAGE_WORDS.sub("", text))


def _lines(blocks: Sequence[Block]) -> Iterator[str]:
    for block in blocks:
        # The cells of a table in a cell are not those of its row.
        yield str(block) if isinstance(block, Line) else "; ".join(grid(block).lines()).replace(" | ", ", ")


def _write_line(line: Line, flow: Flow) -> None:
    if line.level is not None and line.text:
        flow.heading(line.text, line.level, line.label if line.label != BULLET else None)
    elif line.text:
        numbered = not line.label or _CLAUSE_NUMBER.fullmatch(line.label) is not None
        flow.paragraph(str(line), clauses=line.clauses and numbered)


def _only_arranges(table: Table) -> bool:
    """Whether a table only arranges the page: one cell, a heading and its text in a cell, tables side by side."""
    cells = [cell for row in table.rows for cell in row.cells]
    if len(cells) < 2 or any(_holds_a_section(cell) for cell in cells):
        return True
    lies_in_line = len(table.rows) == 1 or all(len(row.cells) == 1 for row in table.rows)
    return lies_in_line and any(isinstance(block, Table) for cell in cells for block in cell.blocks)


def _holds_a_section(cell: Cell) -> bool:
    written = [block for block in cell.blocks if isinstance(block, Table) or block.text]
    return len(written) > 1 and any(isinstance(block, Line) and block.level is not None for block in written)
