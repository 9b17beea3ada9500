"""Excel's ``.xls`` (97 to 2003) by xlrd (BSD): a section per sheet, a line per row, values as the sheet shows them."""

from __future__ import annotations

import io
from typing import Any

from potluck.documents import Json
from potluck_plugins.loaders._office.number_format import show_number, show_text
from potluck_plugins.loaders._office.options import ReadOptions
from potluck_plugins.loaders._office.sheet import Cell, Merge, Sheet, tell_uncomputed, write_sheets
from potluck_plugins.loaders._office.sheet_margins import margins
from potluck_plugins.loaders._office.workbook import Style, built_in_code
from potluck_plugins.loaders._office.xls_formulas import uncomputed_formulas
from potluck_plugins.loaders._office.xls_records import margin_codes, parts
from potluck_plugins.loaders._office.xls_shapes import read_shapes
from potluck_plugins.loaders._shared.flow import Flow
from potluck_plugins.loaders._shared.raised import Position, ScriptedText
from potluck_plugins.loaders._shared.symbols import known_in_font

_OF_CELLS, _MACROS, _CHART = 0, 1, 2
_DATES, _DATES_IN_JAPAN_AND_KOREA = (14, 22), (34, 35, 55, 56)
_JAPAN_AND_KOREA = (81, 82)
_POSITIONS: dict[int, Position] = {1: "raised", 2: "lowered"}


def read_xls(content: bytes, flow: Flow, options: ReadOptions) -> dict[str, Json]:
    """Write a workbook into a flow; returns its metadata.

    Raises whatever xlrd's struct and index operations raise on what it cannot read.
    """
    import xlrd

    book = xlrd.open_workbook(file_contents=content, formatting_info=True, on_demand=True, logfile=io.StringIO())
    sheets = [_sheet(book, one, number) for number, one in enumerate(book.sheets(), 1)]
    formulas = uncomputed_formulas(book)
    for sheet, found in zip(sheets, formulas, strict=False):
        for one in found:
            sheet.cells.setdefault(one.row, {})[one.column] = Cell(one.text)
    write_sheets(_in_order(book, sheets, flow), options, flow)
    tell_uncomputed(sum(map(len, formulas)), flow)
    return {"author": book.user_name.strip()} if book.user_name and book.user_name.strip() else {}


def _in_order(book: Any, sheets: list[Sheet], flow: Flow) -> list[Sheet]:
    """The sheets of cells, with what lies on them, and those that are charts, numbered as the workbook lists them."""
    listed = parts(book)
    if sum(one.kind == _OF_CELLS for one in listed) != len(sheets):
        return sheets
    of_cells, found = iter(sheets), []
    for number, part in enumerate(listed, 1):
        sheet = next(of_cells) if part.kind == _OF_CELLS else Sheet(part.title, number, part.hidden)
        sheet.number = number
        if part.kind in (_OF_CELLS, _CHART):
            sheet.texts.extend(read_shapes(book, part.place, flow))
            found.append(sheet)
        elif part.kind == _MACROS:
            flow.lose(f"its sheet of macros {part.title!r} was not read")
    return found


def _sheet(book: Any, found: Any, number: int) -> Sheet:
    sheet = Sheet(found.name, number, found.visibility != 0)
    for row in range(found.nrows):
        cells = {column: _cell(book, found, row, column) for column in range(found.row_len(row))}
        if kept := {column: cell for column, cell in cells.items() if cell.text or cell.struck}:
            sheet.cells[row] = kept
    sheet.merges = [Merge(top, left, bottom - top, right - left) for top, bottom, left, right in found.merged_cells]
    sheet.hidden_rows = {row for row, info in found.rowinfo_map.items() if info.hidden}
    sheet.hidden_columns = {column for column, info in found.colinfo_map.items() if info.hidden}
    sheet.margins = margins(*margin_codes(book, found.number))
    for place, note in found.cell_note_map.items():
        text = " ".join(note.text.split())
        author = note.author.strip()
        sheet.comments[place] = f"comment by {author}: {text.removeprefix(f'{author}:').strip()}" if author else text
    return sheet


def _cell(book: Any, sheet: Any, row: int, column: int) -> Cell:
    import xlrd

    kind, value = sheet.cell_type(row, column), sheet.cell_value(row, column)
    if kind in (xlrd.XL_CELL_EMPTY, xlrd.XL_CELL_BLANK):
        return Cell("")
    style = _style(book, sheet, row, column)
    if kind == xlrd.XL_CELL_TEXT:
        runs = sheet.rich_text_runlist_map.get((row, column))
        rich = _rich(book, value, runs, style.font) if runs else Cell(value)
        styled = style.cell(show_text(" ".join(rich.text.split()), style.code), rich.own_fonts)
        return Cell(styled.text, styled.struck + rich.struck)
    if kind == xlrd.XL_CELL_BOOLEAN:
        return style.cell("TRUE" if value else "FALSE")
    if kind == xlrd.XL_CELL_ERROR:
        return style.cell(xlrd.error_text_from_code.get(value, "#ERROR"))
    return style.cell(show_number(value, style.code, epoch_1904=book.datemode == 1))


def _style(book: Any, sheet: Any, row: int, column: int) -> Style:
    form = book.xf_list[sheet.cell_xf_index(row, column)]
    font = book.font_list[form.font_index]
    code = _code(book, form.format_key)
    return Style(code, _POSITIONS.get(font.escapement, "base"), bool(font.struck_out), font.name)


def _rich(book: Any, text: str, runs: list[tuple[int, int]], first: str | None) -> Cell:
    """A text whose fonts change at the places of its runs; ``first`` is the font before them."""
    line, struck = ScriptedText(), 0
    line.add(known_in_font(text[: runs[0][0]], first))
    for (start, font_index), end in zip(runs, [*(start for start, _ in runs[1:]), len(text)], strict=True):
        font = book.font_list[font_index]
        if font.struck_out:
            struck += end - start
        else:
            line.add(known_in_font(text[start:end], font.name), _POSITIONS.get(font.escapement, "base"))
    return Cell(str(line), struck, own_fonts=True)


def _code(book: Any, key: int) -> str:
    """The format with a number: the file's own, or the one built in, which each country has its own dates for."""
    known = book.format_map.get(key)
    own = known.format_str if known is not None and key not in _DATES else ""
    if not own and key in _DATES_IN_JAPAN_AND_KOREA and book.countries[1] in _JAPAN_AND_KOREA:
        return built_in_code(_DATES[0])
    return own or built_in_code(key)
