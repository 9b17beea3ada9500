"""Excel's ``.xlsx`` by openpyxl (MIT): a section a sheet, a line a row, the values that were shown."""

from __future__ import annotations

from datetime import date, datetime, time
from io import BytesIO
from typing import Any

from potluck.documents import Json
from potluck.errors import UnreadableDocument
from potluck_plugins.loaders._shared.flow import Flow


def read_xlsx(content: bytes, flow: Flow) -> dict[str, Json]:
    """Write a workbook into a flow; sheets without values are left out. Returns its metadata."""
    from openpyxl import load_workbook

    try:
        workbook = load_workbook(BytesIO(content), read_only=True, data_only=True)
    except Exception as error:  # openpyxl raises whatever its parsers raise
        raise UnreadableDocument(f"the workbook is damaged ({type(error).__name__}: {error})") from error
    try:
        for number, sheet in enumerate(workbook.worksheets, 1):
            _sheet(sheet, number, flow)
        properties = workbook.properties
        found: dict[str, Json] = {"title": properties.title, "author": properties.creator}
        return {key: value for key, value in found.items() if value}
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise UnreadableDocument(f"a sheet is damaged ({type(error).__name__}: {error})") from error
    finally:
        workbook.close()


def _sheet(sheet: Any, number: int, flow: Flow) -> None:
    # A file may claim any size: rows are read as far as there are some.
    sheet.reset_dimensions()
    named = False
    for row in sheet.iter_rows(values_only=True):
        cells = [_shown(value) for value in row]
        while cells and not cells[-1]:
            cells.pop()
        if not any(cells):
            continue
        if not named:
            flow.page(number)
            flow.heading(sheet.title, 1)
            named = True
        flow.paragraph(" | ".join(cells), clauses=False)


def _shown(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    if isinstance(value, datetime) and value.time() == time(0):
        return value.date().isoformat()
    if isinstance(value, date | time):
        return value.isoformat()
    return " ".join(str(value).split())
