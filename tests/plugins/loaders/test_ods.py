"""OpenDocument spreadsheets and presentations: what sheets and slides show."""

from __future__ import annotations

import time

from potluck.documents import Document
from support.loading import load_one, outline
from support.opendocument import COVERED, cell, frame, odf, p, row, style

COMMENT = f"<office:annotation><dc:creator>Wang</dc:creator>{p('請查')}</office:annotation>"


def sheet(*rows: str, name: str = "荷重", more: str = "") -> str:
    return f'<table:table table:name="{name}" {more}>{"".join(rows)}</table:table>'


def book(*sheets: str, styles: str = "", **settings: bool) -> Document:
    return load_one("office", odf("spreadsheet", "".join(sheets), styles), **settings)


def text(*rows: str, **settings: bool) -> list[str]:
    return book(sheet(*rows), **settings).text.split("\n")[1:]


def test_sheets_are_pages_with_the_values_that_are_shown() -> None:
    shown = (
        '<table:table-cell office:value-type="percentage" office:value="0.075"><text:p>7.5%</text:p></table:table-cell>'
    )
    document = book(sheet(row(cell("率"), shown)), sheet(row(cell("x"), cell("y")), name="B"), sheet(row(cell())))

    assert document.text.split("\n") == ["荷重", "率 | 7.5%", "B", "x | y"]
    assert [title for _, title, _ in outline(document)] == ["荷重", "B"]
    assert [page.number for page in document.pages] == [1, 2]


def test_values_that_stand_in_no_text_are_read_and_formulas_without_a_value_are_told() -> None:
    values = [
        ("float", 'office:value="1234.5"'),
        ("percentage", 'office:value="0.075"'),
        ("date", 'office:date-value="2026-03-15"'),
        ("string", 'office:string-value="甲"'),
    ]
    cells = [cell("", f'office:value-type="{kind}" {value}') for kind, value in values]
    formulas = [
        cell("", 'table:formula="of:=SUM([.A1:.A2])"'),
        cell("", 'table:formula="of:=&quot;&quot;" office:value-type="string"'),
    ]

    document = book(sheet(row(*cells, *formulas)))

    assert document.text.split("\n")[1:] == ["1234.5 | 7.5% | 2026-03-15 | 甲 | =SUM([.A1:.A2])"]
    assert [loss.partition(" and ")[0] for loss in document.losses] == ["1 formula has no stored value"]


def test_merged_and_repeated_cells_stand_where_they_are() -> None:
    high = cell("北站", 'table:number-rows-spanned="2"')
    repeated = cell("3", 'table:number-columns-repeated="2"')
    far = cell("", 'table:number-columns-repeated="16380"')
    empty = row(far, more='table:number-rows-repeated="1048000"')

    rows = row(cell("站"), cell("a"), cell("b")) + row(high, repeated, far) + row(COVERED, cell("4"), cell("5")) + empty
    assert text(rows) == ["站 | a | b", "北站 | 3 | 3", "北站 | 4 | 5"]


def test_a_style_of_a_cell_raises_and_strikes_its_text() -> None:
    raised, struck = 'style:text-position="super 58%"', 'style:text-line-through-style="solid"'
    styles = style("up", raised) + style("gone", struck, family="table-cell")
    power = '<table:table-cell><text:p>10<text:span text:style-name="up">6</text:span></text:p></table:table-cell>'
    document = book(sheet(row(power, cell("14", 'table:style-name="gone"'), cell("16"))), styles=styles)

    assert document.text.split("\n")[1:] == ["10⁶ | 16"]
    assert document.losses == ("struck-out text was left out: 1 place, 2 characters",)


def test_hidden_sheets_rows_and_columns_are_counted_or_read() -> None:
    hidden = '<style:style style:name="h" style:family="table">'
    hidden += '<style:table-properties table:display="false"/></style:style>'
    columns = '<table:table-column table:number-columns-repeated="2"/><table:table-column table:visibility="collapse"/>'
    rows = row(cell("a"), cell("b"), cell("密")) + row(
        cell("c"), cell("d"), cell("e"), more='table:visibility="filter"'
    )
    sheets = sheet(columns, rows), sheet(row(cell("secret"), cell("x")), name="H", more='table:style-name="h"')

    assert book(*sheets, styles=hidden).text.split("\n") == ["荷重", "a | b"]
    assert len(book(*sheets, styles=hidden).losses) >= 2
    assert book(*sheets, styles=hidden, hidden=True).text.split("\n") == [
        "荷重",
        "a | b | 密",
        "c | d | e",
        "H",
        "secret | x",
    ]


def test_comments_are_no_part_of_a_cell() -> None:
    rows = row(f"<table:table-cell>{COMMENT}{p('9')}</table:table-cell>", cell("8"))

    assert text(rows) == ["9 | 8"]
    assert "2 characters" in book(sheet(rows)).losses[0]
    assert any("請查" in line for line in text(rows, comments=True))


def test_headers_are_told_once_without_what_programs_fill_in() -> None:
    header = f"<style:region-left>{p('QM-7 rev. 3')}</style:region-left>"
    header += f"<style:region-right>{p('Page <text:page-number>1</text:page-number>')}</style:region-right>"
    footer = f"<style:footer>{p('<text:sheet-name>???</text:sheet-name>')}</style:footer>"
    unshown = f'<style:header style:display="false">{p("old")}</style:header>'
    pages = f"<style:master-page><style:header>{header}</style:header>{footer}</style:master-page>"
    common = (
        f"<office:master-styles>{pages}{pages}<style:master-page>{unshown}</style:master-page></office:master-styles>"
    )

    document = load_one("office", odf("spreadsheet", sheet(row(cell("a"))), common=common))

    assert document.text.split("\n") == ["荷重", "a", "[header] QM-7 rev. 3"]


def test_text_boxes_on_a_sheet_are_read() -> None:
    shapes = f"<table:shapes>{frame(f'<draw:text-box>{p(chr(0x8A3B))}</draw:text-box>')}</table:shapes>"

    assert text(shapes, row(cell("a"), cell("b"))) == ["a | b", "註"]


def test_claims_of_endless_sheets_end_within_seconds() -> None:
    started = time.monotonic()
    wide = row(cell("x", 'table:number-columns-repeated="99999999"'), more='table:number-rows-repeated="99999999"')

    document = book(sheet(*[wide] * 5))
    assert "x | x" in document.text
    assert any("cells of a sheet" in loss for loss in document.losses)
    assert time.monotonic() - started < 60


def deck(*pages: str, styles: str = "", **settings: bool) -> Document:
    return load_one("office", odf("presentation", "".join(pages), styles), **settings)


def page(*parts: str, more: str = "") -> str:
    return f"<draw:page {more}>{''.join(parts)}</draw:page>"


def placeholder(kind: str, text: str) -> str:
    return f'<draw:frame presentation:class="{kind}"><draw:text-box>{p(text)}</draw:text-box></draw:frame>'


def test_slides_are_pages_with_title_text_table_and_notes() -> None:
    table = frame(f"<table:table>{row(cell('年'), cell('t'))}{row(cell('2024'), cell('7'))}</table:table>")
    notes = f"<presentation:notes>{placeholder('notes', '記得')}{placeholder('page-number', '1')}</presentation:notes>"
    first = page(
        placeholder("outline", "重點"), placeholder("title", "道碴"), table, placeholder("footer", "foot"), notes
    )
    document = deck(first, page(placeholder("title", "鋼軌")))

    assert document.text.split("\n") == ["道碴", "重點", "年 | t", "2024 | 7", "[notes] 記得", "鋼軌"]
    assert outline(document) == [(None, "道碴", 1), (None, "鋼軌", 1)]
    assert [one.number for one in document.pages] == [1, 2]


def test_hidden_slides_and_comments_are_counted_or_read() -> None:
    hidden = '<style:style style:name="h" style:family="drawing-page">'
    hidden += '<style:drawing-page-properties presentation:visibility="hidden"/></style:style>'
    pages = page(COMMENT, placeholder("title", "a")), page(placeholder("title", "祕密"), more='draw:style-name="h"')

    assert deck(*pages, styles=hidden).text == "a"
    assert deck(*pages, styles=hidden).losses == (
        "the text of comments was left out: 1 place, 2 characters",
        "text of hidden slides was left out: 1 place, 2 characters",
    )
    shown = deck(*pages, styles=hidden, hidden=True, comments=True).text.split("\n")
    assert shown == ["a", "[comment by Wang] 請查", "祕密"]
