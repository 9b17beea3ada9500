"""OpenDocument spreadsheets (``.ods``): each sheet with the values that its cells show.

Source: OpenDocument 1.2 part 1, 9 (tables), 19.749 (``table:visibility``), 20.294 (``table:display``).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from potluck.documents import Json
from potluck.errors import UnreadableDocument
from potluck_plugins.loaders._office.blocks import Line, grid, text_of
from potluck_plugins.loaders._office.charts import shown_number
from potluck_plugins.loaders._office.odf.blocks import BlockReader
from potluck_plugins.loaders._office.odf.names import DRAW, OFFICE, TABLE, TEXT, number
from potluck_plugins.loaders._office.odf.package import Package, metadata
from potluck_plugins.loaders._office.odf.table import table_rows
from potluck_plugins.loaders._office.odf.text import block_reader, write_margins
from potluck_plugins.loaders._office.options import ReadOptions
from potluck_plugins.loaders._office.paragraph import PLAIN
from potluck_plugins.loaders._office.sheet import Cell, Merge, Sheet, tell_uncomputed, write_sheets
from potluck_plugins.loaders._shared.archive import Archive
from potluck_plugins.loaders._shared.flow import Flow

_HIDDEN = ("collapse", "filter")
_VALUES = {"date": "date-value", "time": "time-value", "boolean": "boolean-value", "string": "string-value"}
_FORMATS = {"float": "General", "currency": "General", "percentage": "0.##%"}
_MOST_REPEATED = 1_000
_MOST_CELLS = 1_000_000


def read_ods(archive: Archive, flow: Flow, options: ReadOptions) -> dict[str, Json]:
    """Write a spreadsheet into a flow; returns its metadata.

    Raises ``PasswordNeeded``, or ``UnreadableDocument`` if there is no spreadsheet.
    """
    package = Package(archive)
    content = package.part("content.xml")
    body = content.find(f"{OFFICE}body/{OFFICE}spreadsheet") if content is not None else None
    if body is None:
        raise UnreadableDocument("it is an OpenDocument file without a spreadsheet")
    readers = [
        _SheetReader(table, place, block_reader(package, flow, options, content))
        for place, table in enumerate(body.iterfind(f"{TABLE}table"), 1)
    ]
    write_sheets((reader.read() for reader in readers), options, flow)
    tell_uncomputed(sum(reader.uncomputed for reader in readers), flow)
    write_margins(package, flow, options)
    return metadata(package)


class _SheetReader:
    """Reads a sheet cell by cell; ``uncomputed`` counts formulas without a value."""

    def __init__(self, table: Any, place: int, reader: BlockReader) -> None:
        style = reader.styles.style("table", table.get(f"{TABLE}style-name"))
        self._sheet = Sheet(table.get(f"{TABLE}name") or f"{place}", place, not style.is_displayed)
        self._table = table
        self._reader = reader
        self._count = 0
        self.uncomputed = 0

    def read(self) -> Sheet:
        """The sheet."""
        self._columns()
        list(self._reader.read(self._table.iterfind(f"{OFFICE}forms")))  # the labels of check boxes that lie on cells
        at = 0
        for row, _ in table_rows(self._table):
            times = number(row, f"{TABLE}number-rows-repeated")
            cells = list(self._cells(row, at))
            for repeated in range(at, at + (min(times, _MOST_REPEATED) if cells else 0)):
                self._count += len(cells)
                if self._count <= _MOST_CELLS:
                    self._sheet.cells[repeated] = dict(cells)
            if row.get(f"{TABLE}visibility") in _HIDDEN:
                self._sheet.hidden_rows.update(range(at, at + min(times, _MOST_REPEATED)))
            at += times
        for shapes in self._table.iterfind(f"{TABLE}shapes"):
            self._beside(shapes)
        if self._count > _MOST_CELLS:
            self._reader.flow.leave_out(f"what stands behind the first {_MOST_CELLS:,} cells of a sheet", 0)
        return self._sheet

    def _columns(self) -> None:
        at = 0
        for column in self._table.iter(f"{TABLE}table-column"):
            times = number(column, f"{TABLE}number-columns-repeated")
            if column.get(f"{TABLE}visibility") in _HIDDEN:
                self._sheet.hidden_columns.update(range(at, at + min(times, _MOST_REPEATED)))
            at += times

    def _cells(self, row: Any, at: int) -> Iterator[tuple[int, Cell]]:
        column = 0
        for element in row.iterfind(f"{TABLE}*"):
            times = number(element, f"{TABLE}number-columns-repeated")
            rows, columns = (number(element, f"{TABLE}number-{name}-spanned") for name in ("rows", "columns"))
            if element.tag == f"{TABLE}table-cell":
                if rows > 1 or columns > 1:
                    self._sheet.merges.append(Merge(at, column, rows, columns))
                if text := self._text(element, at, column):
                    yield from ((place, Cell(text)) for place in range(column, column + min(times, _MOST_REPEATED)))
            column += times

    def _text(self, element: Any, row: int, column: int) -> str:
        style = self._reader.styles.style("table-cell", element.get(f"{TABLE}style-name"))
        for comment in element.findall(f"{OFFICE}annotation"):
            self._sheet.comments[row, column] = self._reader.comment_text(comment)
            element.remove(comment)
        shapes = element.findall(f"{DRAW}*")
        self._beside(shapes)
        for shape in shapes:
            element.remove(shape)
        self._reader.base = style.on(PLAIN)
        text = text_of(list(self._reader.read(element)))
        return text if text or self._is_struck(element) else self._stored_value(element)

    def _beside(self, shapes: Any) -> None:
        """Keep what shapes say, a line per paragraph or row: they lie on cells and are not part of one."""
        self._reader.base = PLAIN
        for block in self._reader.read(shapes):
            lines = [str(block)] if isinstance(block, Line) else grid(block).lines()
            self._sheet.texts.extend(filter(str.strip, lines))

    def _stored_value(self, element: Any) -> str:
        """The value of a cell that holds no text, or the formula of one that holds no value either."""
        kind = element.get(f"{OFFICE}value-type") or ""
        value = element.get(f"{OFFICE}{_VALUES.get(kind, 'value')}") or ""
        formula = (element.get(f"{TABLE}formula") or "").partition("=")[2]
        if kind in _FORMATS and value:
            return shown_number(value, _FORMATS[kind])
        if kind or not formula:
            return value
        self.uncomputed += 1
        return f"={formula}"

    def _is_struck(self, element: Any) -> bool:
        """Whether a cell holds text that is not read."""
        return any("".join(one.itertext()).strip() for one in element.iter(f"{TEXT}p"))
