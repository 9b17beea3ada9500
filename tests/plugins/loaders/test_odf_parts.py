"""OpenDocument files part by part: lists, fields, tables, sheets, slides and charts in their rarer forms.

Modules: ``potluck_plugins.loaders._office.odf.blocks``, ``potluck_plugins.loaders._office.odf.chart``,
``potluck_plugins.loaders._office.odf.inline``, ``potluck_plugins.loaders._office.odf.lists``,
``potluck_plugins.loaders._office.odf.names``, ``potluck_plugins.loaders._office.odf.package``,
``potluck_plugins.loaders._office.odf.sheets``, ``potluck_plugins.loaders._office.odf.slides``,
``potluck_plugins.loaders._office.odf.styles``, ``potluck_plugins.loaders._office.odf.table``,
``potluck_plugins.loaders._office.odf.text``.
"""

from __future__ import annotations

import pytest

from potluck.documents import Document
from support.loading import load_one, outline
from support.opendocument import COVERED, NAMES, OASIS, cell, frame, odf, p, row, style


def read(body: str, styles: str = "", common: str = "", **settings: bool) -> Document:
    return load_one("office", odf("text", body, styles, common), **settings)


def lines(body: str, styles: str = "", common: str = "", **settings: bool) -> list[str]:
    return read(body, styles, common, **settings).text.split("\n")


def level(number: int, kind: str = "1", shown: int | str = 1, more: str = 'style:num-suffix="."') -> str:
    attributes = f'text:level="{number}" style:num-format="{kind}" text:display-levels="{shown}" {more}'
    return f"<text:list-level-style-number {attributes}/>"


def list_style(name: str, *levels: str) -> str:
    return f'<text:list-style style:name="{name}">{"".join(levels)}</text:list-style>'


def items(*texts: str, attributes: str = 'text:style-name="L"') -> str:
    inner = "".join(one if one.startswith("<text:list-") else item(one) for one in texts)
    return f"<text:list {attributes}>{inner}</text:list>"


def item(text: str) -> str:
    return f"<text:list-item>{text if text.startswith('<') else p(text)}</text:list-item>"


L = list_style("L", level(1), level(2, "a", 2), level(3, "i", 9))


@pytest.mark.parametrize(
    ("kind", "start", "label"),
    [
        ("1", 4, "4"),
        ("a", 4, "d"),
        ("A", 30, "AD"),
        ("a", 26, "z"),
        ("a", 703, "aaa"),
        ("i", 4, "iv"),
        ("I", 4, "IV"),
        ("一, 二, 三, ...", 21, "二十一"),
        ("甲, 乙, 丙, ...", 4, "丁"),
        ("子, 丑, 寅, ...", 4, "卯"),
        ("壹, 貳, 參, ...", 21, "貳拾壹"),
        ("①, ②, ③, ...", 4, "④"),
        ("１, ２, ３, ...", 4, "４"),
        ("〇, 一, 二, ...", 21, "二一"),
        ("x", 4, "4"),
    ],
)
def test_a_number_is_written_as_its_format_says(kind: str, start: int, label: str) -> None:
    styles = list_style("L", level(1, kind, more=f'text:start-value="{start}"'))

    assert lines(items("鋼軌"), styles) == [f"{label} 鋼軌"]


BULLETS = '<text:list-level-style-bullet text:level="3"/>'
ONE, TWO = (f'loext:num-list-format="{one}"' for one in ("%1%", "附%2%"))


@pytest.mark.parametrize(
    ("levels", "found"),
    [
        ([level(1), level(2, "a", 2), level(3, "i", 3)], ["1. a", "1.a. b", "1.a.i. c"]),
        ([level(1), level(2, "a", 1), level(3, "i", 2)], ["1. a", "a. b", "a.i. c"]),
        ([level(1), level(2, "a", 0), level(3, "i", "x")], ["1. a", ". b", "i. c"]),
        ([level(1), level(2, ""), level(3, "i", 3)], ["1. a", "b", "1.i. c"]),
        ([level(1), level(3, "i", 3)], ["1. a", "b", "1.i. c"]),
        (
            [
                level(1),
                level(2, "a", more='style:num-prefix="(" style:num-suffix=")"'),
                BULLETS,
            ],
            ["1. a", "(a) b", "• c"],
        ),
        (
            [
                level(1, more='loext:num-list-format="%1%:"'),
                level(2, more='loext:num-list-format="[%1%-%2%]"'),
                '<text:list-level-style-image text:level="3"/>',
            ],
            ["1: a", "[1-1] b", "• c"],
        ),
        (
            [
                level(1, "", more=ONE),
                level(2, "", more=TWO),
                level(3),
            ],
            ["a", "附 b", "1. c"],
        ),
    ],
)
def test_a_label_shows_as_many_levels_as_its_style_says(levels: list[str], found: list[str]) -> None:
    inner = items(p("b") + items("c", attributes=""), attributes="")

    assert lines(items(p("a") + inner), list_style("L", *levels)) == found


def test_levels_count_on_and_deeper_ones_anew() -> None:
    def deep(*texts: str) -> str:
        return items(*texts, attributes="")

    assert lines(items(p("a") + deep("b", "c"), p("d") + deep("e"), deep("f")), L) == [
        *["1. a", "1.a. b", "1.b. c", "2. d", "2.a. e", "2.b. f"]
    ]
    own = '<text:list-item text:style-override="M"><text:p>x</text:p></text:list-item>'
    assert lines(items("a", own, "b"), L + list_style("M", level(1, "A"))) == ["1. a", "B. x", "3. b"]
    zero = '<text:list-item text:start-value="0"><text:p>x</text:p></text:list-item>'
    assert lines(items(zero, "b"), L) == ["0. x", "1. b"]


def test_a_numbered_paragraph_belongs_to_the_list_that_it_names() -> None:
    def one(text: str, identity: str = "n", more: str = "") -> str:
        named = f'text:list-id="{identity}" text:style-name="L" {more}'
        return f"<text:numbered-paragraph {named}>{p(text)}</text:numbered-paragraph>"

    deeper, start = 'text:level="2"', 'text:start-value="{}"'.format
    body = one("a") + one("b", more=deeper) + one("c") + one("x", "m") + one("d", more=start(7)) + one("e")
    assert lines(body + one("f", more=start(0)), L) == ["1. a", "1.a. b", "2. c", "1. x", "7. d", "8. e", "0. f"]


def test_a_list_goes_on_where_it_says_so() -> None:
    other = list_style("M", level(1))
    body = items("a") + items("x", attributes='text:style-name="M"')
    body += items("b", attributes='text:style-name="L" text:continue-numbering="true"')
    body += items("c", attributes='text:style-name="L" text:continue-numbering="false"')
    body += items("d", attributes='text:style-name="L" text:continue-list="none"')
    body += items("e", attributes='text:continue-numbering="true"')

    assert lines(body, L + other) == ["1. a", "1. x", "2. b", "1. c", "1. d", "e"]


def test_a_heading_in_a_list_is_numbered_by_the_list_and_another_by_the_outline() -> None:
    common = '<office:styles><text:outline-style><text:outline-level-style text:level="1" style:num-format="I"/>'
    common += '<text:outline-level-style text:level="2" style:num-format="1" text:display-levels="2"/>'
    common += "</text:outline-style></office:styles>"
    styles = L + '<style:style style:name="in" style:family="paragraph" style:list-style-name="L"/>'

    def h(number: int | str, text: str, more: str = "") -> str:
        return f'<text:h text:outline-level="{number}" {more}>{text}</text:h>'

    body = h(1, "a") + items(h(2, "b")) + h(2, "c") + h(1, "d", 'text:style-name="in"') + h("x", "e")
    body += (
        h(1, "f", 'text:start-value="9"')
        + h(1, "g", 'text:start-value="0"')
        + h(1, "", 'text:start-value="4"')
        + h(1, "i")
    )
    assert outline(read(body, styles, common)) == [
        *[("I", "a", 1), ("1", "b", 2), ("I.1", "c", 2), (None, "d", 1), ("II", "e", 1), ("IX", "f", 1)],
        *[("0", "g", 1), ("I", "i", 1)],
    ]


@pytest.mark.parametrize(
    ("body", "found"),
    [
        (p("a<text:s/>b"), "a b"),
        (p('a<text:s text:c="3"/>b'), "a   b"),
        (p('a<text:s text:c="x"/>b'), "a b"),
        (p('a<text:s text:c="200"/>b'), f"a{' ' * 200}b"),
        (p('a<text:s text:c="999999999"/>b'), f"a{' ' * 200}b"),
        (p("a\n \t b"), "a b"),
        (p("a<text:script>x</text:script><office:annotation-end/>b"), "ab"),
        (p('a<text:alphabetical-index-mark text:string-value="x"/>b'), "ab"),
        (p("a<text:conditional-text>c</text:conditional-text>b"), "acb"),
        (p("a<text:unknown>c<!-- no --></text:unknown>b"), "acb"),
        (p("<text:ruby><text:ruby-base>軌</text:ruby-base><text:ruby-text> </text:ruby-text></text:ruby>x"), "軌x"),
        (p("<text:ruby><text:ruby-base>軌</text:ruby-base></text:ruby>x"), "軌x"),
        (p("<text:ruby><text:ruby-text>ㄍ</text:ruby-text></text:ruby>x"), "(ㄍ)x"),
        (p('a<text:hidden-text text:is-hidden="false" text:string-value="v"/>'), "av"),
    ],
)
def test_running_text_is_read_as_it_is_shown(body: str, found: str) -> None:
    assert lines(body) == [found]


def form(kind: str, *given: tuple[str, str], tag: str = "fieldmark") -> str:
    inner = "".join(f'<field:param field:name="{name}" field:value="{value}"/>' for name, value in given)
    return f'<field:{tag} field:type="vnd.oasis.opendocument.field.{kind}">{inner}</field:{tag}>'


ENTRIES = [("Dropdown_ListEntry", "甲"), ("Dropdown_ListEntry", "乙")]


@pytest.mark.parametrize(
    ("field", "found"),
    [
        (form("FORMCHECKBOX", ("Checkbox_Checked", "true")), "☒ a"),
        (form("FORMCHECKBOX", ("Checkbox_Checked", "false")), "☐ a"),
        (form("FORMCHECKBOX"), "☐ a"),
        (form("FORMCHECKBOX", ("Checkbox_Checked", "true"), tag="fieldmark-start"), "☒ a"),
        (form("FORMDROPDOWN", *ENTRIES), "甲a"),
        (form("FORMDROPDOWN", *ENTRIES, ("Dropdown_Selected", "1")), "乙a"),
        (form("FORMDROPDOWN", *ENTRIES, ("Dropdown_Selected", "2")), "a"),
        (form("FORMDROPDOWN", *ENTRIES, ("Dropdown_Selected", "-1")), "a"),
        (form("FORMTEXT", *ENTRIES) + "b", "ba"),
    ],
)
def test_a_form_shows_its_state(field: str, found: str) -> None:
    assert lines(p(f"{field}a")) == [found]


def box(kind: str, more: str, identity: str = 'form:id="c1"') -> str:
    return f"<form:{kind} {identity} form:label='L' {more}/>"


@pytest.mark.parametrize(
    ("control", "found"),
    [
        (box("checkbox", 'form:current-state="checked"'), "☒ La"),
        (box("checkbox", 'form:state="checked"'), "☒ La"),
        (box("checkbox", 'form:state="checked" form:current-state="unchecked"'), "☐ La"),
        (box("checkbox", ""), "☐ La"),
        (box("radio", 'form:current-selected="true"'), "☒ La"),
        (box("radio", 'form:current-selected="false"'), "☐ La"),
        (box("checkbox", "", 'xml:id="c1"'), "☐ La"),
        (box("text", ""), "a"),
    ],
)
def test_a_control_shows_its_state_and_its_label(control: str, found: str) -> None:
    body = f'<office:forms>{control}</office:forms><text:p><draw:control draw:control="c1"/>a</text:p>'

    assert lines(body) == [found]


def note(kind: str, citation: str, body: str) -> str:
    named = f' text:note-class="{kind}"' if kind else ""
    mark = f"<text:note-citation>{citation}</text:note-citation>"
    return f"<text:note{named}>{mark}<text:note-body>{body}</text:note-body></text:note>"


def test_notes_are_marked_in_the_text_and_told_behind_it() -> None:
    body = p("a" + note("footnote", "1", p("x") + p("y"))) + p("b" + note("endnote", " i ", p("z")))
    body += p("c" + note("", "*", p("u")))

    assert lines(body) == ["a[1]", "b[i]", "c[*]", "[footnote 1] x y", "[endnote i] z", "[footnote *] u"]


def comment(inner: str) -> str:
    return f"<office:annotation>{inner}</office:annotation>"


def test_comments_are_signed_or_counted() -> None:
    signed = comment(f"<dc:creator>Wang</dc:creator><dc:date>2026-03-09T08:00:00</dc:date>{p('x')}{items('y')}")
    body = p(f"a{signed}b") + p("c" + comment(p("道")))

    assert lines(body, L) == ["ab", "c"]
    assert read(body, L).losses == ("the text of comments was left out: 2 places, 7 characters",)
    assert lines(body, L, comments=True) == ["ab", "[comment by Wang, 2026-03-09] x 1. y", "c", "[comment] 道"]


@pytest.mark.parametrize(
    ("attributes", "hidden"),
    [
        ('text:display="none"', True),
        ('text:is-hidden="true"', True),
        ('text:display="true" text:is-hidden="false"', False),
        ("", False),
    ],
)
def test_a_section_may_be_hidden(attributes: str, hidden: bool) -> None:
    body = f"<text:section {attributes}>{p('道碴')}<text:h>x</text:h></text:section>" + p("a")

    document = read(body)
    assert document.text.split("\n") == (["a"] if hidden else ["道碴", "x", "a"])
    assert document.losses == (("hidden text was left out: 1 place, 3 characters",) if hidden else ())
    assert read(body, hidden=True).text == "道碴\nx\na"
    assert read(f"<text:section {attributes}>{p('')}</text:section>").losses == ()


def test_only_the_body_of_an_index_is_read_and_begins_no_clauses() -> None:
    kinds = [f"{name}-index" for name in ("illustration", "table", "object", "alphabetical", "user")]
    for kind in ["table-of-content", *kinds, "bibliography"]:
        inner = (
            f"<text:index-source>{p('no')}</text:index-source><text:index-body>{p('1.2 Loads of it')}</text:index-body>"
        )
        document = read(f"<text:{kind}>{inner}</text:{kind}>" + p("1.3 Scope of it"))
        assert document.text == "1.2 Loads of it\n1.3 Scope of it"
        assert [one.number for one in document.sections] == ["1.3"]


def test_declarations_and_page_breaks_are_no_text() -> None:
    skipped = ["sequence-decls", "variable-decls", "user-field-decls", "soft-page-break"]

    body = "".join(f"<text:{one}>{p('no')}</text:{one}>" for one in skipped)
    assert lines(f"{body}<text:other>{p('a')}</text:other>") == ["a"]


@pytest.mark.parametrize(
    ("value", "shown"), [("super", "10⁶"), ("sub", "10₆"), ("5%", "10⁶"), ("-5%", "10₆"), ("auto", "106"), (" ", "106")]
)
def test_text_stands_where_its_style_says(value: str, shown: str) -> None:
    assert lines(p('10<text:span text:style-name="a">6</text:span>'), style("a", f'style:text-position="{value}"')) == [
        shown
    ]


@pytest.mark.parametrize(
    ("properties", "shown"),
    [
        ('style:text-line-through-style="solid" style:text-line-through-type="none"', True),
        ('style:text-line-through-style="none"', True),
        ('style:text-line-through-style="solid"', False),
        ('style:text-line-through-type="single"', False),
        ('text:display="none"', False),
        ('text:display="true"', True),
        ('text:display="condition"', True),
    ],
)
def test_text_is_struck_or_hidden_as_its_style_says(properties: str, shown: bool) -> None:
    document = read(p('a<text:span text:style-name="s">b</text:span>'), style("s", properties))

    assert document.text == ("ab" if shown else "a")
    assert len(document.losses) == (not shown)


def table(*rows: str) -> str:
    return f"<table:table>{''.join(rows)}</table:table>"


SPAN = "table:number-{}-spanned='{}'".format
REPEAT = "table:number-{}-repeated='{}'".format


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


def margins(*found: str) -> str:
    page = f'<style:master-page style:name="M">{"".join(found)}</style:master-page>'
    return f"<office:master-styles>{page}</office:master-styles>"


def of(tag: str, text: str, more: str = "") -> str:
    return f"<style:{tag} {more}>{text if text.startswith('<') else p(text)}</style:{tag}>"


PAGE = p("Page <text:page-number>3</text:page-number> of <text:page-count>9</text:page-count>")
REGIONS = of("region-left", "L") + of("region-center", "Page") + of("region-right", "R")


@pytest.mark.parametrize(
    ("found", "told"),
    [
        ([of("header", "H"), of("footer", "F")], ["[header] H", "[footer] F"]),
        ([of("header-left", "H"), of("header-first", "G")], ["[header] H", "[header] G"]),
        ([of("footer-left", "H"), of("footer", "H")], ["[footer] H"]),
        ([of("header", "H", 'style:display="false"')], []),
        ([of("header", "H", 'style:display="true"')], ["[header] H"]),
        ([of("header", PAGE)], []),
        ([of("header", REGIONS)], ["[header] L | R"]),
    ],
)
def test_headers_and_footers_that_pages_show_are_told(found: list[str], told: list[str]) -> None:
    assert lines(p("a"), common=margins(*found)) == ["a", *told]


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


META = (
    f'<office:document-meta xmlns:office="{OASIS}:office:1.0" xmlns:meta="{OASIS}:meta:1.0" '
    'xmlns:dc="http://purl.org/dc/elements/1.1/"><office:meta><dc:title> 道碴 </dc:title><dc:subject/>'
    "<dc:creator>Lin</dc:creator><meta:initial-creator>Wang</meta:initial-creator>"
    "<meta:creation-date>2026-01-02T03:04:05</meta:creation-date><dc:date>2026-02-03</dc:date>"
    "<dc:language>zh</dc:language></office:meta></office:document-meta>"
)


def test_metadata_are_title_subject_author_and_dates() -> None:
    document = load_one("office", odf("text", p("a"), meta=META))

    assert document.metadata == {
        "title": "道碴",
        "author": "Wang",
        "created": "2026-01-02T03:04:05",
        "modified": "2026-02-03",
    }
    damaged = load_one("office", odf("text", p("a"), meta="<office:meta"))
    assert (damaged.text, damaged.metadata) == ("a", {})
    assert any("meta.xml" in loss for loss in damaged.losses)


def deck(*pages: str, styles: str = "", common: str = "", **settings: bool) -> Document:
    return load_one("office", odf("presentation", "".join(pages), styles, common), **settings)


def page(*parts: str, more: str = "") -> str:
    return f"<draw:page {more}>{''.join(parts)}</draw:page>"


def shape(text: str, kind: str = "") -> str:
    named = f'presentation:class="{kind}"' if kind else ""
    return f"<draw:frame {named}><draw:text-box>{p(text)}</draw:text-box></draw:frame>"


def test_what_programs_fill_in_anew_is_no_text_of_a_master_page() -> None:
    fields = "".join(f"<presentation:{name}>x</presentation:{name}>" for name in ("date-time", "footer", "header"))
    fields += "".join(f"<text:{name}>x</text:{name}>" for name in ("page-number", "page-count", "date", "time"))
    common = f'<office:master-styles><style:master-page style:name="M">{shape("Rev. 3 " + fields)}{shape(fields)}'
    common += "</style:master-page></office:master-styles>"

    found = deck(
        page(shape("a"), more='draw:master-page-name="M"'),
        page(shape("b"), more='draw:master-page-name="N"'),
        common=common,
    )
    assert found.text.split("\n") == ["a", "[layout] Rev. 3", "b"]


def test_placeholders_of_margins_are_told_as_footers_and_pages_of_notes_are_not() -> None:
    kinds = ["date-time", "footer", "header", "page-number", "page"]
    shapes = "".join(shape(kind, kind) for kind in kinds)
    notes = f"<presentation:notes>{shape('n', 'notes')}{shapes}</presentation:notes>"
    found = deck(page(shape("T", "title"), shape("S", "subtitle"), shapes, notes))

    assert found.text.split("\n") == [
        *["T", "S", "[notes] n", "[footer] date-time", "[footer] footer", "[footer] header"]
    ]


def test_a_fixed_date_is_told_and_that_of_today_is_not() -> None:
    declared = '<presentation:date-time-decl presentation:name="d" presentation:source="{}">2026'
    declared += "</presentation:date-time-decl>"
    used = page(shape("a"), more='presentation:use-date-time-name="d"')

    assert deck(declared.format("fixed") + used).text == "a\n[footer] 2026"
    assert deck(declared.format("current-date") + used).text == "a"


def chart(series: str, *rows: str, before: str = "", after: str = "") -> str:
    found = f"{before}<chart:plot-area>{series}</chart:plot-area>{after}{table(*rows) if rows else ''}"
    found = f"<chart:chart>{found}</chart:chart>"
    namespaces = f'{NAMES} xmlns:chart="{OASIS}:chart:1.0"'
    inner = f"<office:document {namespaces}><office:body>{found}</office:body></office:document>"
    return p(frame(f"<draw:object>{inner}</draw:object>"))


def series(values: str, label: str = "", *domains: str) -> str:
    inner = "".join(f'<chart:domain table:cell-range-address="{domain}"/>' for domain in domains)
    named = f' chart:label-cell-address="{label}"' if label else ""
    return f'<chart:series chart:values-cell-range-address="{values}"{named}>{inner}</chart:series>'


T = "local-table"
FIGURES = [
    row(cell("Year"), cell("北"), cell("南")),
    row(cell("2025"), cell("3"), cell("4")),
    row(cell("2026"), cell("5"), cell("6")),
]
CATEGORIES = f'<chart:axis chart:dimension="x"><chart:categories table:cell-range-address="{T}.A2:.A3"/></chart:axis>'
NORTH = ["[chart]", "Year | 北", "2025 | 3", "2026 | 5"]
BOTH = ["[chart]", "Year | 北 | 南", "2025 | 3 | 4", "2026 | 5 | 6"]


@pytest.mark.parametrize(
    ("found", "shown"),
    [
        (series(f"{T}.B2:.B3", f"{T}.B1") + CATEGORIES, NORTH),
        (series(f"{T}.$B$2:{T}.$B$3", f"{T}.B1") + CATEGORIES, NORTH),
        (series(f"{T}.B2:.B3", f"{T}.B1") + series(f"{T}.C2:.C3", f"{T}.C1") + CATEGORIES, BOTH),
        (series("Sheet1.B2:.B3", f"{T}.B1") + CATEGORIES, BOTH),
        (series(f"{T}.Z2:.Z3", f"{T}.B1") + CATEGORIES, BOTH),
        ("", BOTH),
        (series(f"{T}.B2:.C2", f"{T}.A2"), ["[chart]", "Year | 2025", "1 | 3", "2 | 4"]),
        (series(f"{T}.B2", f"{T}.B1"), ["[chart]", "Year | 北", "1 | 3"]),
        (series(f"{T}.C2:.C3", f"{T}.B1:.C1", f"{T}.B2:.B3"), ["[chart]", "Year | 北 南", "3 | 4", "5 | 6"]),
    ],
)
def test_a_chart_is_read_from_its_table(found: str, shown: list[str]) -> None:
    assert lines(chart(found, *FIGURES)) == shown


def test_the_figures_of_a_chart_begin_no_clauses() -> None:
    rows = [row(cell("Part"), cell("N")), row(cell("1.2 Loads of it"), cell("3"))]

    document = read(p("1.1 Scope of it") + chart("", *rows))
    assert document.text.split("\n")[2:] == ["Part | N", "1.2 Loads of it | 3"]
    assert [one.number for one in document.sections] == ["1.1"]


def test_titles_and_labels_of_a_chart_are_told() -> None:
    def title(text: str, tag: str = "title") -> str:
        return f"<chart:{tag}>{p(text)}</chart:{tag}>"

    axes = "".join(
        f'<chart:axis chart:dimension="{axis}">{title(text)}</chart:axis>' for axis, text in (("x", "年"), ("y", "kN"))
    )
    label = f"<chart:data-label>{p('peak')}</chart:data-label></chart:series>"
    one = series(f"{T}.B2:.B3", f"{T}.B1").replace("</chart:series>", label)
    before, after = title("載重") + title("sub", "subtitle"), title("foot", "footer")

    found = lines(chart(axes + one, *FIGURES, before=before, after=after))
    assert found[:4] == ["[chart] 載重, kN", "年 | 北", "1 | 3", "2 | 5"]
    assert found[4:] == ["[chart] sub", "[chart] foot", "[chart] peak"]


def test_figures_of_a_chart_may_be_repeated_missing_or_without_categories() -> None:
    nan = cell("x", 'office:value="NaN"')
    rows = [row(cell(), cell("a"), cell("b")), row(cell("k"), cell("7", REPEAT("columns", 2)))]
    rows.append(row(cell("m"), nan, cell("8")))
    assert lines(chart("", *rows)) == ["[chart]", " | a | b", "k | 7 | 7", "m |  | 8"]
    bare = [row(cell("", REPEAT("columns", 1)), cell("a")), row(cell(), cell("7")), row(cell(), cell("8"))]
    assert lines(chart("", *bare)) == ["[chart]", " | a", "1 | 7", "2 | 8"]
    assert read(p("a") + chart("")).text == "a"
