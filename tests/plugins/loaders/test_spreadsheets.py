"""Workbooks: ``.xlsx`` written by openpyxl, ``.xls`` written by xlwt, and what both must give alike.

Modules: ``potluck_plugins.loaders._office.xlsx``, ``potluck_plugins.loaders._office.xls``,
``potluck_plugins.loaders._office.xls_records``, ``potluck_plugins.loaders._office.sheet``,
``potluck_plugins.loaders._office.workbook``.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

import openpyxl
import pytest
import xlwt
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont
from openpyxl.styles import Font

from potluck.errors import UnreadableDocument
from support.workbooks import read, rewritten, rows, xls, xlsx

FORMATTED = [
    ("rate", 0.075, "0.0%", "7.5%"),
    ("deposit", 1234.5, '"NT$"#,##0.00', "NT$1,234.50"),
    ("extension", 7, "0000", "0007"),
    ("article", 12345, "000-000", "012-345"),
    ("balance", -1500, "#,##0;(#,##0)", "(1,500)"),
    ("small", 0.0004, "0.00E+00", "4.00E-04"),
    ("sum", 0.1 + 0.2, "General", "0.3"),
    ("day", date(2026, 3, 15), "yyyy/mm/dd", "2026/03/15"),
    ("moment", datetime(2026, 3, 15, 8, 5), "yyyy-mm-dd h:mm", "2026-03-15 8:05"),
    ("hour", time(18, 30), "h:mm AM/PM", "6:30 PM"),
    ("民國", date(2026, 3, 15), "[$-404]e/m/d", "115/3/15"),
]


def test_values_of_xlsx_stand_as_the_sheet_shows_them() -> None:
    def fill(workbook: openpyxl.Workbook) -> None:
        for index, (name, value, code, _) in enumerate(FORMATTED, 1):
            workbook.active.cell(index, 1, name)
            workbook.active.cell(index, 2, value).number_format = code

    assert read(xlsx(fill)).text.split("\n")[1:] == [f"{name} | {shown}" for name, _, _, shown in FORMATTED]


def test_values_of_xls_stand_as_the_sheet_shows_them() -> None:
    def fill(workbook: xlwt.Workbook) -> None:
        sheet = workbook.add_sheet("Sheet")
        for index, (name, value, code, _) in enumerate(FORMATTED):
            sheet.write(index, 0, name)
            sheet.write(index, 1, value, xlwt.easyxf(num_format_str=code))

    assert read(xls(fill)).text.split("\n")[1:] == [f"{name} | {shown}" for name, _, _, shown in FORMATTED]


def test_a_duration_may_be_longer_than_a_day() -> None:
    def fill(workbook: openpyxl.Workbook) -> None:
        workbook.active["A1"] = timedelta(hours=26, minutes=30)
        workbook.active["A1"].number_format = "[h]:mm"

    assert read(xlsx(fill)).text == "Sheet\n26:30"


def test_days_counted_from_1904_are_the_same_days() -> None:
    def fill(workbook: openpyxl.Workbook) -> None:
        workbook.epoch = openpyxl.utils.datetime.CALENDAR_MAC_1904
        workbook.active["A1"] = date(2026, 3, 15)

    assert read(xlsx(fill)).text == "Sheet\n2026-03-15"


def test_truth_values_errors_and_texts_stand_as_they_are() -> None:
    text = read(xlsx(rows([[True, False, "#DIV/0!", "甲_x000D_乙", "  x  y "]]))).text

    assert text == "Sheet\nTRUE | FALSE | #DIV/0! | 甲 乙 | x y"


MERGED = [
    "站別 | 早班 電話 | 早班 人數",
    "北站 | 1101 | 3",
    "北站 | 1103 | 4",
    "南站 | 2101 | 5",
    "| 合計另附 |",
    "東站 | 3101 | 6",
]


def test_merged_cells_of_xlsx_repeat_their_value_and_headers_of_two_rows_are_one_line() -> None:
    def fill(workbook: openpyxl.Workbook) -> None:
        sheet = workbook.active
        for row in [
            ["排班", None, None],
            ["站別", "早班", None],
            [None, "電話", "人數"],
            ["北站", 1101, 3],
            [None, 1103, 4],
            ["南站", 2101, 5],
            ["合計另附", None, None],
            ["東站", 3101, 6],
        ]:
            sheet.append(row)
        for cells in ("A1:C1", "A2:A3", "B2:C2", "A4:A5", "A7:C7"):
            sheet.merge_cells(cells)

    assert read(xlsx(fill)).text.split("\n")[1:] == ["排班", *MERGED]


def test_merged_cells_of_xls_repeat_their_value_and_headers_of_two_rows_are_one_line() -> None:
    def fill(workbook: xlwt.Workbook) -> None:
        sheet = workbook.add_sheet("Sheet")
        sheet.write_merge(0, 0, 0, 2, "排班")
        sheet.write_merge(1, 2, 0, 0, "站別")
        sheet.write_merge(1, 1, 1, 2, "早班")
        sheet.write(2, 1, "電話")
        sheet.write(2, 2, "人數")
        sheet.write_merge(3, 4, 0, 0, "北站")
        for row, (phone, count) in enumerate([(1101, 3), (1103, 4), (2101, 5)], 3):
            sheet.write(row, 1, phone)
            sheet.write(row, 2, count)
        sheet.write(5, 0, "南站")
        sheet.write_merge(6, 6, 0, 2, "合計另附")
        for column, value in enumerate(["東站", 3101, 6]):
            sheet.write(7, column, value)

    assert read(xls(fill)).text.split("\n")[1:] == ["排班", *MERGED]


def test_an_empty_row_before_another_header_ends_a_table() -> None:
    table = [["a", "b"], [1, 2], [], ["c", "d"], [3, 4], [], [5, 6]]
    assert read(xlsx(rows(table))).text.split("\n")[1:] == ["a | b", "1 | 2", "", "c | d", "3 | 4", "5 | 6"]


def test_columns_that_are_empty_in_a_whole_table_are_left_out() -> None:
    table = [[None, "a", None, "b"], [None, 1, None, 2], [None, None, None, 3]]
    assert read(xlsx(rows(table))).text.split("\n")[1:] == ["a | b", "1 | 2", " | 3"]


def test_raised_and_struck_out_characters_of_xlsx() -> None:
    def fill(workbook: openpyxl.Workbook) -> None:
        sheet = workbook.active
        raised, lowered = InlineFont(vertAlign="superscript"), InlineFont(vertAlign="subscript")
        sheet["A1"] = CellRichText("10", TextBlock(raised, "6"), " Ω, H", TextBlock(lowered, "2"), "O")
        sheet["A2"] = CellRichText("25", TextBlock(raised, "1"), " kN")
        sheet["A3"] = CellRichText(TextBlock(InlineFont(strike=True), "14"), "16 euros")
        sheet["A4"] = "gone"
        sheet["A4"].font = Font(strike=True)
        sheet["A5"] = "2"
        sheet["A5"].font = Font(vertAlign="superscript")

    document = read(xlsx(fill))

    assert document.text.split("\n")[1:] == ["10⁶ Ω, H₂O", "25¹ kN", "16 euros", "²"]
    assert document.losses == ("struck-out text was left out: 1 place, 6 characters",)


def test_raised_and_struck_out_characters_of_xls() -> None:
    def fill(workbook: xlwt.Workbook) -> None:
        sheet = workbook.add_sheet("Sheet")
        plain, raised, struck = (
            xlwt.easyfont(""),
            xlwt.easyfont("escapement superscript"),
            xlwt.easyfont("struck_out on"),
        )
        sheet.write_rich_text(0, 0, [("10", plain), ("6", raised), (" ohm", plain)])
        sheet.write_rich_text(1, 0, [("14", struck), (" 16 euros", plain)])

    document = read(xls(fill))

    assert document.text == "Sheet\n10⁶ ohm\n16 euros"
    assert document.losses == ("struck-out text was left out: 1 place, 2 characters",)


def hiding(workbook: openpyxl.Workbook) -> None:
    sheet = workbook.active
    for row in [["a", "b"], ["secret row", 1], ["c", "secret column"]]:
        sheet.append(row)
    sheet.row_dimensions[2].hidden = True
    sheet.column_dimensions["B"].hidden = True
    other = workbook.create_sheet("Hidden")
    other["A1"] = "secret sheet"
    other.sheet_state = "veryHidden"


def test_hidden_rows_columns_and_sheets_are_left_out_and_counted() -> None:
    document = read(xlsx(hiding))

    assert document.text == "Sheet\na\nc"
    assert document.losses == (
        "text in hidden rows and columns was left out: 1 place, 25 characters",
        "a hidden sheet was left out: 1 place, 12 characters",
    )


def test_hidden_rows_columns_and_sheets_are_read_where_the_recipe_says_so() -> None:
    document = read(xlsx(hiding), hidden=True)

    assert document.text == "Sheet\na | b\nsecret row | 1\nc | secret column\nHidden\nsecret sheet"
    assert document.losses == ()


def test_every_sheet_is_a_page_and_a_section_with_its_own_number() -> None:
    def fill(workbook: openpyxl.Workbook) -> None:
        workbook.active.append(["a"])
        workbook.create_sheet("Empty")
        workbook.create_sheet("車站").append(["b"])

    document = read(xlsx(fill))

    assert [(page.number, document.text[page.start : page.end]) for page in document.pages] == [
        (1, "Sheet\na\n"),
        (3, "車站\nb"),
    ]
    assert [section.title for section in document.sections] == ["Sheet", "車站"]


def test_a_file_that_claims_huge_merges_is_read_at_once() -> None:
    def fill(workbook: openpyxl.Workbook) -> None:
        for row in range(200):
            workbook.active.append([f"{row}", *range(50)])

    content = xlsx(fill)
    merges = "".join(f'<mergeCell ref="A{i}:XFD1048576"/>' for i in range(1, 200))
    content = rewritten(
        content, "xl/worksheets/sheet1.xml", "</sheetData>", f"</sheetData><mergeCells>{merges}</mergeCells>"
    )

    assert read(content).text.startswith("Sheet\n0 | 0 | 0 | 0")


def test_a_damaged_sheet_costs_what_stands_behind_the_damage() -> None:
    content = xlsx(lambda workbook: [workbook.active.append(["a"]), workbook.create_sheet("乙").append(["b"])])
    damaged = rewritten(content, "xl/worksheets/sheet1.xml", "</sheetData>", "<row><c t='inlineStr'><is></sheetData>")

    document = read(damaged)

    assert document.text == "Sheet\na\n乙\nb"
    assert [loss.partition(",")[0] for loss in document.losses] == [
        "its sheet 'Sheet' (xl/worksheets/sheet1.xml) is damaged"
    ]


def test_a_workbook_whose_only_sheet_is_damaged_from_the_start_is_an_error() -> None:
    content = rewritten(xlsx(rows([["a"]])), "xl/worksheets/sheet1.xml", "<sheetData>", "<sheetData></x>")

    with pytest.raises(UnreadableDocument, match="its sheet 'Sheet' is damaged"):
        read(content)


def test_rows_and_cells_may_leave_out_where_they_are() -> None:
    content = xlsx(rows([["a", "b"], [1, 2]]))
    for reference in ("A1", "B1", "A2", "B2"):
        content = rewritten(content, "xl/worksheets/sheet1.xml", f' r="{reference}"', "")
    for number in (1, 2):
        content = rewritten(content, "xl/worksheets/sheet1.xml", f'<row r="{number}"', "<row")

    assert read(content).text == "Sheet\na | b\n1 | 2"


def test_symbols_are_read_by_the_font_of_their_cell_or_run() -> None:
    def fill(workbook: openpyxl.Workbook) -> None:
        sheet = workbook.worksheets[0]
        mixed = CellRichText(TextBlock(InlineFont(rFont="Symbol"), "m"), TextBlock(InlineFont(rFont="Arial"), "m"))
        sheet.append(["核可", "\u00fc", mixed, "Yes", "3"])
        sheet["B1"].font = sheet["C1"].font = Font(name="Wingdings")
        sheet["E1"].font = Font(name="Symbol")

    assert read(xlsx(fill)).text.split("\n")[-1] == "核可 | ✓ | μm | Yes | 3"


def test_symbols_of_old_workbooks_are_read_by_the_font_of_their_cell_or_run() -> None:
    def fill(workbook: xlwt.Workbook) -> None:
        sheet = workbook.add_sheet("a")
        symbols, letters = xlwt.easyxf("font: name Symbol"), xlwt.easyfont("name Arial")
        sheet.write(0, 0, "\u00fc", xlwt.easyxf("font: name Wingdings"))
        sheet.write_rich_text(0, 1, ["m", ("m", letters)], symbols)

    assert read(xls(fill)).text.split("\n")[-1] == "✓ | μm"
