"""The tables of OpenDocument files: rows and cells that cover or repeat others, with limits.

Source: OpenDocument 1.2 part 1, 9 (tables).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from potluck_plugins.loaders._office.blocks import Block, Cell, Row, Table, text_of
from potluck_plugins.loaders._office.odf.names import TABLE, number
from potluck_plugins.loaders._office.options import ReadOptions
from potluck_plugins.loaders._shared.flow import Flow

_MOST_COLUMNS = 1_000
_MOST_REPEATED = 1_000
_MOST_CELLS = 50_000
_GROUPS = {f"{TABLE}table-rows", f"{TABLE}table-row-group"}


def read_table(element: Any, flow: Flow, options: ReadOptions, blocks: Callable[[Any], list[Block]]) -> Table:
    """A table; ``blocks`` reads what a cell holds. Rows that are not shown are counted."""
    table = Table()
    for row, header in table_rows(element):
        cells = _cells(row, blocks)
        hidden = row.get(f"{TABLE}visibility") in ("collapse", "filter")
        if hidden and not options.hidden:
            if characters := sum(len(text_of(cell.blocks)) for cell in cells):
                flow.leave_out("a hidden row", characters)
            continue
        times = number(row, f"{TABLE}number-rows-repeated")
        most = min(_MOST_REPEATED, max(1, _MOST_CELLS // max(1, len(cells))))
        if times > most and any(cell.blocks for cell in cells):
            flow.leave_out(
                f"a row that repeats more than {most:,} times", sum(len(text_of(one.blocks)) for one in cells)
            )
        table.rows.extend([Row(cells, header)] * min(times, most))
    return table


def table_rows(element: Any, header: bool = False) -> Iterator[tuple[Any, bool]]:
    """The rows of a table, and whether each belongs to the header."""
    for child in element:
        if child.tag == f"{TABLE}table-row":
            yield child, header
        elif child.tag == f"{TABLE}table-header-rows":
            yield from table_rows(child, header=True)
        elif child.tag in _GROUPS:
            yield from table_rows(child, header)


def _cells(row: Any, blocks: Callable[[Any], list[Block]]) -> list[Cell]:
    """The cells of a row without the empty ones at its end; those that others cover are not listed."""
    cells: list[Cell] = []
    filled = 0
    for element in row.iterfind(f"{TABLE}table-cell"):
        times = min(number(element, f"{TABLE}number-columns-repeated"), _MOST_COLUMNS - len(cells))
        columns, rows = (number(element, f"{TABLE}number-{name}-spanned") for name in ("columns", "rows"))
        cell = Cell(blocks(element), columns, rows)
        cells.extend([cell] * times)
        if cell.blocks or rows > 1:
            filled = len(cells)
    return cells[:filled]
