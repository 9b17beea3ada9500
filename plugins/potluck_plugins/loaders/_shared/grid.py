"""Tables with merged cells as lines of text: one line per row, one header line, and a value in every cell it covers."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from potluck_plugins.loaders._shared.flow import Flow

_MOST_COLUMNS = 1_000
_MOST_ROWS = 10_000
_MOST_CELLS = 2_000_000
_HIGHEST_HEADER = 4
_FIGURE = re.compile(r"[-+−(]?\d[\d.,\s]*%?\)?")


@dataclass(frozen=True, slots=True)
class _Cell:
    """A cell of the grid; cells that one merged cell covers share its ``origin``."""

    text: str
    origin: int


@dataclass(slots=True)
class _Row:
    header: bool
    cells: dict[int, _Cell] = field(default_factory=dict)


class Grid:
    """A table that is filled row by row, as its format lists the cells."""

    def __init__(self) -> None:
        """There are no rows yet."""
        self._rows: list[_Row] = []
        self._below: dict[int, tuple[_Cell, int]] = {}
        self._column = 0
        self._cells = 0

    def row(self, header: bool = False) -> None:
        """Begin a row; ``header`` where the format itself says that it belongs to the header."""
        self._finish_row()
        self._rows.append(_Row(header))
        self._column = 0

    def skip(self, columns: int = 1) -> None:
        """Leave columns empty, besides those that cells from above cover."""
        for _ in range(min(columns, _MOST_COLUMNS - self._column)):
            self._cover_from_above()
            self._column += 1

    def cell(self, text: str, columns: int = 1, rows: int = 1, continues: bool = False) -> None:
        """Add a cell that covers ``columns`` by ``rows``; one that ``continues`` repeats the cell above it."""
        if not self._rows:
            self.row()
        row, above = self._rows[-1], self._rows[-2].cells if len(self._rows) > 1 else {}
        self._cover_from_above()
        self._cells += 1
        cell = _Cell(" ".join(text.split()), self._cells)
        if continues and self._column in above:
            cell = above[self._column]
        columns = max(1, min(columns, _MOST_COLUMNS - self._column))
        if self._cells + columns > _MOST_CELLS:
            columns = 1
        self._cells += columns - 1
        for column in range(self._column, self._column + columns):
            row.cells.setdefault(column, cell)
            if rows > 1:
                self._below[column] = (cell, min(rows, _MOST_ROWS) - 1)
        self._column += columns

    def rows(self) -> list[list[str]]:
        """The rows with as many columns each, header rows not yet joined."""
        self._finish_row()
        width = self._width()
        return [[row.cells[c].text if c in row.cells else "" for c in range(width)] for row in self._rows]

    def write(self, flow: Flow) -> None:
        """Write the table into a flow: what spans all columns above it, one header line, a line per row."""
        for line in self.lines():
            flow.paragraph(line, clauses=False)

    def lines(self) -> Iterator[str]:
        """The lines of the table; rows without text are left out."""
        rows, width = self.rows(), self._width()
        first = self._captions(rows, width)
        captions = (next(filter(None, row)) for i, row in enumerate(rows[:first]) if any(row) and not self._repeats(i))
        yield from captions
        count = self._header_rows(first)
        if count > 1:
            yield _line([_join_header(column) for column in zip(*rows[first : first + count], strict=True)])
            first += count
        for index in range(first, len(rows)):
            if any(rows[index]) and not self._repeats(index):
                yield f"| {rows[index][0]} |" if self._is_one_cell(index, width) else _line(rows[index])

    def _finish_row(self) -> None:
        """Complete the last row with the cells from above that cover its end."""
        if not self._rows:
            return
        row = self._rows[-1]
        for column in list(self._below):
            if column not in row.cells:
                self._take_from_above(row, column)
        self._column = max(row.cells, default=-1) + 1

    def _cover_from_above(self) -> None:
        """Move on to the first column of the row that no cell from above covers."""
        row = self._rows[-1]
        while self._column in row.cells or self._column in self._below:
            if self._column not in row.cells:
                self._take_from_above(row, self._column)
            self._column += 1

    def _take_from_above(self, row: _Row, column: int) -> None:
        cell, left = self._below.pop(column)
        row.cells[column] = cell
        self._cells += 1
        if left > 1 and self._cells < _MOST_CELLS:
            self._below[column] = (cell, left - 1)

    def _width(self) -> int:
        return max((max(row.cells, default=-1) + 1 for row in self._rows), default=0)

    def _is_one_cell(self, index: int, width: int) -> bool:
        """Whether one merged cell covers the whole row of a table with several columns."""
        cells = self._rows[index].cells
        return width > 1 and len(cells) == width and len({cell.origin for cell in cells.values()}) == 1

    def _repeats(self, index: int) -> bool:
        """Whether a row holds nothing but cells that reach into it from the row above."""
        return index > 0 and bool(self._rows[index].cells) and self._rows[index].cells == self._rows[index - 1].cells

    def _captions(self, rows: Sequence[Sequence[str]], width: int) -> int:
        """How many rows at the top are not rows of cells: they are empty, or all of them is one text."""
        count = 0
        while count < len(rows) and (self._is_one_cell(count, width) or not any(rows[count][1:])):
            count += 1
        return count if count < len(rows) else 0

    def _header_rows(self, first: int) -> int:
        """How many rows make the header: those that say so, or those that one can see."""
        marked = 0
        while first + marked < len(self._rows) and self._rows[first + marked].header:
            marked += 1
        if first + marked >= len(self._rows):
            return min(marked, 1)
        return marked if marked or first >= len(self._rows) - 1 else self._visible_header(first)

    def _visible_header(self, first: int) -> int:
        """How many rows make a header that no row is called: each next one divides a cell of the one above it."""
        count = 1
        while first + count < len(self._rows) and self._divides(first + count, count > 1):
            count += 1
        reached = max((self._reach(first, column) for column in self._rows[first].cells), default=1)
        if 1 < count < reached <= _HIGHEST_HEADER and first + reached < len(self._rows):
            return reached
        return count

    def _divides(self, index: int, is_third: bool) -> bool:
        """Whether a row divides a cell above it into columns, and does not look like one of the body.

        A second row may begin with the name of the first column, and hold years below a cell that it divides.
        """
        above, row = self._rows[index - 1].cells, self._rows[index].cells
        own = [column for column, cell in row.items() if cell.origin != above.get(column, cell).origin]
        widths = Counter(cell.origin for cell in above.values())
        figures = [column for column in own if _FIGURE.fullmatch(row[column].text)]
        if any(is_third or widths[above[column].origin] == 1 for column in figures):
            return False
        if is_third and 0 in own and row[0].text:
            return False
        below: dict[int, set[int]] = {}
        for column, cell in above.items():
            below.setdefault(cell.origin, set()).add(row[column].origin if column in row else 0)
        return any(len(origins) > 1 for origins in below.values())

    def _reach(self, first: int, column: int) -> int:
        """How many rows the cell at a place covers."""
        origin, last = self._rows[first].cells[column].origin, first
        while last < len(self._rows) and (cell := self._rows[last].cells.get(column)) and cell.origin == origin:
            last += 1
        return last - first


def _join_header(column: Sequence[str]) -> str:
    """The parts of a header from top to bottom, those that repeat once."""
    parts: list[str] = []
    for text in column:
        if text and text not in parts[-1:]:
            parts.append(text)
    return " ".join(parts)


def _line(cells: Sequence[str]) -> str:
    """A row as the splitters know it, without the empty cells at its end."""
    last = max((index for index, cell in enumerate(cells) if cell), default=0)
    return " | ".join(cells[: last + 1])
