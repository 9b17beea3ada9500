"""OpenDocument spreadsheets and presentations: what sheets and slides show.

Modules: ``potluck_plugins.loaders._office.odf.blocks``, ``potluck_plugins.loaders._office.odf.chart``,
``potluck_plugins.loaders._office.odf.inline``, ``potluck_plugins.loaders._office.odf.lists``,
``potluck_plugins.loaders._office.odf.names``, ``potluck_plugins.loaders._office.odf.package``,
``potluck_plugins.loaders._office.odf.sheets``, ``potluck_plugins.loaders._office.odf.slides``,
``potluck_plugins.loaders._office.odf.styles``, ``potluck_plugins.loaders._office.odf.table``,
``potluck_plugins.loaders._office.odf.text``.
"""

from __future__ import annotations

import time

from potluck.documents import Document
from support.loading import load_one, outline
from support.opendocument import COVERED, NAMES, OASIS, cell, frame, odf, p, row, style

COMMENT = f"<office:annotation><dc:creator>Wang</dc:creator>{p('請查')}</office:annotation>"


def sheet(*rows: str, name: str = "荷重", more: str = "") -> str:
    return f'<table:table table:name="{name}" {more}>{"".join(rows)}</table:table>'


def book(*sheets: str, styles: str = "", **settings: bool) -> Document:
    return load_one("office", odf("spreadsheet", "".join(sheets), styles), **settings)


def text(*rows: str, **settings: bool) -> list[str]:
    return book(sheet(*rows), **settings).text.split("\n")[1:]


def test_a_cell_shows_the_symbols_of_its_font() -> None:
    styles = style("ticks", 'fo:font-family="Wingdings"', family="table-cell")
    ticked = cell("\uf0fe", 'table:style-name="ticks"')

    assert book(sheet(row(cell("核可"), ticked)), styles=styles).text.split("\n")[1:] == ["核可 | ☒"]


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


def test_comments_are_not_part_of_a_cell() -> None:
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


def anchored(text: str, *shapes: str, more: str = "") -> str:
    """A cell with shapes that are anchored to it."""
    return cell(text, more).replace("</table:table-cell>", f"{''.join(shapes)}</table:table-cell>")


def test_shapes_that_are_anchored_to_cells_stand_below_all_cells() -> None:
    box = f"<draw:custom-shape>{p('限速 60')}{p('dry<text:line-break/>only')}</draw:custom-shape>"
    series = one_series("$B$2:.$B$3", "$B$1")
    figures = chart("bar", series, row(cell(), cell("N")), row(cell("甲"), cell("4")), row(cell("乙"), cell("5")))
    table = frame(f"<table:table>{row(cell('x'), cell('y'))}{row(cell('1'), cell('2'))}</table:table>")
    styles = style("s", 'style:text-line-through-style="solid"', family="table-cell")
    struck = anchored("old", table, more='table:style-name="s"')
    rows = [
        row(cell("材料"), anchored("", figures, box)),
        row(anchored("鋼", box), cell("7")),
        row(cell("a"), struck, anchored("", box)),
    ]

    document = book(sheet(*rows), styles=styles)

    cells, boxes = ["材料", "鋼 | 7", "a"], ["限速 60", "dry", "only"]
    shown = ["[chart] 載重, kN", " | N", "1 | 4", "2 | 5"]
    assert document.text.split("\n")[1:] == [*cells, *shown, *boxes, *boxes, "x | y", "1 | 2", *boxes]


def test_check_boxes_and_formulas_that_lie_on_a_sheet_are_read() -> None:
    control = '<form:form><form:checkbox xml:id="c" form:current-state="checked" form:label="已檢查"/></form:form>'
    forms = f'<office:forms xmlns:form="{OASIS}:form:1.0">{control}</office:forms>'
    on_cell = anchored("a", '<draw:control draw:control="c"/>')
    power = '<math xmlns="http://www.w3.org/1998/Math/MathML"><msup><mi>v</mi><mn>2</mn></msup></math>'
    shapes = f"<table:shapes>{frame(f'<draw:object>{power}</draw:object>')}</table:shapes>"

    assert text(forms, shapes, row(on_cell, cell("b"))) == ["a | b", "☒ 已檢查", "v²"]


def test_claims_of_endless_sheets_end_within_seconds() -> None:
    started = time.monotonic()
    wide = row(cell("x", 'table:number-columns-repeated="99999999"'), more='table:number-rows-repeated="99999999"')

    document = book(sheet(*[wide] * 2))
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

    assert document.text.split("\n") == [
        "道碴",
        "重點",
        "年 | t",
        "2024 | 7",
        "[notes] 記得",
        "[footer] foot",
        "鋼軌",
    ]
    assert outline(document) == [(None, "道碴", 1), (None, "鋼軌", 1)]
    assert [one.number for one in document.pages] == [1, 2]


def chart(kind: str, series: str, *rows: str) -> str:
    """A frame with a chart; its series name the cells of its table."""
    found = f'<chart:chart chart:class="chart:{kind}"><chart:title>{p("載重")}</chart:title><chart:plot-area>'
    found += f'<chart:axis chart:dimension="y"><chart:title>{p("kN")}</chart:title></chart:axis>{series}'
    found += f"</chart:plot-area><table:table>{''.join(rows)}</table:table></chart:chart>"
    namespaces = f'{NAMES} xmlns:chart="{OASIS}:chart:1.0"'
    return frame(
        f"<draw:object><office:document {namespaces}><office:body>{found}</office:body></office:document></draw:object>"
    )


def one_series(values: str, label: str, *domains: str) -> str:
    inner = "".join(f'<chart:domain table:cell-range-address="local-table.{domain}"/>' for domain in domains)
    place = f'chart:values-cell-range-address="local-table.{values}" chart:label-cell-address="local-table.{label}"'
    return f"<chart:series {place}>{inner}</chart:series>"


NAN = cell("NaN", 'office:value-type="float" office:value="NaN"')


def test_a_value_that_a_chart_lacks_is_empty() -> None:
    series = one_series("$B$2:.$B$3", "$B$1") + one_series("$C$2:.$C$3", "$C$1")
    series += '<chart:axis><chart:categories table:cell-range-address="local-table.$A$2:.$A$3"/></chart:axis>'
    rows = row(cell(), cell("North"), cell("南")), row(cell("2025"), NAN, cell("4")), row(cell("2026"), cell("3"), NAN)

    shown = ["[chart] 載重, kN", " | North | 南", "2025 |  | 4", "2026 | 3"]
    assert deck(page(chart("bar", series, *rows))).text.split("\n") == shown
    assert deck(page(chart("bar", "", *rows))).text.split("\n") == shown


def test_the_figures_of_a_chart_are_shown_as_percentages_where_its_series_says_so() -> None:
    names = f'{NAMES} xmlns:number="{OASIS}:datastyle:1.0" xmlns:chart="{OASIS}:chart:1.0"'
    styles = (
        '<number:percentage-style style:name="N1"><number:number number:decimal-places="1"/></number:percentage-style>'
    )
    styles += '<style:style style:name="c1" style:family="chart" style:data-style-name="N1"/>'
    series = one_series("$B$2:.$B$3", "$B$1").replace("<chart:series", '<chart:series chart:style-name="c1"')
    series += one_series("$C$2:.$C$3", "$C$1")
    rows = (
        row(cell(), cell("率"), cell("N")),
        row(cell("甲"), cell("0.951"), cell("4")),
        row(cell("乙"), cell("1"), NAN),
    )

    figures = chart("bar", series, *rows).replace(
        "<office:body>", f"<office:automatic-styles {names}>{styles}</office:automatic-styles><office:body>"
    )
    assert deck(page(figures)).text.split("\n")[2:] == ["1 | 95.1% | 4", "2 | 100.0%"]


def test_the_abscissas_of_a_chart_of_points_come_first() -> None:
    series = one_series("$B$2:.$B$3", "$B$1", "$C$2:.$C$3") + one_series("$D$2:.$D$3", "$D$1")
    rows = row(cell(), cell("Load"), cell("Series2"), cell("Speed"))
    rows += row(cell(), cell("10"), cell("1.5"), cell("7")) + row(cell(), cell("20"), cell("2.5"), cell("8"))

    shown = ["[chart] 載重, kN", " | Load | Speed", "1.5 | 10 | 7", "2.5 | 20 | 8"]
    assert deck(page(chart("scatter", series, rows))).text.split("\n") == shown


def test_the_sizes_of_bubbles_stand_behind_their_values() -> None:
    series = one_series("$D$2:.$D$3", "$D$1", "$B$2:.$B$3", "$C$2:.$C$3")
    rows = row(cell(), cell("a"), cell("b"), cell("Load"))
    rows += row(cell(), cell("10"), cell("1.5"), cell("7")) + row(cell(), cell("20"), cell("2.5"), cell("8"))

    shown = ["[chart] 載重, kN", " | Load | Load size", "1.5 | 10 | 7", "2.5 | 20 | 8"]
    assert deck(page(chart("bubble", series, rows))).text.split("\n") == shown


def listed(style: str, *items: str) -> str:
    inner = "".join(f"<text:list-item>{one if one.startswith('<') else p(one)}</text:list-item>" for one in items)
    return f'<text:list text:style-name="{style}">{inner}</text:list>'


def list_style(name: str, *levels: str) -> str:
    return f'<text:list-style style:name="{name}">{"".join(levels)}</text:list-style>'


def test_numbers_on_a_slide_go_on_past_deeper_lists_of_another_style() -> None:
    number = '<text:list-level-style-number text:level="1" style:num-format="1" style:num-suffix="."/>'
    bullets = [f'<text:list-level-style-bullet text:level="{level}" text:bullet-char="●"/>' for level in (1, 2)]
    styles = list_style("A", number) + list_style("B", number, bullets[1]) + list_style("C", bullets[0])
    body = listed("A", "one") + listed("B", listed("B", "deeper"), "two") + listed("C", "dot") + listed("A", "anew")
    body += p("plain") + listed("A", "again")

    document = deck(page(f"<draw:custom-shape>{body}</draw:custom-shape>"), styles=styles)

    shown = ["1. one", "• deeper", "2. two", "• dot", "1. anew", "plain", "1. again"]
    assert document.text.split("\n") == shown


def test_a_shape_with_nothing_but_lists_is_read_and_counts_for_itself() -> None:
    number = '<text:list-level-style-number text:level="1" style:num-format="1" style:num-suffix="."/>'
    shape = f"<draw:custom-shape>{listed('A', '甲', '乙')}</draw:custom-shape>"

    assert deck(page(shape, shape), styles=list_style("A", number)).text.split("\n") == ["1. 甲", "2. 乙"] * 2


def test_footers_and_the_text_of_master_pages_are_told_once() -> None:
    shapes = f"<draw:custom-shape>{p('機密')}</draw:custom-shape>" + placeholder("title", "Click to edit")
    shapes += f"<draw:custom-shape>{p('<text:page-number>1</text:page-number>')}</draw:custom-shape>"
    common = '<office:master-styles><style:master-page style:name="M">' + shapes
    common += "</style:master-page></office:master-styles>"
    footer = '<presentation:footer-decl presentation:name="f">TRK-1 rev. 3</presentation:footer-decl>'
    bare = '<style:style style:name="b" style:family="drawing-page">'
    bare += '<style:drawing-page-properties presentation:background-objects-visible="false"/></style:style>'
    more = 'draw:master-page-name="M" presentation:use-footer-name="f"'
    pages = page(placeholder("title", "a"), more=f'{more} draw:style-name="b"')
    pages += page(placeholder("title", "b"), placeholder("date-time", "2026-01-02"), more=more)
    pages += page(placeholder("title", "c"), placeholder("date-time", "<text:date>today</text:date>"), more=more)

    document = load_one("office", odf("presentation", footer + pages, bare, common))

    shown = ["a", "[footer] TRK-1 rev. 3", "b", "[footer] 2026-01-02", "[layout] 機密", "c"]
    assert document.text.split("\n") == shown


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
