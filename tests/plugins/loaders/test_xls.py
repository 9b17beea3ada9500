"""Excel's older workbooks cell by cell, as xlwt writes them.

Modules: ``potluck_plugins.loaders._office.xls``.
"""

from __future__ import annotations

import io
import struct
from datetime import date
from typing import Any

import pytest
import xlwt
from xlwt.CompoundDoc import XlsDoc

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


def with_format(number: int, value: float, country: int = 886, own: str = "") -> str:
    """What a cell shows whose style names a format that is built in; the workbook may have one of its own for it."""
    workbook = xlwt.Workbook()
    workbook.country_code = country
    workbook.add_sheet("S").write(0, 0, value, xlwt.easyxf(num_format_str="0.000000"))
    records, place, stream = b"", 0, workbook.get_biff_data()
    while place < len(stream):
        kind, length = struct.unpack_from("<HH", stream, place)
        content = bytearray(stream[place + 4 : place + 4 + length])
        if kind == 0xE0 and content[2:4] == struct.pack("<H", 165):
            content[2:4] = struct.pack("<H", number)
        elif kind == 0x41E and content[:2] == struct.pack("<H", 165) and own:
            content[:2], content[5:] = struct.pack("<H", number), own.ljust(8).encode()
        records += stream[place : place + 4] + content
        place += 4 + length
    file = io.BytesIO()
    XlsDoc().save(file, records)
    document = load_one("office", file.getvalue())
    assert document.losses == ()
    return document.text.removeprefix("S\n")


@pytest.mark.parametrize(
    ("number", "value", "shown"),
    [
        (4, 1234.5, "1,234.50"),
        (14, 45000, "2023-03-15"),
        (22, 45000.5, "2023-03-15 12:00"),
        (27, 45000, "2023-03-15"),
        (31, 45000, "2023-03-15"),
        (33, 0.5, "12:00:00"),
        (34, 0.5, "12:00 PM"),
        (57, 45000, "2023-03-15"),
        (62, 1234.5, "1,234.50"),
        (81, 45000, "2023-03-15"),
        (90, 1234.5, "1234.5"),
    ],
)
def test_formats_that_are_built_in_for_some_countries_are_known(number: int, value: float, shown: str) -> None:
    assert with_format(number, value) == shown


def test_a_format_of_the_workbook_itself_goes_before_the_one_that_is_built_in() -> None:
    assert with_format(31, 45000, own="yyyy.m") == "2023.3"
    assert with_format(14, 45000, own="d.m") == "2023-03-15"


@pytest.mark.parametrize("number", [34, 35, 55, 56])
@pytest.mark.parametrize("country", [81, 82])
def test_some_formats_are_of_dates_in_japan_and_korea(number: int, country: int) -> None:
    assert with_format(number, 45000, country) == "2023-03-15"
    assert with_format(33, 45000.5, country) == "12:00:00"
    assert with_format(number, 45000, country, own="d.m") == "15.3"
