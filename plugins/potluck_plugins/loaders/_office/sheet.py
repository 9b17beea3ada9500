"""The sheets of a spreadsheet, whatever file they come from, and how they are written into a document."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from potluck.amounts import many
from potluck_plugins.loaders._office.blocks import margin, write_blocks
from potluck_plugins.loaders._office.options import ReadOptions
from potluck_plugins.loaders._shared.flow import Flow
from potluck_plugins.loaders._shared.grid import Grid

_NUMERIC = re.compile(r"[-+(]?[^\w\s]{0,3}\d[\d.,:/%\s-]*[^\w\s]?\)?")
_MOST_COVERED = 1_000_000


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell as it is shown; ``struck`` characters of it are struck out and not in ``text``.

    ``own_fonts`` tells whether its text has been read by fonts of its own.
    """

    text: str
    struck: int = 0
    own_fonts: bool = False


@dataclass(frozen=True, slots=True)
class Merge:
    """A merged cell: its first row and column, and how many of each it covers."""

    row: int
    column: int
    rows: int
    columns: int


@dataclass(frozen=True, slots=True)
class Margin:
    """The text of a printed page above (``header``) or below (``footer``) the cells."""

    what: str
    cell: Cell


@dataclass(slots=True)
class Sheet:
    """A sheet; rows and columns count from 0."""

    title: str
    number: int
    hidden: bool = False
    cells: dict[int, dict[int, Cell]] = field(default_factory=dict)
    merges: list[Merge] = field(default_factory=list)
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)
    comments: dict[tuple[int, int], str] = field(default_factory=dict)
    texts: list[str] = field(default_factory=list)
    """Text boxes and shapes, in the order of the file."""

    margins: list[Margin] = field(default_factory=list)


def write_sheets(sheets: Iterable[Sheet], options: ReadOptions, flow: Flow) -> None:
    """Write each sheet as a page and a section of its own; one without text is left out."""
    margins: set[str] = set()
    for sheet in sheets:
        _write(sheet, options, flow, margins)


def _write(sheet: Sheet, options: ReadOptions, flow: Flow, margins: set[str]) -> None:
    """Write a sheet; its headers and footers if they are not among the ``margins`` of those before it."""
    if sheet.hidden and not options.hidden:
        if size := _size(sheet):
            flow.leave_out("a hidden sheet", size)
        return
    cells = _visible(sheet, options, flow)
    _add_comments(sheet, cells, options, flow)
    if not cells and not sheet.texts:
        return
    flow.page(sheet.number)
    flow.heading(sheet.title, 1)
    for index, block in enumerate(_blocks(cells, sheet)):
        if index:
            flow.paragraph("", clauses=False)
        _grid(block, cells, sheet.merges).write(flow)
    for text in sheet.texts:
        flow.paragraph(text, clauses=False)
    for one in sheet.margins:
        if one.cell.struck:
            flow.leave_out("struck-out text", one.cell.struck)
        write_blocks(margin(one.what, one.cell.text, margins), flow)


def tell_uncomputed(count: int, flow: Flow) -> None:
    """Tell how many formulas of a workbook have no value that could be read."""
    if count:
        without = many(count, "formula", "has", "have")
        stands = "stands as its" if count == 1 else "stand as their"
        flow.lose(
            f"{without} no stored value and {stands} text; open the file in a spreadsheet program and save it to store "
            "the values"
        )


def _size(sheet: Sheet) -> int:
    """How many characters a sheet shows in its cells and beside them."""
    return sum(len(cell.text) for row in sheet.cells.values() for cell in row.values()) + sum(map(len, sheet.texts))


def _visible(sheet: Sheet, options: ReadOptions, flow: Flow) -> dict[int, dict[int, str]]:
    """The texts of the cells that are shown; what is not is counted."""
    seen: dict[int, dict[int, str]] = {}
    hidden = struck = 0
    for row, cells in sheet.cells.items():
        for column, cell in cells.items():
            struck += cell.struck
            if not options.hidden and (row in sheet.hidden_rows or column in sheet.hidden_columns):
                hidden += len(cell.text)
            elif cell.text:
                seen.setdefault(row, {})[column] = cell.text
    if hidden:
        flow.leave_out("text in hidden rows and columns", hidden)
    if struck:
        flow.leave_out("struck-out text", struck)
    return seen


def _add_comments(sheet: Sheet, cells: dict[int, dict[int, str]], options: ReadOptions, flow: Flow) -> None:
    """Put comments behind the cells that they are about, or count them."""
    for (row, column), comment in sheet.comments.items():
        if not options.comments:
            flow.leave_out("a comment", len(comment))
            continue
        columns = cells.setdefault(row, {})
        columns[column] = f"{columns.get(column, '')} [{comment}]".strip()


def _blocks(cells: Mapping[int, Mapping[int, str]], sheet: Sheet) -> Iterator[list[int]]:
    """The rows of each table: an empty row ends one where what follows looks like another header."""
    ends: dict[int, int] = {}
    for merge in sheet.merges:
        ends[merge.row] = max(ends.get(merge.row, 0), merge.row + merge.rows)
    block: list[int] = []
    reached = 0
    # Rows that are hidden are not empty.
    for row in sorted(sheet.cells.keys() | cells.keys()):
        if block and row > reached and row in cells and _is_header(cells[row]):
            yield block
            block = []
        if row in cells:
            block.append(row)
        reached = max(reached, row + 1, ends.get(row, 0))
    if block:
        yield block


def _is_header(row: Mapping[int, str]) -> bool:
    return all(not _NUMERIC.fullmatch(text) for text in row.values())


def _grid(rows: Sequence[int], cells: Mapping[int, Mapping[int, str]], merges: Sequence[Merge]) -> Grid:
    """The rows of one table with its merged cells, without the columns that are empty in all of it."""
    columns = sorted({column for row in rows for column in cells[row]})
    grid = Grid()
    sizes, covered = _cover_merges(rows, columns, merges)
    for row in rows:
        grid.row()
        for column in columns:
            text = cells[row].get(column, "")
            if (row, column) in sizes:
                grid.cell(text, *sizes[row, column])
            elif (row, column) not in covered:
                grid.cell(text) if text else grid.skip()
    return grid


def _cover_merges(
    rows: Sequence[int], columns: Sequence[int], merges: Sequence[Merge]
) -> tuple[dict[tuple[int, int], tuple[int, int]], set[tuple[int, int]]]:
    """The columns and rows that each merged cell covers, and all places that one covers beside its own."""
    sizes: dict[tuple[int, int], tuple[int, int]] = {}
    covered: set[tuple[int, int]] = set()
    for merge in merges:
        across = columns[bisect_left(columns, merge.column) : bisect_left(columns, merge.column + merge.columns)]
        down = rows[bisect_left(rows, merge.row) : bisect_left(rows, merge.row + merge.rows)]
        origin = (merge.row, merge.column)
        is_here = across[:1] == [merge.column] and list(down[:1]) == [merge.row]
        if is_here and len(covered) + len(across) * len(down) < _MOST_COVERED:
            sizes[origin] = len(across), len(down)
            covered.update((row, column) for row in down for column in across if (row, column) != origin)
    return sizes, covered
