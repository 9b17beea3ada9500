"""Formulas of workbooks: with a stored value, without one, and with an empty text for a value.

Modules: ``potluck_plugins.loaders._office.xls_formulas``, ``potluck_plugins.loaders._office.xlsx``,
``potluck_plugins.loaders._office.xls``.
"""

from __future__ import annotations

import struct
from collections.abc import Callable

import pytest
import xlwt

from support.workbooks import read, rewritten, rows, xls, xlsx


@pytest.mark.parametrize("shared", [False, True])
def test_formulas_without_a_stored_value_stand_as_text_and_are_told(shared: bool) -> None:
    content = xlsx(rows([["Q1", "Q2", "Total"], [1, 2, "=A2+B2"], [3, 4, "=A3+B3"]]))
    if shared:
        sheet = "xl/worksheets/sheet1.xml"
        content = rewritten(content, sheet, "<f>A2+B2</f>", '<f t="shared" ref="C2:C3" si="0">A2+B2</f>')
        content = rewritten(content, sheet, "<f>A3+B3</f>", '<f t="shared" si="0"/>')

    document = read(content)

    assert document.text.split("\n")[1:] == ["Q1 | Q2 | Total", "1 | 2 | =A2+B2", "3 | 4 | =A3+B3"]
    assert [loss for loss in document.losses if loss.startswith("2 formulas have no stored value")]


def test_formulas_with_a_stored_value_show_it() -> None:
    content = rewritten(
        xlsx(rows([["a", "=1+1"]])), "xl/worksheets/sheet1.xml", "<f>1+1</f><v></v>", "<f>1+1</f><v>2</v>"
    )
    assert read(content).text == "Sheet\na | 2"
    assert read(content).losses == ()


def formulas(*texts: str) -> Callable[[xlwt.Workbook], None]:
    def fill(workbook: xlwt.Workbook) -> None:
        sheet = workbook.add_sheet("Sheet")
        workbook.add_sheet("甲").write(0, 0, 7)
        sheet.write(0, 0, 3)
        for row, text in enumerate(texts):
            sheet.write(row, 1, xlwt.Formula(text))

    return fill


def test_formulas_of_xls_without_a_stored_value_stand_as_text_and_are_told() -> None:
    document = read(xls(formulas("SUM(A1:A2)*2", "'甲'!A1+1.5")))

    assert document.text.split("\n") == ["Sheet", "3 | =SUM(A1:A2)*2", " | =甲!A1+1.5", "甲", "7"]
    assert [loss for loss in document.losses if loss.startswith("2 formulas have no stored value")]


def test_formulas_of_xls_whose_value_may_be_an_empty_text_are_empty() -> None:
    document = read(xls(formulas('IF(A1>2;"";A1)')))

    assert document.text == "Sheet\n3\n甲\n7"
    assert document.losses == ()


def test_empty_texts_of_an_xls_that_a_program_has_computed_are_values() -> None:
    empty, computed = b"\x03\0\0\0\0\0\xff\xff", struct.pack("<d", 6.0)
    content = xls(formulas("A1*2", "A3"))

    document = read(content.replace(empty, computed, 1))

    assert document.text == "Sheet\n3 | 6\n甲\n7"
    assert document.losses == ()


def test_a_formula_whose_value_is_an_empty_text_is_empty() -> None:
    content = xlsx(rows([["a", '=""']]))
    content = rewritten(content, "xl/worksheets/sheet1.xml", '<c r="B1"><f>', '<c r="B1" t="str"><f>')

    assert read(content).text == "Sheet\na"
    assert read(content).losses == ()
