"""Tables with merged cells, written as a file of each format.

A row is put down as ``Sensor v2 | Load >2``: a cell over two rows, and one over two columns. A row of the header begins
with ``=``.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from support import opendocument, word

_CELL = re.compile(r"(?P<text>.*?)(?:\s*>(?P<columns>\d+))?(?:\s*v(?P<rows>\d+))?")


@dataclass(frozen=True)
class Cell:
    """A cell at its place, counted from 0."""

    text: str
    row: int
    column: int
    columns: int = 1
    rows: int = 1

    @property
    def is_merged(self) -> bool:
        """Whether it covers more than one place."""
        return self.columns > 1 or self.rows > 1


@dataclass
class Table:
    """The cells of a table by the places that they cover; ``headers`` are the rows of its header."""

    rows: int
    headers: int
    covering: dict[tuple[int, int], Cell] = field(default_factory=dict)

    @property
    def columns(self) -> int:
        """How many columns the table has."""
        return 1 + max(column for _, column in self.covering)

    def cells(self, row: int) -> list[Cell]:
        """The cells that begin in a row."""
        return [one for one in self.places(row) if one.row == row]

    def places(self, row: int) -> Iterator[Cell]:
        """The cells that cover a row, from left to right, each once."""
        column = 0
        while (row, column) in self.covering:
            cell = self.covering[row, column]
            yield cell
            column += cell.columns


def table(lines: Sequence[str]) -> Table:
    """A table from its rows."""
    made = Table(len(lines), sum(line.startswith("=") for line in lines))
    for row, line in enumerate(lines):
        column = 0
        for text in line.removeprefix("=").split("|"):
            while (row, column) in made.covering:
                column += 1
            found = _CELL.fullmatch(text.strip())
            assert found is not None
            cell = Cell(found["text"], row, column, int(found["columns"] or 1), int(found["rows"] or 1))
            made.covering |= {(row + y, column + x): cell for y in range(cell.rows) for x in range(cell.columns)}
    return made


def as_docx(made: Table) -> bytes:
    """Word: a cell over several rows goes on in cells below it."""

    def cell(one: Cell, row: int) -> str:
        properties = f'<w:gridSpan w:val="{one.columns}"/>'
        if one.rows > 1:
            properties += f'<w:vMerge w:val="{"restart" if one.row == row else "continue"}"/>'
        return word.tc(one.text if one.row == row else "", properties=properties)

    rows = [
        word.tr(
            *(cell(one, row) for one in made.places(row)),
            properties="<w:tblHeader/>" if row < made.headers else "",
        )
        for row in range(made.rows)
    ]
    return word.docx(word.table(*rows))


def as_odt(made: Table) -> bytes:
    """OpenDocument: each place that a cell covers is an element."""

    def place(row: int, column: int) -> str:
        one = made.covering[row, column]
        if (one.row, one.column) != (row, column):
            return opendocument.COVERED
        spans = f'table:number-columns-spanned="{one.columns}" table:number-rows-spanned="{one.rows}"'
        return opendocument.cell(one.text, spans)

    rows = [
        opendocument.row(*(place(row, column) for column in range(made.columns) if (row, column) in made.covering))
        for row in range(made.rows)
    ]
    header = "".join(rows[: made.headers])
    header = f"<table:table-header-rows>{header}</table:table-header-rows>" if header else ""
    return opendocument.odf("text", f"<table:table>{header}{''.join(rows[made.headers :])}</table:table>")


def as_html(made: Table) -> bytes:
    """A web page."""
    body = ""
    for row in range(made.rows):
        tag = "th" if row < made.headers else "td"
        inner = "".join(
            f'<{tag} colspan="{one.columns}" rowspan="{one.rows}">{one.text}</{tag}>' for one in made.cells(row)
        )
        body += f"<tr>{inner}</tr>"
    return f"<!DOCTYPE html><html><body><table>{body}</table></body></html>".encode()


def as_pptx(made: Table) -> bytes:
    """PowerPoint: the header is called so as far as its first row."""
    from pptx import Presentation
    from pptx.util import Inches

    presentation = Presentation()
    slide = presentation.slides.add_slide(presentation.slide_layouts[6])
    written = slide.shapes.add_table(made.rows, made.columns, 0, 0, Inches(8), Inches(4)).table
    written.first_row = made.headers > 0
    for one in dict.fromkeys(made.covering.values()):
        cell = written.cell(one.row, one.column)
        cell.text = one.text
        if one.is_merged:
            cell.merge(written.cell(one.row + one.rows - 1, one.column + one.columns - 1))
    file = io.BytesIO()
    presentation.save(file)
    return file.getvalue()


def as_xlsx(made: Table) -> bytes:
    """A workbook, which has no header that is called so."""
    import openpyxl

    workbook = openpyxl.Workbook()
    sheet = workbook["Sheet"]
    for one in dict.fromkeys(made.covering.values()):
        sheet.cell(one.row + 1, one.column + 1, int(one.text) if one.text.isdecimal() else one.text or None)
        if one.is_merged:
            end = (one.row + one.rows, one.column + one.columns)
            sheet.merge_cells(start_row=one.row + 1, start_column=one.column + 1, end_row=end[0], end_column=end[1])
    file = io.BytesIO()
    workbook.save(file)
    return file.getvalue()
