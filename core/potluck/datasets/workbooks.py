"""Rows of a workbook (.xlsx): every cell as the text that it shows, each row with its number in the sheet."""

from __future__ import annotations

import datetime
import re
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from potluck.errors import MissingDependency, Problem
from potluck.installation import pip_command_of_extra

_ZEROS = re.compile(r"0{2,}")
"""The number format of numbers that are filled up with zeros, such as ``0000``."""

_PERCENT = re.compile(r"0(?:\.(0+))?%")


def read_workbook(path: Path, problems: list[Problem]) -> Iterator[tuple[int, list[str]]]:
    """The rows that are not blank of the only sheet that has any, from the one that names the columns on.

    Each comes with its number in the sheet. Hidden sheets do not count. What is wrong is added to ``problems``. Raises
    ``MissingDependency``.
    """
    try:
        import openpyxl
    except ImportError:
        raise MissingDependency(
            f"{path}: reading workbooks needs the package 'openpyxl'. Run: {pip_command_of_extra('office')}"
        ) from None
    try:
        shown, written = (openpyxl.load_workbook(path, read_only=True, data_only=values) for values in (True, False))
        sheets = [sheet for sheet in shown.worksheets if sheet.sheet_state == "visible" and _has_rows(sheet)]
        if len(sheets) > 1:
            names = ", ".join(sheet.title for sheet in sheets)
            message = f"rows stand in {len(sheets)} sheets ({names}): keep the one you want in a file of its own"
            problems.append(Problem.without_place(str(path), message))
            return
        for sheet in sheets:
            yield from _rows(path, sheet, written[sheet.title], problems)
    except (zipfile.BadZipFile, KeyError, ValueError, TypeError, AttributeError, OSError, EOFError) as error:
        message = f"no workbook, or one with a password ({type(error).__name__}): {error}"
        problems.append(Problem.without_place(str(path), message))


def _has_rows(sheet: Any) -> bool:
    sheet.reset_dimensions()  # what programs write about the size of a sheet is often wrong
    return any(_text(cell).strip() for row in sheet.iter_rows() for cell in row)


def _rows(path: Path, sheet: Any, written: Any, problems: list[Problem]) -> Iterator[tuple[int, list[str]]]:
    written.reset_dimensions()
    for number, (row, source) in enumerate(zip(sheet.iter_rows(), written.iter_rows(), strict=True), 1):
        for cell, one in zip(row, source, strict=False):
            if cell.value is None and isinstance(one.value, str) and one.value.startswith("="):
                message = f"the formula in {one.coordinate} has no value: open the file in a spreadsheet, and save it"
                problems.append(Problem(str(path), number, 1, message))
        cells = [_text(cell) for cell in row]
        if any(cell.strip() for cell in cells):
            yield number, _without_blank_ends(cells)


def _without_blank_ends(cells: Sequence[str]) -> list[str]:
    """Without the blank cells on the right, which sheets have as many of as they like."""
    length = max((number for number, cell in enumerate(cells, 1) if cell.strip()), default=0)
    return list(cells[:length])


def _text(cell: Any) -> str:
    """A cell's value as it is shown: percentages, leading zeros and dates as such."""
    value, form = cell.value, str(getattr(cell, "number_format", "") or "")
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, datetime.datetime):
        return value.date().isoformat() if value.time() == datetime.time() else value.isoformat(" ")
    if isinstance(value, int | float):
        return _number(value, form)
    return str(value)


def _number(value: float, form: str) -> str:
    if (percent := _PERCENT.fullmatch(form)) is not None:
        return f"{value:.{len(percent[1] or '')}%}"
    if _ZEROS.fullmatch(form) and value == int(value):
        return str(int(value)).zfill(len(form))
    return str(int(value)) if value == int(value) and abs(value) < 1e15 else repr(value)
