"""Tables and sheets of OpenDocument files.

Modules: ``potluck_plugins.loaders._office.odf.table``, ``potluck_plugins.loaders._office.odf.sheets``.
"""

from __future__ import annotations

import pytest

from potluck.documents import Document
from support.loading import load_one
from support.odf_reading import REPEAT, comment, lines, read, table
from support.opendocument import COVERED, cell, frame, odf, p, row

SPAN = "table:number-{}-spanned='{}'".format


@pytest.mark.parametrize(
    ("rows", "found"),
    [
        ([row(cell("a"), cell("b")), row(cell("5"), cell("6"))], ["a | b", "5 | 6"]),
        (
            [row(cell("a"), cell("b"), cell("c")), row(cell("5", SPAN("columns", 2)), COVERED, cell("6"))],
            ["a | b | c", "5 | 5 | 6"],
        ),
        (
            [row(cell("a"), cell("b")), row(cell("5", SPAN("rows", 2)), cell("6")), row(COVERED, cell("7"))],
            ["a | b", "5 | 6", "5 | 7"],
        ),
        (
            [row(cell("a"), cell("b")), row(cell("5"), cell("6", SPAN("rows", 2))), row(cell("7"), COVERED)],
            ["a | b", "5 | 6", "7 | 6"],
        ),
        ([row(cell("a"), cell("b")), row(cell("5", REPEAT("columns", 2)))], ["a | b", "5 | 5"]),
        ([row(cell("a"), cell("b")), row(cell("5"), cell("6"), more=REPEAT("rows", 2))], ["a | b", "5 | 6", "5 | 6"]),
        (
            [
                f"<table:table-rows>{row(cell('a'), cell('b'))}</table:table-rows>",
                f"<table:table-row-group>{row(cell('5'), cell('6'))}</table:table-row-group>",
            ],
            ["a | b", "5 | 6"],
        ),
        (
            [
                "<table:table-header-rows>",
                row(cell("a"), cell("b")),
                row(cell("c"), cell("d")),
                "</table:table-header-rows>",
                row(cell("5"), cell("6")),
            ],
            ["a c | b d", "5 | 6"],
        ),
        ([row(cell("a"), cell("b")), row(cell("5"), cell("6"), more='table:visibility="collapse"')], ["a | b"]),
        ([row(cell("a"), cell("b")), row(cell("5"), cell("6"), more='table:visibility="filter"')], ["a | b"]),
        ([row(cell("a"), cell("b")), row(cell("5"), cell("6"), more='table:visibility="visible"')], ["a | b", "5 | 6"]),
    ],
)
def test_rows_and_cells_cover_and_repeat(rows: list[str], found: list[str]) -> None:
    assert lines(table(*rows)) == found


def test_rows_that_are_hidden_or_repeat_without_end_are_counted() -> None:
    hidden = table(row(cell("a"), cell("b")), row(cell("道碴"), cell("c"), more='table:visibility="collapse"'))
    assert read(hidden).losses == ("a hidden row was left out: 1 place, 3 characters",)
    assert lines(hidden, hidden=True) == ["a | b", "道碴 | c"]

    def repeated(*cells: str, times: int) -> tuple[list[str], tuple[str, ...]]:
        document = read(table(row(cell("a"), cell("b")), row(*cells, more=REPEAT("rows", times))))
        return document.text.split("\n")[1:], document.losses

    assert repeated(cell("5"), cell("6"), times=1_000) == (["5 | 6"] * 1_000, ())
    assert repeated(cell("5"), cell("6"), times=1_001) == (
        ["5 | 6"] * 1_000,
        ("a row that repeats more than 1,000 times was left out: 1 place, 2 characters",),
    )
    assert repeated(cell("5", REPEAT("columns", 2_000)), times=60) == (
        [" | ".join("5" * 1_000)] * 50,
        ("a row that repeats more than 50 times was left out: 1 place, 1,000 characters",),
    )
    assert repeated(cell("5"), cell("6"), cell("", REPEAT("columns", 1_000)), times=60) == (["5 | 6"] * 60, ())


def sheet(*rows: str, more: str = "", before: str = "") -> str:
    return f'<table:table table:name="S" {more}>{before}{"".join(rows)}</table:table>'


def book(*sheets: str, styles: str = "", **settings: bool) -> Document:
    return load_one("office", odf("spreadsheet", "".join(sheets), styles), **settings)


@pytest.mark.parametrize(
    ("attributes", "shown"),
    [
        ('office:value-type="float" office:value="0.30000000000000004"', "0.3"),
        ('office:value-type="currency" office:value="5"', "5"),
        ('office:value-type="percentage" office:value="0.075"', "7.5%"),
        ('office:value-type="date" office:date-value="2026-03-15"', "2026-03-15"),
        ('office:value-type="time" office:time-value="PT8H"', "PT8H"),
        ('office:value-type="boolean" office:boolean-value="true"', "true"),
        ('office:value-type="string" office:string-value="甲"', "甲"),
        ('office:value-type="other" office:value="v"', "v"),
        ('office:value-type="float" office:value="5" table:formula="of:=A1"', "5"),
        ('table:formula="of:=A1=B1"', "=A1=B1"),
        ('table:formula="of"', None),
        ('office:value-type="float" table:formula="of:=A1"', None),
        ("", None),
    ],
)
def test_a_cell_without_text_shows_its_value(attributes: str, shown: str | None) -> None:
    document = book(sheet(row(cell("x"), cell("", attributes), cell("y"))))

    assert document.text == "S\n" + " | ".join(one for one in ("x", shown, "y") if one)
    assert any("formula" in loss for loss in document.losses) is bool(shown and shown.startswith("="))


def test_rows_and_columns_of_a_sheet_stand_where_they_are() -> None:
    far = [row(cell("", REPEAT("columns", 2)), cell("c")), row(cell(), more=REPEAT("rows", 3))]
    far.append(row(cell("7"), cell("8")))
    assert book(sheet(row(cell("h"), cell("i"), cell("j")), *far)).text == "S\nh | i | j\n |  | c\n7 | 8"

    columns = f"<table:table-column {REPEAT('columns', 2)}/><table:table-column table:visibility='collapse'/>"
    found = sheet(row(cell("a"), cell("b"), cell("cc"), cell("d")), before=columns)
    assert book(found).text == "S\na | b | d"
    assert book(found).losses == ("text in hidden rows and columns was left out: 1 place, 2 characters",)
    hidden = [row(cell("a")), row(cell("b"), more="table:visibility='filter' " + REPEAT("rows", 2)), row(cell("c"))]
    assert book(sheet(*hidden)).text == "S\na\nc"
    merged = [row(cell("a"), cell("b"), cell("c")), row(cell("d", SPAN("columns", 2)), COVERED, cell("5"))]
    assert book(sheet(*merged)).text == "S\na | b | c\nd | d | 5"
    high = [row(cell("a"), cell("b")), row(cell("d", SPAN("rows", 2)), cell("5")), row(COVERED, cell("6"))]
    assert book(sheet(*high)).text == "S\na | b\nd | 5\nd | 6"


def test_a_sheet_may_be_hidden_nameless_or_hold_shapes_only() -> None:
    hidden = '<style:style style:name="h" style:family="table">'
    hidden += '<style:table-properties table:display="false"/></style:style>'
    both = p("道") + p("碴")
    shapes = f"<table:shapes>{frame(f'<draw:text-box>{both}</draw:text-box>')}</table:shapes>"
    nameless = f"<table:table>{shapes}</table:table>"

    document = book(sheet(row(cell("a")), more='table:style-name="h"'), nameless, styles=hidden)
    assert document.text == "2\n道\n碴"
    assert document.losses == ("a hidden sheet was left out: 1 place, 1 character",)


def test_a_comment_belongs_to_its_cell() -> None:
    found = sheet(row(cell("a"), f"<table:table-cell>{comment(p('道'))}{p('b')}</table:table-cell>"), row(cell("5")))

    assert book(found).text == "S\na | b\n5"
    assert book(found).losses == ("a comment was left out: 1 place, 1 character",)
    assert book(found, comments=True).text == "S\na | b [道]\n5"
