"""The tables of XML: those of HTML and JATS (``tr``), of DocBook and CALS (``row`` and ``entry``), of TEI and DITA."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from potluck_plugins.loaders._shared.grid import Grid
from potluck_plugins.loaders._shared.xml_names import name_of

_TABLES = frozenset({"table", "informaltable", "tgroup", "simpletable", "entrytbl"})
_ROWS = frozenset({"tr", "row", "strow", "sthead"})
_CELLS = frozenset({"td", "th", "entry", "stentry", "cell", "entrytbl"})


def is_table(element: Any) -> bool:
    """Whether an element is a table with rows of its own."""
    return name_of(element) in _TABLES and next(_rows(element), None) is not None


def besides_rows(table: Any) -> Iterator[Any]:
    """The elements of a table that hold words and none of its rows, as its title does."""
    holders = {table}
    for row in _rows(table):
        holder = row
        while holder not in holders:
            holders.add(holder)
            holder = holder.getparent()
    for child in table:
        if child not in holders and any(text.strip() for text in child.itertext()):
            yield child


def read_table(table: Any, text: Callable[[Any], str]) -> Iterator[str]:
    """The lines of a table; ``text`` tells what stands in a cell."""
    grid = Grid()
    columns = _columns(table)
    for row in _rows(table):
        cells = [cell for cell in row if isinstance(cell.tag, str)]
        grid.row(header=_is_header(row, cells))
        for cell in cells:
            across = _count_columns(cell, columns) or _number(cell, "colspan") or _number(cell, "cols") or 1
            down = _number(cell, "rowspan") or _number(cell, "rows") or _number(cell, "morerows") + 1
            grid.cell(text(cell), across, down)
    return grid.lines()


def _rows(table: Any) -> Iterator[Any]:
    """The rows of a table, without those of tables in it."""
    from lxml import etree

    walk = etree.iterwalk(table, events=("start",), tag="*")
    for _, element in walk:
        name = name_of(element)
        if name in _TABLES and element is not table:
            walk.skip_subtree()
        elif name in _ROWS and any(name_of(cell) in _CELLS for cell in element):
            yield element


def _is_header(row: Any, cells: list[Any]) -> bool:
    parent = row.getparent()
    names = {name_of(cell) for cell in cells}
    marked = name_of(row) == "sthead" or row.get("role") == "label" or names == {"th"}
    return marked or (parent is not None and name_of(parent) == "thead")


def _columns(table: Any) -> dict[str, int]:
    """The columns by their names (CALS)."""
    specified = [one for one in table if name_of(one) == "colspec"]
    return {one.get("colname") or "": _number(one, "colnum") or place for place, one in enumerate(specified, 1)}


def _count_columns(cell: Any, columns: dict[str, int]) -> int:
    """How many columns a cell covers from one that it names to another; 0 if it names none."""
    first, last = columns.get(cell.get("namest") or ""), columns.get(cell.get("nameend") or "")
    return last - first + 1 if first is not None and last is not None and last >= first else 0


def _number(element: Any, name: str) -> int:
    value = (element.get(name) or "").strip()
    return int(value) if value.isascii() and value.isdigit() and len(value) < 7 else 0
