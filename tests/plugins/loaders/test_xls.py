"""Excel's older workbooks cell by cell, as xlwt writes them.

Modules: ``potluck_plugins.loaders._office.xls``.
"""

from __future__ import annotations

import io
from datetime import date
from typing import Any

import pytest
import xlwt

from potluck.documents import Document
from support.loading import load_one


def read(*rows: list[Any], **settings: bool) -> Document:
    workbook = xlwt.Workbook(encoding="utf-8")
    workbook.add_sheet("甲")
    sheet = workbook.add_sheet("S")
    for row, cells in enumerate(rows):
        for column, value in enumerate(cells):
            one, form = value if isinstance(value, tuple) else (value, "")
            if one is not None:
                sheet.write(row, column, one, xlwt.easyxf(form))
    file = io.BytesIO()
    workbook.save(file)
    return load_one("office", file.getvalue(), **settings)


@pytest.mark.parametrize(
    ("value", "form", "shown"),
    [
        (True, "", "TRUE"),
        (False, "", "FALSE"),
        (2.5, "", "2.5"),
        (date(2026, 3, 15), "", "46096"),
        ("甲  乙\n丙", "", "甲 乙 丙"),
        ("m", "font: name Symbol", "μ"),
        ("6", "font: escapement superscript", "⁶"),
        ("2", "font: escapement subscript", "₂"),
        (6, "font: escapement superscript", "⁶"),
    ],
)
def test_a_cell_shows_its_value_by_its_kind_and_style(value: Any, form: str, shown: str) -> None:
    assert read(["x", (value, form), None, "y"]).text == f"S\nx | {shown} | y"


def test_what_is_struck_out_is_counted() -> None:
    document = read(["x", ("道碴", "font: struck_out on"), (12, "font: struck_out on")])

    assert document.text == "S\nx"
    assert document.losses == ("struck-out text was left out: 1 place, 4 characters",)


def test_a_sheet_keeps_its_number_where_others_are_empty() -> None:
    assert [page.number for page in read(["x"]).pages] == [2]
