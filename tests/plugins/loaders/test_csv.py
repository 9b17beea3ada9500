"""The ``csv`` loader, and tables of text."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from support.loading import load_one, make_loader


def test_every_row_carries_the_names_of_its_columns() -> None:
    document = load_one("csv", "站名,里程,負責人\n大安站,12K+300,王小明\nNorth,3K+1,Ann\n")

    assert document.text.split("\n") == [
        "站名 | 里程 | 負責人",
        "站名: 大安站; 里程: 12K+300; 負責人: 王小明",
        "站名: North; 里程: 3K+1; 負責人: Ann",
    ]
    assert document.metadata == {
        "encoding": "utf-8",
        "delimiter": ",",
        "columns": ["站名", "里程", "負責人"],
        "rows": 2,
    }


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_found(delimiter: str) -> None:
    rows = [["a", "b; c, d"], ["1", "x | y\tz"], ["2", "一，二"]]
    file = io.StringIO()
    csv.writer(file, delimiter=delimiter).writerows(rows)

    document = load_one("csv", file.getvalue())

    assert document.metadata["delimiter"] == delimiter
    assert document.metadata["rows"] == 2


def test_a_first_line_may_name_the_delimiter() -> None:
    assert load_one("csv", "sep=;\na;b\n1,5;2\n").text == "a | b\na: 1,5; b: 2"


def test_quoted_cells_hold_delimiters_and_line_ends() -> None:
    document = load_one("csv", '名稱,說明\n"短鋼軌","長度在\n標準以下, ""短"""\n')

    assert document.text.endswith('名稱: 短鋼軌; 說明: 長度在 標準以下, "短"')


def test_a_blank_before_a_quotation_mark_does_no_harm() -> None:
    assert load_one("csv", '"Team", "Payroll (millions)"\n"Reds", 82.20\n').text.endswith(
        "Team: Reds; Payroll (millions): 82.20"
    )


def test_a_quotation_mark_that_is_never_closed_swallows_no_rows() -> None:
    document = load_one("csv", 'a,b\n"x,1\ny,2\n')

    assert document.text.split("\n")[1:] == ['a: "x; b: 1', "a: y; b: 2"]
    assert "never closed" in document.losses[0]


def test_cells_without_a_name_are_kept() -> None:
    assert load_one("csv", "a,b,\n1,2,3,4\n").text == "a | b | \na: 1; b: 2; 3; 4"


def test_a_title_above_the_table_is_not_a_header() -> None:
    document = load_one("csv", "檢查結果,,\n\n站名,里程\n大安,12\n")

    assert document.text == "檢查結果\n站名 | 里程\n站名: 大安; 里程: 12"


def test_a_table_without_a_header_keeps_its_rows() -> None:
    document = load_one("csv", "甲,1\n乙,2\n", header=False)

    assert document.text == "甲 | 1\n乙 | 2"
    assert document.metadata["rows"] == 2


@pytest.mark.parametrize("encoding", ["big5", "gb18030", "utf-16", "utf-16-le", "utf-8-sig"])
def test_the_encoding_is_found(encoding: str) -> None:
    text = "姓名,電話,備註\n王小明,0912,每週檢查一次軌道並且回報\n李大同,0933,負責維護車站的設備\n"

    assert "姓名: 李大同" in load_one("csv", text.encode(encoding)).text


def test_a_cell_may_be_longer_than_the_module_expects() -> None:
    assert load_one("csv", "a,b\n" + "長" * 200_000 + ",tail\n").text.endswith("長; b: tail")


def test_nul_characters_are_reported() -> None:
    document = load_one("csv", "a,b\n1,\x002\n")

    assert document.text.endswith("a: 1; b: 2")
    assert document.losses == ("1 NUL character was taken out",)


@pytest.mark.parametrize("delimiter", ["", ",,", "\n", '"'])
def test_a_delimiter_is_one_character(delimiter: str) -> None:
    with pytest.raises(ValidationError):
        make_loader("csv", delimiter=delimiter)


CELL = st.text(st.characters(exclude_categories=("Cs", "Cc"), exclude_characters="\ufeff"), max_size=8)


@given(st.lists(st.lists(CELL, min_size=3, max_size=3), min_size=2, max_size=6))
def test_no_cell_is_lost(rows: list[list[str]]) -> None:
    file = io.StringIO()
    csv.writer(file).writerows(rows)

    document = load_one("csv", file.getvalue(), delimiter=",")

    for row in rows:
        for cell in row:
            assert " ".join(cell.split()) in document.text
