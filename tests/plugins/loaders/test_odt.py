"""OpenDocument texts: what styles, lists, tables, frames and fields show.

Modules: ``potluck_plugins.loaders._office.odf.blocks``, ``potluck_plugins.loaders._office.odf.chart``,
``potluck_plugins.loaders._office.odf.inline``, ``potluck_plugins.loaders._office.odf.lists``,
``potluck_plugins.loaders._office.odf.names``, ``potluck_plugins.loaders._office.odf.package``,
``potluck_plugins.loaders._office.odf.sheets``, ``potluck_plugins.loaders._office.odf.slides``,
``potluck_plugins.loaders._office.odf.styles``, ``potluck_plugins.loaders._office.odf.table``,
``potluck_plugins.loaders._office.odf.text``, ``potluck_plugins.loaders._shared.alt_text``,
``potluck_plugins.loaders._shared.check_boxes``, ``potluck_plugins.loaders._shared.equations``,
``potluck_plugins.loaders._shared.flow``, ``potluck_plugins.loaders._shared.flowed``,
``potluck_plugins.loaders._shared.grid``, ``potluck_plugins.loaders._shared.lines``,
``potluck_plugins.loaders._shared.numerals``, ``potluck_plugins.loaders._shared.outline``,
``potluck_plugins.loaders._shared.raised``, ``potluck_plugins.loaders._shared.table``.
"""

from __future__ import annotations

import time

import pytest

from potluck.documents import Document
from potluck.errors import DocumentError, PasswordNeeded
from support.loading import load_one, outline
from support.opendocument import COVERED, NAMES, OASIS, cell, frame, odf, p, row, style


def odt(body: str, styles: str = "", common: str = "", manifest: str = "<m/>", **parts: str) -> bytes:
    return odf("text", body, styles, common, manifest, **parts)


def read(body: str, styles: str = "", common: str = "", **settings: bool) -> Document:
    return load_one("office", odt(body, styles, common), **settings)


def lines(body: str, styles: str = "", common: str = "", **settings: bool) -> list[str]:
    return read(body, styles, common, **settings).text.split("\n")


def span(name: str, text: str) -> str:
    return f'<text:span text:style-name="{name}">{text}</text:span>'


POSITIONS = {"super 58%": "10⁶", "33% 58%": "10⁶", "sub 58%": "10₆", "-33% 58%": "10₆", "0% 100%": "106", "": "106"}


@pytest.mark.parametrize("value", POSITIONS)
def test_the_position_of_text_is_read(value: str) -> None:
    styles = style("a", f'style:text-position="{value}"')

    assert lines(p(f"10{span('a', '6')} N"), styles) == [f"{POSITIONS[value]} N"]


def test_a_style_inherits_and_an_inner_one_takes_back_what_an_outer_one_says() -> None:
    raised = style("up", 'style:text-position="super 58%"')
    common = f"<office:styles>{raised}</office:styles>"
    styles = style("b", "", "up") + style("base", 'style:text-position="0% 100%"') + style("bold", "")

    assert lines(p(f"10{span('b', '6')}"), styles, common) == ["10⁶"]
    assert lines(p(f"10{span('b', span('bold', '6') + span('base', ' N'))}"), styles, common) == ["10⁶ N"]


FACE = '<style:font-face style:name="Symbol1" svg:font-family="&apos;Symbol&apos;"/>'
SYMBOLS = (
    f"<office:font-face-decls>{FACE}</office:font-face-decls><office:styles>"
    + style("greek", 'style:font-name="Symbol1"')
    + "</office:styles>"
)


def test_symbols_are_read_by_the_font_of_their_run() -> None:
    styles = style("g", "", "greek") + style("w", 'fo:font-family="Wingdings"') + style("c", 'fo:font-family="細明體"')

    micro, least, ticked, unticked = "\uf06d", "\uf0b3", "\uf0fe", "\uf0a8"

    tolerance = f"容許公差 25 {span('g', micro)}m，角度 {span('g', 'a' + span('c', 'a') + '度' + least)} 30 度"
    assert lines(p(tolerance), styles, SYMBOLS) == ["容許公差 25 μm，角度 αa度≥ 30 度"]
    assert lines(p(f"核可：{span('w', ticked)}是 {span('w', unticked)}否"), styles) == ["核可：☒是 ☐否"]


def test_symbols_that_are_not_known_are_counted() -> None:
    styles = style("w", 'fo:font-family="Wingdings 3"') + style("h", 'fo:font-family="Wingdings" text:display="none"')
    arrow = "\uf05f"

    document = read(p(f"甲{span('w', arrow)}乙{arrow}{span('h', arrow)}"), styles)
    assert document.text == "甲乙"
    assert sorted(document.losses) == [
        "a symbol of an unknown font was left out: 1 place, 1 character",
        "a symbol of the font Wingdings 3 was left out: 1 place, 1 character",
        "hidden text was left out: 1 place, 1 character",
    ]


def test_a_place_to_break_a_word_is_not_a_hyphen() -> None:
    assert lines(p("Gleis\u00adver\u00adwerfung")) == ["Gleisverwerfung"]


def test_a_circle_of_styles_ends() -> None:
    styles = style("a", "", "b") + style("b", 'style:text-position="super 58%"', "a")

    assert lines(p(f"10{span('a', '6')}"), styles) == ["10⁶"]


@pytest.mark.parametrize(
    "properties",
    ['style:text-line-through-style="solid"', 'style:text-line-through-type="double"'],
)
def test_struck_out_text_is_left_out_and_counted(properties: str) -> None:
    styles = style("s", properties) + style("n", 'style:text-line-through-style="none"')
    styles += style("all", properties, family="paragraph")

    document = read(p(f"It costs {span('s', '14 歐')} {span('s', 'or ')}16 euros"), styles)
    assert document.text == "It costs 16 euros"
    assert document.losses == ("struck-out text was left out: 1 place, 7 characters",)
    whole = f'<text:p text:style-name="all">gone {span("n", "stays")}</text:p>'
    assert read(whole, styles).text == "stays"


def test_hidden_text_paragraphs_and_sections_are_left_out_and_counted() -> None:
    body = p(f"a {span('h', '隱藏')}b") + p('c <text:hidden-text text:is-hidden="true" text:string-value="x"/>d')
    body += p('<text:hidden-paragraph text:is-hidden="true"/>whole')
    body += f'<text:section text:name="s" text:display="none">{p("secret")}</text:section>'
    body += f'<text:section text:name="t">{p("open")}</text:section>'
    body += p('<text:hidden-text text:is-hidden="false">shown</text:hidden-text>')
    document = read(body, style("h", 'text:display="none"'))

    assert document.text.split("\n") == ["a b", "c d", "open", "shown"]
    assert document.losses == ("hidden text was left out: 4 places, 14 characters",)
    assert read(body, style("h", 'text:display="none"'), hidden=True).losses == ()
    styles = style("h", 'text:display="none"') + style("s", 'text:display="true"')
    assert read(p(f"a {span('h', 'x' + span('s', 'b'))}"), styles).text == "a b"


def test_tracked_deletions_are_counted() -> None:
    deletion = f"<text:deletion>{p('250 mm')}</text:deletion>"
    change = f'<text:tracked-changes><text:changed-region text:id="a">{deletion}</text:changed-region>'
    stands = p('300 <text:change text:change-id="a"/>mm')
    document = read(f"{change}</text:tracked-changes>{stands}")

    assert document.text == "300 mm"
    assert document.losses == ("deleted text was left out: 1 place, 6 characters",)


def test_spaces_tabs_and_breaks_are_those_that_are_shown() -> None:
    assert lines(p('a\n  b<text:s text:c="3"/>c<text:tab/>d<text:line-break/>e　f')) == ["a b   c\td", "e　f"]


def test_a_reading_stands_apart_from_its_base() -> None:
    ruby = "<text:ruby><text:ruby-base>鋼軌</text:ruby-base><text:ruby-text>ㄍㄤ</text:ruby-text></text:ruby>"

    assert lines(p(f"{ruby}之標準")) == ["鋼軌(ㄍㄤ)之標準"]


def level(number: int, kind: str = "1", shown: int = 1, more: str = 'style:num-suffix="."') -> str:
    attributes = f'text:level="{number}" style:num-format="{kind}" text:display-levels="{shown}" {more}'
    return f"<text:list-level-style-number {attributes}/>"


def list_style(name: str, *levels: str) -> str:
    return f'<text:list-style style:name="{name}">{"".join(levels)}</text:list-style>'


def items(*texts: str, attributes: str = 'text:style-name="L"') -> str:
    inner = "".join(
        one if one.startswith("<text:list-") else f"<text:list-item>{p(one)}</text:list-item>" for one in texts
    )
    return f"<text:list {attributes}>{inner}</text:list>"


L = list_style("L", level(1), level(2, "a", 2))


def test_a_list_counts_anew_unless_it_continues_another() -> None:
    body = items("a", "b", attributes='xml:id="one" text:style-name="L"') + p("-") + items("c") + p("-")
    body += items("d", attributes='text:style-name="L" text:continue-numbering="true"')
    body += items("e", attributes='text:style-name="L" text:continue-list="one"')

    assert lines(body, L) == ["1. a", "2. b", "-", "1. c", "-", "2. d", "3. e"]


def test_an_item_may_begin_at_another_number_and_hold_lists_and_paragraphs_without_one() -> None:
    start = f'<text:list-item text:start-value="7">{p("c")}{p("more")}</text:list-item>'
    inner = f"<text:list-item>{p('a')}{items('x', 'y', attributes='')}</text:list-item>"
    header = f"<text:list-header>{p('h')}</text:list-header>"

    assert lines(items(inner, header, "b", start, "d"), L) == [
        "1. a",
        "1.a. x",
        "1.b. y",
        "h",
        "2. b",
        "7. c",
        "more",
        "8. d",
    ]


KINDS = {
    "A": "B.",
    "i": "ii.",
    "I": "II.",
    "一, 二, 三, ...": "二.",
    "甲, 乙, 丙, ...": "乙.",
    "①, ②, ...": "②.",
}


@pytest.mark.parametrize("kind", KINDS)
def test_numbers_are_written_as_their_format_says(kind: str) -> None:
    assert lines(items("x", "y"), list_style("L", level(1, kind)))[1] == f"{KINDS[kind]} y"


def test_a_level_without_numbers_shows_only_its_words() -> None:
    assert lines(items("x"), list_style("L", level(1, ""))) == ["x"]
    assert lines(items("x"), list_style("L", level(1, "", more='style:num-prefix="附錄"'))) == ["附錄 x"]


def test_letters_go_on_behind_z() -> None:
    body = items(f'<text:list-item text:start-value="27">{p("x")}</text:list-item>')

    assert lines(body, list_style("L", level(1, "a"))) == ["aa. x"]
    many = items(f'<text:list-item text:start-value="28">{p("x")}</text:list-item>')
    assert lines(many, list_style("L", level(1, "a"))) == ["ab. x"]
    assert lines(many, list_style("L", level(1, "A", more='style:num-letter-sync="true"'))) == ["BB x"]


def test_a_pattern_of_newer_files_stands_for_prefix_and_suffix() -> None:
    pattern = 'style:num-prefix="x" loext:num-list-format="第%1%條"'

    assert lines(items("甲方"), list_style("L", level(1, more=pattern))) == ["第1條 甲方"]


def test_headings_are_numbered_as_the_outline_says() -> None:
    levels = level(1, more='style:num-prefix="第" style:num-suffix="章"') + level(2, shown=2, more="") + level(3, "")
    outlines = levels.replace("list-level-style-number", "outline-level-style")
    common = f"<office:styles><text:outline-style>{outlines}</text:outline-style></office:styles>"

    def h(number: int, text: str, more: str = "") -> str:
        return f'<text:h text:outline-level="{number}" {more}>{text}</text:h>'

    body = (
        h(1, "通則")
        + h(2, "範圍")
        + h(0, "outside")
        + h(2, "定義")
        + h(3, "plain")
        + h(2, "x", 'text:is-list-header="true"')
    )
    body += h(1, "材料", 'text:start-value="5"') + h(2, "鋼軌") + h(2, "")
    assert outline(read(body, common=common)) == [
        ("第1章", "通則", 1),
        ("1.1", "範圍", 2),
        ("1.2", "定義", 2),
        (None, "plain", 3),
        (None, "x", 2),
        ("第5章", "材料", 1),
        ("5.1", "鋼軌", 2),
    ]


def test_merged_and_repeated_cells_and_rows_are_repeated() -> None:
    wide = 'table:number-columns-spanned="2"'
    high = 'table:number-rows-spanned="2"'
    header = row(cell("站", high), cell("荷重", wide), COVERED) + row(COVERED, cell("min"), cell("max"))
    body = row(cell("北"), cell("3", 'table:number-columns-repeated="2"'))
    body += row(cell("南"), cell("", wide), COVERED, cell("9"), more='table:number-rows-repeated="2"')
    whole = f"<table:table><table:table-header-rows>{header}</table:table-header-rows>{body}</table:table>"

    assert lines(whole) == ["站 | 荷重 min | 荷重 max", "北 | 3 | 3", "南 |  |  | 9", "南 |  |  | 9"]


def test_hidden_rows_are_counted() -> None:
    table = row(cell("a"), cell("b")) + row(cell("密"), cell("碼"), more='table:visibility="collapse"')
    whole = f"<table:table>{table}</table:table>"

    assert lines(whole) == ["a | b"]
    assert read(whole).losses == ("a hidden row was left out: 1 place, 2 characters",)
    assert lines(whole, hidden=True) == ["a | b", "密 | 碼"]


def test_a_table_of_a_single_cell_is_not_a_table() -> None:
    inner = '<text:h text:outline-level="1">通則</text:h>' + p("1.1 範圍：本規範")
    document = read(f"<table:table>{row(f'<table:table-cell>{inner}</table:table-cell>')}</table:table>")

    assert [number for number, _, _ in outline(document)] == [None, "1.1"]


def test_text_boxes_and_shapes_come_once_behind_their_paragraph() -> None:
    box = frame(f"<draw:text-box>{p('in the box')}</draw:text-box><draw:image/>")
    group = f"<draw:g><draw:custom-shape>{p('in a shape')}</draw:custom-shape>{box}</draw:g>"

    assert lines(p(f"be{box}fore") + p(f"group{group}")) == [
        "before",
        "in the box",
        "group",
        "in a shape",
        "in the box",
    ]


def test_a_formula_stands_on_its_line_and_a_chart_gives_its_table() -> None:
    formula = "<math:math><math:msup><math:mi>a</math:mi><math:mn>2</math:mn></math:msup></math:math>"
    assert lines(p(f"so {frame(f'<draw:object>{formula}</draw:object>')} holds")) == ["so a² holds"]
    half = "<math:math><math:mfrac><math:mn>1</math:mn><math:mn>2</math:mn></math:mfrac></math:math>"
    assert lines(p(f"螺栓 2{frame(f'<draw:object>{half}</draw:object>')} in")) == ["螺栓 2 1/2 in"]

    namespace = f'{NAMES} xmlns:chart="{OASIS}:chart:1.0"'
    table = f"<table:table>{row(cell('年'), cell('t'))}{row(cell('2024'), cell('7'))}</table:table>"
    chart = f"<chart:chart><chart:title>{p('產量')}</chart:title>{table}</chart:chart>"
    part = f"<office:document-content {namespace}><office:body><office:chart>{chart}</office:chart></office:body>"
    body = p(frame('<draw:object xlink:href="./Object 1"><loext:p/></draw:object>') + "see")
    content = odt(body, Object_1__content=f"{part}</office:document-content>")
    assert load_one("office", content).text.split("\n") == ["see", "[chart] 產量", "年 | t", "2024 | 7"]


def test_an_embedded_document_is_read_once() -> None:
    raised = style("a", 'style:text-position="super 58%"')
    own = f"<office:automatic-styles>{raised}</office:automatic-styles>"
    inner = f"<office:document {NAMES}>{own}<office:body><office:text>{p('內文 10' + span('a', '6'))}"
    part = f"{inner}</office:text></office:body></office:document>"
    body = p(frame('<draw:object xlink:href="Object 2"/>') + "x") + p(frame('<draw:object xlink:href="Object 2"/>'))

    assert load_one("office", odt(body, Object_2__content=part)).text.split("\n") == ["x", "內文 10⁶"]


def test_check_boxes_and_drop_down_lists_show_their_state() -> None:
    forms = '<office:forms><form:form><form:checkbox xml:id="a" form:current-state="checked" form:label="同意"/>'
    forms += '<form:checkbox form:id="b" form:label="不同意"/></form:form></office:forms>'
    drop = '<field:fieldmark field:type="vnd.oasis.opendocument.field.FORMDROPDOWN">'
    for name, value in (("ListEntry", "甲"), ("ListEntry", "乙"), ("Selected", "1")):
        drop += f'<field:param field:name="Dropdown_{name}" field:value="{value}"/>'
    boxes = '<draw:control draw:control="a"/> <draw:control draw:control="b"/>'

    assert lines(forms + p(boxes) + p(f"選 {drop}</field:fieldmark>方")) == ["☒ 同意 ☐ 不同意", "選 乙方"]


def test_entries_of_a_table_of_contents_begin_no_clauses() -> None:
    contents = f"<text:table-of-content><text:index-body>{p('1.4.4 短鋼軌')}</text:index-body></text:table-of-content>"

    assert [number for number, _, _ in outline(read(contents + p("1.4.4 短鋼軌：係指")))] == ["1.4.4"]


def test_headers_and_footers_are_told_once_each() -> None:
    margins = f"<style:header>{p('規範 <text:page-number>1</text:page-number>')}</style:header>"
    margins += f"<style:header-left>{p('規範')}</style:header-left><style:footer>{p('第3版')}</style:footer>"
    pages = f'<style:master-page style:name="a">{margins}</style:master-page>'

    assert lines(p("x"), common=f"<office:master-styles>{pages}</office:master-styles>") == [
        "x",
        "[header] 規範",
        "[footer] 第3版",
    ]


def test_an_encrypted_file_needs_a_password() -> None:
    manifest = (
        f'<m:manifest xmlns:m="{OASIS}:manifest:1.0"><m:file-entry><m:encryption-data/></m:file-entry></m:manifest>'
    )

    with pytest.raises(PasswordNeeded):
        load_one("office", odt(p("x"), manifest=manifest))


@pytest.mark.parametrize(
    "body",
    [
        row(cell("x", 'table:number-columns-repeated="99999999"') * 50, more='table:number-rows-repeated="99999999"'),
        row(cell("x", 'table:number-columns-spanned="99999999" table:number-rows-spanned="99999999"')) * 200,
    ],
)
def test_claims_of_endless_tables_end_within_seconds(body: str) -> None:
    started = time.monotonic()

    document = read(f"<table:table>{body}</table:table>")
    assert "x" in document.text
    assert time.monotonic() - started < 20
    assert not document.losses or "repeats more than 50 times" in document.losses[0]


def test_lists_without_end_are_an_error_or_text() -> None:
    for depth in (60, 120, 2_000):
        body = "<text:list><text:list-item>" * depth + p("deep") + "</text:list-item></text:list>" * depth
        try:
            assert "deep" in read(body).text
        except DocumentError:
            assert depth > 60
