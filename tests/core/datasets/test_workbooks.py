"""Rows of workbooks: cells as they are shown, rows by their number in the sheet.

Modules: ``potluck.datasets.workbooks``.
"""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Any

import pytest

from potluck.datasets.row_files import read_rows
from potluck.datasets.workbooks import read_workbook
from potluck.errors import Problem, RecipeError

openpyxl = pytest.importorskip("openpyxl")


def book(path: Path, *rows: list[Any], title: str = "問題") -> Any:
    made = openpyxl.Workbook()
    made.active.title = title
    for row in rows:
        made.active.append(row)
    made.save(path)
    return made


def test_rows_have_their_number_in_the_sheet(tmp_path: Path) -> None:
    path = tmp_path / "q.xlsx"
    book(path, [], ["問題", "答案", None], ["大門密碼？", 4411], [None, None], ["門鈴什麼顏色？", "綠"])

    rows = read_rows(path)

    assert [(dict(row.fields), row.place) for row in rows] == [
        ({"問題": "大門密碼？", "答案": "4411"}, f"{path}:3"),
        ({"問題": "門鈴什麼顏色？", "答案": "綠"}, f"{path}:5"),
    ]
    assert rows[0].problem("is wrong", "答案") == Problem(str(path), 3, 1, "is wrong")


@pytest.mark.parametrize(
    ("value", "form", "shown"),
    [
        (4411, "General", "4411"),
        (4411.0, "General", "4411"),
        (0.5, "General", "0.5"),
        (7, "0000", "0007"),
        (0.125, "0.0%", "12.5%"),
        (0.5, "0%", "50%"),
        (True, "General", "true"),
        (datetime.datetime(2026, 11, 30), "yyyy-mm-dd", "2026-11-30"),
        (datetime.datetime(2026, 11, 30, 8, 5), "yyyy-mm-dd hh:mm", "2026-11-30 08:05:00"),
        ("００7", "General", "００7"),
    ],
)
def test_a_cell_is_the_text_that_it_shows(value: Any, form: str, shown: str, tmp_path: Path) -> None:
    made = book(tmp_path / "a.xlsx", ["a"], [value])
    made.active["A2"].number_format = form
    made.save(tmp_path / "a.xlsx")

    assert list(read_workbook(tmp_path / "a.xlsx", [])) == [(1, ["a"]), (2, [shown])]


def test_hidden_and_empty_sheets_do_not_count(tmp_path: Path) -> None:
    made = book(tmp_path / "a.xlsx", ["a"], ["x"])
    made.create_sheet("empty")
    made.create_sheet("choices").append(["hidden"])
    made["choices"].sheet_state = "hidden"
    made.save(tmp_path / "a.xlsx")

    assert [dict(row.fields) for row in read_rows(tmp_path / "a.xlsx")] == [{"a": "x"}]


def problem(path: Path) -> Problem:
    with pytest.raises(RecipeError) as raised:
        read_rows(path)
    (one,) = raised.value.problems
    return one


def test_several_sheets_with_rows_are_refused_by_name(tmp_path: Path) -> None:
    made = book(tmp_path / "a.xlsx", ["a"], ["x"])
    made.create_sheet("更多").append(["b"])
    made.save(tmp_path / "a.xlsx")

    assert problem(tmp_path / "a.xlsx").message.startswith("rows stand in 2 sheets (問題, 更多): keep the one you want")


def test_a_formula_that_was_never_computed_is_told_with_its_cell(tmp_path: Path) -> None:
    book(tmp_path / "a.xlsx", ["a", "b"], ["x", "=1+1"])

    message = "the formula in B2 has no value: open the file in a spreadsheet, and save it"
    assert problem(tmp_path / "a.xlsx") == Problem(str(tmp_path / "a.xlsx"), 2, 1, message)


@pytest.mark.parametrize("content", [b"", b"a,b\n1,2\n", b"PK\x03\x04broken", bytes.fromhex("d0cf11e0a1b11ae1")])
def test_what_is_not_a_workbook_is_told(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "a.xlsx").write_bytes(content)

    assert problem(tmp_path / "a.xlsx").message.startswith("no workbook, or one with a password")


def test_more_cells_than_columns_and_columns_of_one_name_are_told_at_their_row(tmp_path: Path) -> None:
    book(tmp_path / "a.xlsx", ["a"], ["1", "2"])
    assert (problem(tmp_path / "a.xlsx").line, problem(tmp_path / "a.xlsx").message) == (
        2,
        "2 cells, and the first row names 1 fields",
    )
    book(tmp_path / "a.xlsx", ["甲", "甲"], ["1", "2"])
    assert problem(tmp_path / "a.xlsx").message == "two columns are named '甲'"
