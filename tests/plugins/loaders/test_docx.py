"""Word documents: what is read is what a page shows.

Modules: ``potluck_plugins.loaders._office.blocks``, ``potluck_plugins.loaders._office.charts``,
``potluck_plugins.loaders._office.detect``, ``potluck_plugins.loaders._office.diagrams``,
``potluck_plugins.loaders._office.docx``, ``potluck_plugins.loaders._office.eq_field``,
``potluck_plugins.loaders._office.fields``, ``potluck_plugins.loaders._office.legacy``,
``potluck_plugins.loaders._office.libreoffice``, ``potluck_plugins.loaders._office.numbering``,
``potluck_plugins.loaders._office.options``, ``potluck_plugins.loaders._office.package``,
``potluck_plugins.loaders._office.packed``, ``potluck_plugins.loaders._office.paragraph``,
``potluck_plugins.loaders._office.sheet_margins``, ``potluck_plugins.loaders._office.story``,
``potluck_plugins.loaders._office.tika``, ``potluck_plugins.loaders._office.word.blocks``,
``potluck_plugins.loaders._office.word.chunks``, ``potluck_plugins.loaders._office.word.comments``,
``potluck_plugins.loaders._office.word.controls``, ``potluck_plugins.loaders._office.word.document``,
``potluck_plugins.loaders._office.word.fields``, ``potluck_plugins.loaders._office.word.graphics``,
``potluck_plugins.loaders._office.word.margins``, ``potluck_plugins.loaders._office.word.notes``,
``potluck_plugins.loaders._office.word.paragraph``, ``potluck_plugins.loaders._office.word.runs``,
``potluck_plugins.loaders._office.word.styles``, ``potluck_plugins.loaders._office.word.tables``,
``potluck_plugins.loaders._office.xls_formulas``, ``potluck_plugins.loaders._office.xls_records``,
``potluck_plugins.loaders._shared.alt_text``, ``potluck_plugins.loaders._shared.check_boxes``,
``potluck_plugins.loaders._shared.equations``, ``potluck_plugins.loaders._shared.flow``,
``potluck_plugins.loaders._shared.flowed``, ``potluck_plugins.loaders._shared.grid``,
``potluck_plugins.loaders._shared.lines``, ``potluck_plugins.loaders._shared.outline``,
``potluck_plugins.loaders._shared.raised``, ``potluck_plugins.loaders._shared.symbols``,
``potluck_plugins.loaders._shared.table``.
"""

from __future__ import annotations

import io
import zipfile
from typing import Any

import pytest

from potluck.documents import Document
from potluck.errors import UnreadableDocument
from potluck_plugins.loaders._shared.numerals import format_number
from support.loading import load_one
from support.word import (
    DECLARED,
    box,
    control,
    docx,
    down,
    drawing,
    field,
    margin,
    note,
    numbered,
    numbering,
    p,
    r,
    refer,
    section,
    style,
    styled,
    table,
    tc,
    tr,
    up,
)

STRICT = pytest.mark.parametrize("strict", [False, True], ids=["transitional", "strict"])


def read(*body: str, options: dict[str, Any] | None = None, **settings: Any) -> Document:
    """The document that a file with this body is read as."""
    return load_one("office", docx(*body, **settings), **(options or {}))


def lines(*body: str, **settings: Any) -> list[str]:
    """The lines of the text."""
    return read(*body, **settings).text.split("\n")


RAISED_STYLES = (
    style("Raised", '<w:rPr><w:vertAlign w:val="superscript"/></w:rPr>', "character")
    + style("Also", kind="character", based="Raised")
    + style("Struck", "<w:rPr><w:strike/></w:rPr>", "character")
    + style("Gone", "<w:rPr><w:vanish/></w:rPr>")
    + style("Ghost", "<w:rPr><w:vanish/></w:rPr>", "character")
    + style("Big", '<w:rPr><w:sz w:val="28"/></w:rPr>')
    + style("Listed", "<w:pPr>" + numbered() + "</w:pPr>")
    + style("H1", '<w:pPr><w:outlineLvl w:val="0"/></w:pPr>')
    + '<w:style w:type="paragraph" w:styleId="T1"><w:name w:val="toc 1"/></w:style>'
)


@STRICT
@pytest.mark.parametrize(
    ("runs", "line"),
    [
        (["10", up("6"), " ohm"], "10⁶ ohm"),
        (["5·10", up("-"), up("9"), " mbar"], "5·10⁻⁹ mbar"),
        (["12 m", up("2")], "12 m²"),
        (["H", down("2"), "O"], "H₂O"),
        (["T", down("max")], "T_max"),
        (["x", up("a+b")], "x^(a+b)"),
        (["on the 1", up("st")], "on the 1st"),
        (["每 m", up("2"), " 25 kN"], "每 m² 25 kN"),
        (["10", r("6", '<w:rStyle w:val="Raised"/>')], "10⁶"),
        (["10", r("6", '<w:rStyle w:val="Also"/>')], "10⁶"),
        (["10", r("6", '<w:rStyle w:val="Raised"/><w:vertAlign w:val="baseline"/>')], "106"),
        (["10", r("6", '<w:position w:val="8"/><w:sz w:val="12"/>')], "10⁶"),
        (["H", r("2", '<w:position w:val="-6"/><w:sz w:val="12"/>'), "O"], "H₂O"),
        (["10", r("6", '<w:position w:val="12"/>')], "10⁶"),
        (["10", r("6", '<w:position w:val="3"/>')], "106"),
        ([r("第一章 總則", '<w:position w:val="8"/>')], "第一章 總則"),
        (["載重 10", r("3", '<w:position w:val="6"/><w:sz w:val="20"/>'), " kN"], "載重 10³ kN"),
        (["Note", r(" nudged", '<w:position w:val="2"/><w:sz w:val="12"/>')], "Note nudged"),
        (["½ inch, 1", up("1"), "/", down("2")], "½ inch, 1¹/₂"),
        (["so\u00adft", "<w:r><w:t>hy</w:t><w:softHyphen/><w:t>phen</w:t></w:r>"], "softhyphen"),
        (["<w:r><w:t>QM</w:t><w:noBreakHyphen/><w:t>0417</w:t></w:r>"], "QM-0417"),
        (["QM\u20110417"], "QM-0417"),
        (["<w:r><w:t>a</w:t><w:tab/><w:t>b</w:t></w:r>"], "a\tb"),
    ],
)
def test_what_is_raised_or_lowered_is_never_glued(runs: list[str], line: str, strict: bool) -> None:
    parts = {"styles": '<w:docDefaults><w:rPrDefault><w:rPr><w:sz w:val="22"/></w:rPr></w:rPrDefault></w:docDefaults>'}
    parts["styles"] += RAISED_STYLES
    assert lines(p(*runs), parts=parts, strict=strict) == [line]


def test_a_small_raised_run_is_small_beside_the_text_of_its_paragraph() -> None:
    run = r("6", '<w:position w:val="8"/><w:sz w:val="22"/>')
    assert lines(p("10", run, properties=styled("Big")), parts={"styles": RAISED_STYLES}) == ["10⁶"]


NOTES = note("footnote", 2, "Without snow.") + note("footnote", 5, "See §4.") + note("footnote", 7, "Never used.")


@STRICT
def test_the_mark_of_a_footnote_stands_apart_and_its_text_behind_the_paragraph(strict: bool) -> None:
    body = [p("The load is 25", refer("footnote", 2), " kN, 30", refer("footnote", 5), " at night."), p("More.")]

    document = read(*body, parts={"footnotes": NOTES}, strict=strict)

    assert document.text.split("\n") == [
        "The load is 25[1] kN, 30[2] at night.",
        "[1] Without snow.",
        "[2] See §4.",
        "More.",
    ]
    assert document.losses == ("a note that the text does not refer to was left out: 1 place, 12 characters",)


def test_endnotes_are_counted_in_small_roman_numbers_and_notes_in_cells_follow_the_table() -> None:
    body = [table(tr("load", tc(p("25", refer("endnote", 2), " kN"))), tr("wind", tc(p("3", refer("endnote", 3)))))]
    parts = {"endnotes": note("endnote", 2, "At rest.") + note("endnote", 3, "From the west.")}

    assert lines(*body, parts=parts) == ["load | 25[i] kN", "wind | 3[ii]", "[i] At rest.", "[ii] From the west."]


@pytest.mark.parametrize(
    ("properties", "marks"),
    [
        ('<w:numFmt w:val="upperLetter"/>', ["A", "B", "C"]),
        ('<w:numFmt w:val="chicago"/>', ["*", "†", "‡"]),
        ('<w:numFmt w:val="chineseCounting"/>', ["一", "二", "三"]),
        ('<w:numStart w:val="4"/>', ["4", "5", "6"]),
        ('<w:numRestart w:val="eachSect"/>', ["1", "2", "1"]),
        ('<w:numRestart w:val="eachPage"/>', ["1", "1", "2"]),
    ],
)
def test_notes_are_numbered_as_the_settings_say(properties: str, marks: list[str]) -> None:
    page = "<w:r><w:lastRenderedPageBreak/></w:r>"
    body = [
        p("a", refer("footnote", 1)),
        p(page, "b", refer("footnote", 2), properties=section()),
        p("c", refer("footnote", 3)),
    ]
    parts = {
        "footnotes": "".join(note("footnote", i, "x") for i in (1, 2, 3)),
        "settings": f"<w:footnotePr>{properties}</w:footnotePr>",
    }
    found = [line for line in lines(*body, parts=parts) if not line.startswith("[")]
    assert found == [f"{letter}[{mark}]" for letter, mark in zip("abc", marks, strict=True)]


def test_a_section_may_number_its_notes_in_a_way_of_its_own() -> None:
    roman = '<w:footnotePr><w:numFmt w:val="upperRoman"/><w:numStart w:val="3"/></w:footnotePr>'
    body = [p("a", refer("footnote", 1), properties=section(roman)), p("b", refer("footnote", 2)), section()]
    parts = {"footnotes": note("footnote", 1, "x") + note("footnote", 2, "y")}
    assert lines(*body, parts=parts) == ["a[III]", "[III] x", "b[IV]", "[IV] y"]


def test_a_mark_that_the_author_wrote_is_shown_and_not_counted() -> None:
    body = [p("25", refer("footnote", 1, "*"), " kN"), p("30", refer("footnote", 2))]
    parts = {"footnotes": note("footnote", 1, "* Guess.") + note("footnote", 2, "Measured.")}
    assert lines(*body, parts=parts) == ["25[*] kN", "[*] Guess.", "30[1]", "[1] Measured."]


@STRICT
@pytest.mark.parametrize(
    ("runs", "line", "loss"),
    [
        (
            [
                "costs <w:del>".removesuffix("<w:del>"),
                f"<w:del>{r('14').replace('w:t', 'w:delText')}</w:del>",
                "16 euros",
            ],
            "costs 16 euros",
            "deleted text was left out: 1 place, 2 characters",
        ),
        (["costs ", f"<w:ins>{r('16')}</w:ins>", " euros"], "costs 16 euros", None),
        (
            ["a ", f"<w:moveFrom>{r('moved')}</w:moveFrom>", "b"],
            "a b",
            "deleted text was left out: 1 place, 5 characters",
        ),
        (["a ", f"<w:moveTo>{r('moved')}</w:moveTo>"], "a moved", None),
        (
            ["14 ", r("15 ", "<w:strike/>"), r("x", "<w:strike/>"), "16"],
            "14 16",
            "struck-out text was left out: 1 place, 4 characters",
        ),
        (["14 ", r("15", "<w:dstrike/>")], "14", "struck-out text was left out: 1 place, 2 characters"),
        (["14 ", r("15", '<w:rStyle w:val="Struck"/>')], "14", "struck-out text was left out: 1 place, 2 characters"),
        (["14 ", r("15", '<w:rStyle w:val="Struck"/><w:strike w:val="0"/>')], "14 15", None),
        (["14 ", r("15", '<w:strike w:val="false"/>')], "14 15", None),
        (["open", r(" secret", "<w:vanish/>")], "open", "hidden text was left out: 1 place, 7 characters"),
        (
            ["open", r(" secret", '<w:rStyle w:val="Ghost"/>')],
            "open",
            "hidden text was left out: 1 place, 7 characters",
        ),
        (["Scope", r("<w:tab/>3".removeprefix("<w:tab/>"), "<w:webHidden/>")], "Scope3", None),
    ],
)
def test_what_no_page_shows_is_left_out_and_counted(runs: list[str], line: str, loss: str | None, strict: bool) -> None:
    document = read(p(*runs), parts={"styles": RAISED_STYLES}, strict=strict)
    assert document.text == line
    assert document.losses == (() if loss is None else (loss,))


def test_hidden_text_is_read_where_the_setting_says_so() -> None:
    body = p("Public.", r(" Internal: 40 %.", "<w:vanish/>"))
    assert read(body, options={"hidden": True}).text == "Public. Internal: 40 %."
    assert read(body, options={"hidden": True}).losses == ()


def test_a_paragraph_hidden_by_its_style_is_left_out_and_not_counted_as_an_item() -> None:
    parts = {"styles": RAISED_STYLES, "numbering": numbering(("decimal", "%1."))}
    hidden = p("secret", properties=styled("Gone") + numbered() + "<w:rPr><w:vanish/></w:rPr>")
    body = [p("one", properties=numbered()), hidden, p("two", properties=numbered())]
    document = read(*body, parts=parts)
    assert document.text == "1. one\n2. two"
    assert document.losses == ("hidden text was left out: 1 place, 6 characters",)


def test_a_property_that_both_styles_switch_on_is_off() -> None:
    body = p(r("seen", '<w:rStyle w:val="Ghost"/>'), properties=styled("Gone"))
    assert read(body, parts={"styles": RAISED_STYLES}).text == "seen"


def test_paragraphs_whose_end_is_deleted_are_one() -> None:
    deleted = "<w:rPr><w:del/></w:rPr>"
    body = [
        p("The load is ", properties=numbered() + deleted),
        p("25 kN.", properties=numbered()),
        p("Next.", properties=numbered()),
    ]
    assert lines(*body, parts={"numbering": numbering(("decimal", "%1."))}) == ["1. The load is 25 kN.", "2. Next."]


def test_the_reading_of_ruby_stands_in_brackets_behind_its_base() -> None:
    ruby = f"<w:r><w:ruby><w:rubyPr/><w:rt>{r('はちのへ')}</w:rt><w:rubyBase>{r('八戸')}</w:rubyBase></w:ruby></w:r>"
    assert lines(p("集合地点は", ruby, "駅")) == ["集合地点は八戸(はちのへ)駅"]


@pytest.mark.parametrize(
    ("instruction", "line"),
    [
        (r"EQ \* jc2 \* &quot;Font:MS Mincho&quot; \* hps10 \o\ad(\s\up 9(はちのへ),八戸)", "八戸(はちのへ)"),
        (r"EQ \f(P,ρg)", "P/ρg"),
        (r"EQ \r(3,x)", "∛x"),
        (r"EQ \r(,a+b)", "√(a+b)"),
        (r"eq 10\s\up8(6)", "10⁶"),
        (r"EQ x\s\do4(i)", "x_i"),
        (r"EQ \i\su(i=1,n,x)", "∑_(i=1)ⁿ x"),
        (r"EQ \l(A,B)", "A,B"),
        (r"EQ f\(x\)", "f(x)"),
        (r"SYMBOL 254 \f &quot;Wingdings&quot; \s 12", "☒"),
        (r"SYMBOL 0x6D \f Symbol", "μ"),
    ],
)
def test_a_field_that_holds_no_result_shows_what_word_draws(instruction: str, line: str) -> None:
    assert lines(p(field(instruction))) == [line]


@STRICT
@pytest.mark.parametrize(
    ("run", "line"),
    [
        (field("FORMCHECKBOX", form="<w:checkBox><w:default w:val='0'/><w:checked/></w:checkBox>"), "☒"),
        (field("FORMCHECKBOX", form="<w:checkBox><w:default w:val='1'/></w:checkBox>"), "☒"),
        (field("FORMCHECKBOX", form="<w:checkBox><w:default w:val='1'/><w:checked w:val='0'/></w:checkBox>"), "☐"),
        (field("FORMCHECKBOX", r("☐"), form="<w:checkBox><w:default w:val='0'/></w:checkBox>"), "☐"),
        (control("<w14:checkbox><w14:checked w14:val='1'/></w14:checkbox>", r("☒")), "☒"),
        (control("<w14:checkbox><w14:checked w14:val='0'/></w14:checkbox>", r("☐")), "☐"),
        (control("<w14:checkbox/>", r("\uf0a3")), "☐"),
        (r("☒"), "☒"),
        (r("☑"), "☑"),
        (r("☐"), "☐"),
        ('<w:r><w:sym w:font="Wingdings" w:char="F0FE"/></w:r>', "☒"),
        ('<w:r><w:sym w:font="Wingdings" w:char="F0A8"/></w:r>', "☐"),
        ('<w:r><w:sym w:font="Wingdings 2" w:char="F052"/></w:r>', "☒"),
        ('<w:r><w:sym w:font="MS Gothic" w:char="2612"/></w:r>', "☒"),
    ],
)
def test_check_boxes_of_all_kinds_show_their_state(run: str, line: str, strict: bool) -> None:
    assert lines(p(run, " yes"), strict=strict) == [f"{line} yes"]


CHOICES = "".join(f'<w:listEntry w:val="{one}"/>' for one in ("small", "medium", "large"))


@STRICT
@pytest.mark.parametrize(
    ("run", "line"),
    [
        (field("FORMDROPDOWN", form=f'<w:ddList><w:result w:val="2"/>{CHOICES}</w:ddList>'), "large"),
        (field("FORMDROPDOWN", form=f'<w:ddList><w:default w:val="1"/>{CHOICES}</w:ddList>'), "medium"),
        (field("FORMDROPDOWN", form=f"<w:ddList>{CHOICES}</w:ddList>"), "small"),
        (field("FORMDROPDOWN", form=f'<w:ddList><w:result w:val="9"/>{CHOICES}</w:ddList>'), ""),
        (field("FORMTEXT", r("Lin"), form="<w:textInput/>"), "Lin"),
        (
            control('<w:dropDownList><w:listItem w:displayText="large" w:value="L"/></w:dropDownList>', r("large")),
            "large",
        ),
        (control("<w:comboBox/>", r("huge")), "huge"),
        (control("<w:date/>", r("1 May 2026")), "1 May 2026"),
        (field("MERGEFIELD name", r("Lin")), "Lin"),
        (f'<w:fldSimple w:instr=" AUTHOR ">{r("Lin")}</w:fldSimple>', "Lin"),
        (f'<w:hyperlink r:id="x">{r("Lin")}</w:hyperlink>', "Lin"),
        (field(" IF 1 = 1 " + "", r("yes")), "yes"),
    ],
)
def test_of_forms_and_fields_the_value_is_read(run: str, line: str, strict: bool) -> None:
    assert lines(p("Size: ", run), strict=strict) == [f"Size: {line}".strip()]


def test_a_field_within_an_instruction_is_not_read() -> None:
    inner = field("MERGEFIELD sum", r("1000"))
    begin, rest = field("IF ", r("expensive")).split('<w:r><w:fldChar w:fldCharType="separate"/>', 1)
    body = p(begin, inner, '<w:r><w:fldChar w:fldCharType="separate"/>' + rest, " indeed")
    assert lines(body) == ["expensive indeed"]


def test_a_field_that_never_ends_takes_nothing_with_it() -> None:
    begin = '<w:r><w:fldChar w:fldCharType="begin"/></w:r>'
    assert lines(p("one ", begin, "two"), p("three")) == ["one two", "three"]


def test_a_field_may_go_on_over_paragraphs() -> None:
    begin, end = field("TOC", "<!-- -->").split("<!-- -->")
    assert lines(p(begin, "1 Scope"), p("2 Terms", end), p("3 x")) == ["1 Scope", "2 Terms", "3 x"]


@pytest.mark.parametrize(
    "placeholder",
    [
        control("<w:showingPlcHdr/><w:text/>", r("Click here to enter text.")),
        control("<w:text/>", r("Click here to enter text.", '<w:rStyle w:val="PlaceholderText"/>')),
    ],
)
def test_the_placeholder_of_a_control_is_no_content(placeholder: str) -> None:
    document = read(p("Name: ", placeholder), p("Town: ", control("<w:text/>", r("Kiel"))))
    assert document.text == "Name:\nTown: Kiel"
    assert document.losses == ("text that asks for an entry where there is none was left out: 1 place, 25 characters",)


def test_controls_around_paragraphs_rows_and_cells_are_read() -> None:
    row = control("<w:id/>", tr("a", control("<w:id/>", tc("b"))))
    empty = control("<w:showingPlcHdr/>", tc("Enter"))
    body = [control("<w:id/>", p("one")), table(row, tr(empty, "d"))]
    assert lines(*body) == ["one", "a | b", " | d"]


def test_a_check_box_around_a_whole_cell_shows_its_state() -> None:
    checked = control("<w14:checkbox><w14:checked w14:val='1'/></w14:checkbox>", tc(p(r("☒"))))
    assert lines(table(tr(checked, "wanted"), tr("x", "y"))) == ["☒ | wanted", "x | y"]


ITEM = "{0F1E2D3C-0000-4000-8000-000000000001}"
DATA_FILES = {
    "customXml/item1.xml": '<f xmlns="urn:form"><name>Lin Mei</name><size>L</size><empty/></f>',
    "customXml/_rels/item1.xml.rels": '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    '<Relationship Id="r1" Type="x/customXmlProps" Target="itemProps1.xml"/></Relationships>',
    "customXml/itemProps1.xml": f'<ds:datastoreItem ds:itemID="{ITEM}" '
    'xmlns:ds="http://schemas.openxmlformats.org/officeDocument/2006/customXml"/>',
    "word/_rels/document.xml.rels": '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    '<Relationship Id="r1" Type="x/customXml" Target="../customXml/item1.xml"/></Relationships>',
}


@pytest.mark.parametrize(
    ("path", "kind", "content", "line"),
    [
        ("/ns0:f[1]/ns0:name[1]", "<w:text/>", "old", "Lin Mei"),
        (
            "/ns0:f[1]/ns0:size[1]",
            '<w:dropDownList><w:listItem w:displayText="large" w:value="L"/></w:dropDownList>',
            "",
            "large",
        ),
        ("/ns0:f[1]/ns0:empty[1]", "<w:text/>", "old", "old"),
        ("/ns0:f[1]/ns0:nothing[1]", "<w:text/>", "old", "old"),
        ("count(//*)", "<w:text/>", "old", "old"),
        ("/ns0:f[1]/ns0:name[1]", "<w:date/>", "1 May", "1 May"),
        ("/nsx:f", "<w:text/>", "old", "old"),
    ],
)
def test_a_control_that_is_bound_to_data_shows_the_data(path: str, kind: str, content: str, line: str) -> None:
    binding = f"""<w:dataBinding w:prefixMappings="xmlns:ns0='urn:form'" w:xpath="{path}" w:storeItemID="{ITEM}"/>"""
    body = p("Name: ", control(binding + kind, r(content)), ".")
    assert lines(body, files=DATA_FILES) == [f"Name: {line}."]


@STRICT
def test_merged_cells_repeat_their_value_and_headers_are_one_line(strict: bool) -> None:
    rows = [
        tr(
            tc("Load", properties='<w:vMerge w:val="restart"/>'),
            tc("Span", properties='<w:gridSpan w:val="2"/>'),
            properties="<w:tblHeader/>",
        ),
        tr(tc("", properties="<w:vMerge/>"), "short", "long", properties="<w:tblHeader/>"),
        tr(tc("25 kN", properties='<w:vMerge w:val="restart"/>'), "3 m", "4 m"),
        tr(tc("", properties='<w:vMerge w:val="continue"/>'), tc("5 m", properties='<w:gridSpan w:val="2"/>')),
    ]
    assert lines(table(*rows), strict=strict) == [
        "Load | Span short | Span long",
        "25 kN | 3 m | 4 m",
        "25 kN | 5 m | 5 m",
    ]


def test_columns_that_a_row_leaves_out_stay_empty() -> None:
    rows = [
        tr("a", "b", "c"),
        tr("y", "z", properties='<w:gridBefore w:val="1"/>'),
        tr("x", properties='<w:gridAfter w:val="2"/>'),
    ]
    assert lines(table(*rows)) == ["a | b | c", " | y | z", "x"]


def test_cells_that_are_merged_the_old_way_are_one() -> None:
    rows = [
        tr(
            tc("wide", properties='<w:hMerge w:val="restart"/>'), tc("", properties='<w:hMerge w:val="continue"/>'), "c"
        ),
        tr("x", "y", "z"),
        tr("1", "2", "3"),
    ]
    assert lines(table(*rows)) == ["wide x | wide y | c z", "1 | 2 | 3"]


def test_what_a_covered_cell_holds_is_counted() -> None:
    rows = [tr(tc("a", properties='<w:vMerge w:val="restart"/>'), "b"), tr(tc("hidden", properties="<w:vMerge/>"), "c")]
    document = read(table(*rows))
    assert document.text == "a | b\na | c"
    assert document.losses == ("text in cells that a merged cell covers was left out: 1 place, 6 characters",)


def test_a_deleted_row_and_a_deleted_cell_are_left_out() -> None:
    rows = [tr("a", "b"), tr("gone", properties="<w:del/>"), tr(tc("x"), tc("lost", properties="<w:cellDel/>"))]
    document = read(table(*rows))
    assert document.text == "a | b\nx"
    assert document.losses == ("deleted text was left out: 2 places, 8 characters",)


def test_numbers_in_cells_are_counted_with_those_behind_the_table() -> None:
    item = numbered()
    body = [
        table(tr(tc(p("item", properties=item)), "Weld"), tr(tc(p(properties=item)), "Paint")),
        p("See above."),
        p(properties=item),
        p("Keys.", properties=item),
    ]
    assert lines(*body, parts={"numbering": numbering(("decimal", "%1."))}) == [
        "1. item | Weld",
        "2. | Paint",
        "See above.",
        "4. Keys.",
    ]


def test_chinese_numbers_in_cells_are_counted() -> None:
    body = [
        table(*(tr(tc(p(properties=numbered())), text) for text in ("焊縫", "油漆"))),
        p("總則", properties=numbered()),
    ]
    assert lines(*body, parts={"numbering": numbering(("taiwaneseCountingThousand", "%1、"))}) == [
        "一、 | 焊縫",
        "二、 | 油漆",
        "三、 總則",
    ]


def test_a_table_in_a_cell_is_read_once() -> None:
    inner = table(tr("weight", "5 kg"), tr("length", "3 m"))
    assert lines(table(tr("Beam", tc(p("Size"), inner, p(""))), tr("Bolt", "M8"))) == [
        "Beam | Size weight, 5 kg; length, 3 m",
        "Bolt | M8",
    ]


@pytest.mark.parametrize("rows", [1, 2])
def test_a_table_of_one_column_only_arranges_the_page(rows: int) -> None:
    content = [p("Scope", properties=styled("H1")), p("For all sites."), table(tr("a", "b"), tr("c", "d"))]
    body = table(*[tr(tc(*content))] * rows)
    document = read(body, parts={"styles": RAISED_STYLES})
    assert document.text.split("\n") == ["Scope", "For all sites.", "a | b", "c | d"] * rows
    assert [one.title for one in document.sections] == ["Scope"] * rows


def test_a_table_with_sections_in_its_cells_only_arranges_the_page() -> None:
    left = tc(p("Scope", properties=styled("H1")), p("For all sites."))
    right = tc(p("Terms", properties=styled("H1")), p("Site: a place."))
    document = read(table(tr(left, right)), parts={"styles": RAISED_STYLES})
    assert [one.title for one in document.sections] == ["Scope", "Terms"]
    assert document.text == "Scope\nFor all sites.\nTerms\nSite: a place."


def test_headings_in_the_cells_of_a_table_of_values_are_cells() -> None:
    head = [tc(p(text, properties=styled("H1"))) for text in ("Part", "Torque")]
    document = read(table(tr(*head), tr("Bolt", "45 Nm")), parts={"styles": RAISED_STYLES})
    assert document.text == "Part | Torque\nBolt | 45 Nm"
    assert document.sections == ()


@STRICT
@pytest.mark.parametrize("fallback", [True, False], ids=["both", "VML"])
def test_a_text_box_is_read_once_behind_its_paragraph(fallback: bool, strict: bool) -> None:
    inner = [p("Call 555-0134"), table(tr("a", "b"))]
    assert lines(p("Contact", box(*inner, fallback=fallback), " us"), p("End"), strict=strict) == [
        "Contact us",
        "Call 555-0134",
        "a | b",
        "End",
    ]


@pytest.mark.parametrize("fallback", [True, False], ids=["both", "VML"])
def test_a_text_box_in_a_cell_a_box_or_a_header_is_read_once(fallback: bool) -> None:
    shape = box(p("Call 555-0134"), fallback=fallback)
    outer = box(p("Outer", shape), fallback=fallback)
    assert lines(table(tr("Contact", tc(p(shape))), tr("x", "y"))) == ["Contact | Call 555-0134", "x | y"]
    assert lines(p("Start", outer)) == ["Start", "Outer", "Call 555-0134"]
    body = [p("Body"), section(margin("header1"))]
    assert lines(*body, parts={"header1": p(shape)}) == ["Call 555-0134", "Body"]


def test_words_that_are_drawn_are_read() -> None:
    drawn = '<w:r><w:pict><v:shape><v:textpath string="DRAFT"/></v:shape></w:pict></w:r>'
    body = [p("Body"), section(margin("header1"))]
    assert lines(*body, parts={"header1": p("QM-0417", drawn)}) == ["QM-0417", "DRAFT", "Body"]


COMMENTS = (
    f'<w:comment w:id="0" w:author="Ada  Kern">{p("Every 10")}{p("days?")}</w:comment>'
    f'<w:comment w:id="1">{p("Why?")}</w:comment>'
)
ANCHOR = '<w:r><w:commentReference w:id="{}"/></w:r>'


def test_comments_are_read_at_their_place_by_the_setting_and_otherwise_counted() -> None:
    body = [p("Every 14 days", ANCHOR.format(0), "."), p("End", ANCHOR.format(1))]
    document = read(*body, parts={"comments": COMMENTS})
    assert document.text == "Every 14 days.\nEnd"
    assert document.losses == ("text of comments was left out: 2 places, 17 characters",)

    document = read(*body, parts={"comments": COMMENTS}, options={"comments": True})
    assert document.text == "Every 14 days [comment by Ada Kern: Every 10 days?].\nEnd [comment: Why?]"
    assert document.losses == ()


def test_a_comment_that_is_anchored_nowhere_is_counted() -> None:
    document = read(p("End"), parts={"comments": COMMENTS}, options={"comments": True})
    assert document.losses == ("text of comments was left out: 2 places, 17 characters",)


PAGE = field("PAGE", r("3"))
PAGES = field("NUMPAGES", r("9"))


@STRICT
def test_headers_and_footers_come_first_in_their_section_and_once(strict: bool) -> None:
    parts = {
        "header1": p("QM-0417, revision 3"),
        "header2": p("Annex"),
        "footer1": p("Valid from 1 May 2026") + p("The body says this"),
        "header3": p("Cover"),
    }
    first = section(margin("header1"), margin("footer1"), margin("header3", "first"), "<w:titlePg/>")
    body = [
        p("The body says this"),
        p("One", properties=first),
        p("Two", properties=section(margin("header2"))),
        p("Three"),
        section(margin("header1")),
    ]
    assert lines(*body, parts=parts, strict=strict) == [
        "Cover",
        "QM-0417, revision 3",
        "Valid from 1 May 2026",
        "The body says this",
        "One",
        "Annex",
        "Two",
        "Three",
    ]


@pytest.mark.parametrize(
    ("footer", "found"),
    [
        (p(PAGE), []),
        (p("Page ", PAGE, " of ", PAGES), []),
        (p("- ", PAGE, " -"), []),
        (p("第", PAGE, "頁，共", PAGES, "頁"), []),
        (p("第 ", PAGE, " 页"), []),
        (p("Seite ", PAGE, " von ", PAGES), []),
        (p("17"), []),
        (p("Page ", f'<w:fldSimple w:instr="PAGE">{r("1")}</w:fldSimple>'), []),
        (p("<w:r><w:pgNum/></w:r>"), []),
        (p("QM-0417", "<w:r><w:tab/></w:r>", "Page ", PAGE, " of ", PAGES), ["QM-0417"]),
        (p("規範 C-12　第", PAGE, "頁"), ["規範 C-12"]),
        (table(tr("QM-0417", tc(p("Page ", PAGE)), "Rev. 3")), ["QM-0417 | Rev. 3"]),
    ],
)
def test_page_numbers_are_no_text_of_headers(footer: str, found: list[str]) -> None:
    assert lines(p("Body"), section(margin("footer1")), parts={"footer1": footer}) == [*found, "Body"]


@pytest.mark.parametrize(("kind", "switch"), [("first", "<w:titlePg/>"), ("even", "")])
def test_a_header_that_no_page_shows_is_not_read(kind: str, switch: str) -> None:
    parts = {"header1": p("Shown on some pages")}
    assert lines(p("Body"), section(margin("header1", kind)), parts=parts) == ["Body"]
    parts["settings"] = "<w:evenAndOddHeaders/>"
    assert lines(p("Body"), section(margin("header1", kind), switch), parts=parts) == ["Shown on some pages", "Body"]


HALF = "<m:oMath><m:f><m:num><m:r><m:t>1</m:t></m:r></m:num><m:den><m:r><m:t>2</m:t></m:r></m:den></m:f></m:oMath>"


@pytest.mark.parametrize(
    ("runs", "line"),
    [
        (["bolt diameter 2", HALF, " in"], "bolt diameter 2 1/2 in"),
        (["螺栓直徑 2", HALF, "吋"], "螺栓直徑 2 1/2吋"),
        ([HALF, "5"], "1/2 5"),
        (["2", field(r"EQ \f(1,2)"), "5"], "2 1/2 5"),
        (["2", field(r"EQ \f(1,2)", r("x")), "5"], "2 1/2 5"),
        (["2", f'<w:fldSimple w:instr="EQ \\f(1,2)">{r("x")}</w:fldSimple>'], "2 1/2"),
        (["20", field("FORMDROPDOWN", form='<w:ddList><w:listEntry w:val="26"/></w:ddList>')], "2026"),
        (["20", field("REF x", r("26"))], "2026"),
    ],
)
def test_a_number_before_an_equation_stands_apart_from_it(runs: list[str], line: str) -> None:
    assert lines(p(*runs)) == [line]


def test_a_document_that_says_something_only_in_its_header_is_read() -> None:
    assert lines(p(""), section(margin("header1")), parts={"header1": p("Valid from 1 May 2026")}) == [
        "Valid from 1 May 2026"
    ]


@STRICT
def test_equations_stand_in_the_line(strict: bool) -> None:
    fraction = "<m:f><m:num><m:r><m:t>P</m:t></m:r></m:num><m:den><m:r><m:t>ρg</m:t></m:r></m:den></m:f>"
    formula = f"<m:oMath><m:r><m:t>H=</m:t></m:r>{fraction}<w:del><m:r><m:t>old</m:t></m:r></w:del></m:oMath>"
    document = read(
        p("The head is ", formula, " metres."), p(f"<m:oMathPara>{formula}{formula}</m:oMathPara>"), strict=strict
    )
    assert document.text.split("\n") == ["The head is H=P/ρg metres.", "H=P/ρg", "H=P/ρg"]
    assert document.losses == ("deleted text was left out: 2 places, 9 characters",)


@pytest.mark.parametrize(
    ("run", "line"),
    [
        ('<w:r><w:sym w:font="Symbol" w:char="F06D"/></w:r>', "80 μm"),
        (
            r("\uf06d", '<w:rFonts w:ascii="Symbol"/>').replace('<w:rFonts w:ascii="Calibri" w:hAnsi="Calibri"/>', ""),
            "80 μm",
        ),
        ('<w:r><w:sym w:font="Calibri" w:char="00B5"/></w:r>', "80 µm"),
    ],
)
def test_symbols_are_read_by_their_font(run: str, line: str) -> None:
    assert lines(p("80 ", run, "m")) == [line]


def test_symbols_that_are_not_known_are_counted() -> None:
    document = read(p("a", '<w:r><w:sym w:font="Wingdings 3" w:char="F05F"/></w:r>', "b", r("\ue123")))
    assert document.text == "ab"
    assert document.losses == (
        "a symbol of the font Wingdings 3 was left out: 1 place, 1 character",
        "a symbol of the font Calibri was left out: 1 place, 1 character",
    )


def test_the_main_part_is_found_by_its_relationship() -> None:
    document = load_one("office", docx(p("The depot opens at 06:40."), main="content/text2.xml", parts={"styles": ""}))
    assert document.text == "The depot opens at 06:40."


def test_entries_of_a_table_of_contents_are_no_clauses() -> None:
    parts = {"styles": RAISED_STYLES}
    body = [p("1.1 Scope", properties=styled("T1")), p("1.1 Scope of this"), p("Text")]
    assert [one.start for one in read(*body, parts=parts).sections] == [len("1.1 Scope\n")]


def test_a_damaged_part_is_a_loss_and_damaged_text_an_error() -> None:
    content = docx(p("Text"), parts={"styles": "<w:style"})
    assert load_one("office", content).text == "Text"
    (loss,) = load_one("office", content).losses
    assert loss.startswith("word/styles.xml is damaged: ")
    with pytest.raises(UnreadableDocument, match="its text is damaged"):
        load_one("office", docx("<w:p>"))


def test_a_file_without_a_body_is_an_error() -> None:
    written = io.BytesIO(docx(p("x")))
    with zipfile.ZipFile(written) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    members["word/document.xml"] = b"<x/>"
    changed = io.BytesIO()
    with zipfile.ZipFile(changed, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    with pytest.raises(UnreadableDocument, match=r"word/document\.xml holds no text"):
        load_one("office", changed.getvalue())


def test_notes_stand_behind_their_own_paragraph_in_a_table_that_arranges_the_page() -> None:
    cell = tc(p("Scope", properties=styled("H1")), p("a", refer("footnote", 2)), p("b", refer("footnote", 5)), p("c"))
    found = lines(table(tr(cell)), parts={"styles": RAISED_STYLES, "footnotes": NOTES})
    assert found == ["Scope", "a[1]", "[1] Without snow.", "b[2]", "[2] See §4.", "c"]


def test_notes_of_one_paragraph_each_have_their_own_text() -> None:
    parts = {"footnotes": f'<w:footnote w:id="1">{p("One")}{p("more.")}</w:footnote>' + note("footnote", 2, "Two.")}
    body = p("a", refer("footnote", 1), refer("footnote", 2), refer("footnote", 1))
    assert lines(body, parts=parts) == ["a[1][2][3]", "[1] One more.", "[2] Two."]


def test_a_last_paragraph_whose_end_is_deleted_is_read() -> None:
    deleted = "<w:rPr><w:del/></w:rPr>"
    assert lines(table(tr(tc(p("a", properties=deleted)), "b"), tr("c", "d")), p("e", properties=deleted)) == [
        "a | b",
        "c | d",
        "e",
    ]


def chart(title: str, *points: tuple[str, str]) -> str:
    """The part of a bar chart with one series."""
    texts = "".join(f'<c:pt idx="{i}"><c:v>{name}</c:v></c:pt>' for i, (name, _) in enumerate(points))
    values = "".join(f'<c:pt idx="{i}"><c:v>{value}</c:v></c:pt>' for i, (_, value) in enumerate(points))
    return (
        f"<c:chartSpace {DECLARED}><c:chart><c:title><c:tx><c:rich><a:p><a:r><a:t>{title}</a:t></a:r></a:p></c:rich>"
        f"</c:tx></c:title><c:plotArea><c:barChart><c:ser><c:cat><c:strRef><c:strCache>{texts}</c:strCache></c:strRef>"
        f"</c:cat><c:val><c:numRef><c:numCache>{values}</c:numCache></c:numRef></c:val></c:ser></c:barChart>"
        "</c:plotArea></c:chart></c:chartSpace>"
    )


@STRICT
def test_a_chart_is_read_as_a_table_of_its_figures(strict: bool) -> None:
    run = drawing('<c:chart r:id="chart1"/>')
    parts = {"chart1": chart("Output", ("May", "12"), ("June", "17.5"))}
    assert lines(p("See", run), p("End"), parts=parts, strict=strict) == [
        "See",
        "[chart] Output",
        "May | 12",
        "June | 17.5",
        "End",
    ]


def test_a_chart_in_a_header_is_found_by_the_links_of_the_header() -> None:
    files = {
        "word/_rels/header1.xml.rels": '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        '<Relationship Id="chart1" Type="x/chart" Target="other.xml"/></Relationships>',
        "word/other.xml": chart("Header"),
    }
    parts = {"chart1": chart("Body"), "header1": p(drawing('<c:chart r:id="chart1"/>'))}
    body = [p(drawing('<c:chart r:id="chart1"/>')), section(margin("header1"))]
    assert lines(*body, parts=parts, files=files) == ["[chart] Header", "[chart] Body"]


def test_the_points_of_a_diagram_are_read() -> None:
    points = "".join(
        f'<dgm:pt modelId="{i}"><dgm:t><a:p><a:r><a:t>{text}</a:t></a:r></a:p></dgm:t></dgm:pt>'
        for i, text in enumerate(("Plan", "Build"), 1)
    )
    data = f"<dgm:dataModel {DECLARED}><dgm:ptLst>{points}</dgm:ptLst></dgm:dataModel>"
    assert lines(p(drawing('<dgm:relIds r:dm="data1"/>')), parts={"data1": data}) == ["• Plan", "• Build"]


def test_a_chart_that_is_missing_is_a_loss() -> None:
    document = read(p("See", drawing('<c:chart r:id="rId9"/>')))
    assert document.text == "See"
    assert document.losses == ("a chart in word/document.xml was not read: the part of the link rId9 is missing",)


def test_objects_of_other_programs_are_counted() -> None:
    objects = "".join(
        f'<w:r><w:object><o:OLEObject ProgID="{one}"/></w:object></w:r>' for one in ("Equation.3", "Equation.3")
    )
    active = '<w:r><w:object><w:control r:id="x"/></w:object></w:r>'
    document = read(p("See ", objects, active))
    assert document.text == "See"
    assert document.losses == ("embedded objects were not read: ActiveX control (1), Equation.3 (2)",)


@pytest.mark.parametrize(
    ("description", "line", "loss"),
    [
        ("A bridge over a river", "[image] A bridge over a river", None),
        ("bridge.png", "", None),
        (
            "A bridge. Description automatically generated",
            "",
            "text that a program wrote about pictures was left out: 1 place, 45 characters",
        ),
    ],
)
def test_the_description_of_an_image_is_read(description: str, line: str, loss: str | None) -> None:
    document = read(p(drawing("<pic:pic/>", description)))
    assert document.text == line
    assert document.losses == (() if loss is None else (loss,))


PAGE_OF_WEB = (
    "<html><body><h2>Scope</h2><p>For all <b>sites</b>.</p><table><tr><td>a</td><td>b</td></tr></table></body></html>"
)
ARCHIVED = (
    "MIME-Version: 1.0\nContent-Type: multipart/related; boundary=b\n\n"
    f"--b\nContent-Type: text/html\n\n{PAGE_OF_WEB}\n--b--\n"
)


@pytest.mark.parametrize(("name", "content"), [("aFChunk1.html", PAGE_OF_WEB), ("aFChunk1.mht", ARCHIVED)])
def test_a_web_page_that_the_document_takes_in_is_read(name: str, content: str) -> None:
    document = read(p("Before"), '<w:altChunk r:id="aFChunk1"/>', p("After"), parts={name: content})
    assert document.text.split("\n") == ["Before", "Scope", "For all sites.", "a | b", "After"]
    assert [(one.title, one.level) for one in document.sections] == [("Scope", 2)]


def test_a_text_that_the_document_takes_in_is_read_and_another_file_is_a_loss() -> None:
    body = ['<w:altChunk r:id="aFChunk1"/>', '<w:altChunk r:id="aFChunk2"/>', '<w:altChunk r:id="rId9"/>']
    document = read(*body, parts={"aFChunk1.txt": "one\ntwo", "aFChunk2.rtf": "{}"})
    assert document.text == "one\ntwo"
    assert [loss.split(":")[0] for loss in document.losses] == [
        "word/aFChunk2.rtf, a file that the document takes in, was not read",
        "a file that the document takes in was not read",
    ]


@pytest.mark.parametrize(
    ("kind", "labels"),
    [
        ("decimal", ["1", "2", "3"]),
        ("upperLetter", ["A", "B", "C"]),
        ("lowerRoman", ["i", "ii", "iii"]),
        ("decimalZero", ["01", "02", "03"]),
        ("ordinal", ["1st", "2nd", "3rd"]),
        ("decimalEnclosedCircle", ["①", "②", "③"]),
        ("decimalEnclosedParen", ["⑴", "⑵", "⑶"]),
        ("decimalFullWidth", ["１", "２", "３"]),
        ("taiwaneseCountingThousand", ["一", "二", "三"]),
        ("ideographTraditional", ["甲", "乙", "丙"]),
        ("ideographLegalTraditional", ["壹", "貳", "參"]),
        ("chineseLegalSimplified", ["壹", "贰", "叁"]),
        ("ganada", ["가", "나", "다"]),
        ("aiueoFullWidth", ["ア", "イ", "ウ"]),
        ("russianLower", ["а", "б", "в"]),
        ("numberInDash", ["- 1 -", "- 2 -", "- 3 -"]),
        ("hex", ["1", "2", "3"]),
        ("unheardOf", ["1", "2", "3"]),
    ],
)
def test_lists_are_numbered_in_their_format(kind: str, labels: list[str]) -> None:
    found = lines(*[p("x", properties=numbered())] * 3, parts={"numbering": numbering((kind, "%1)"))})
    assert found == [f"{label}) x" for label in labels]


@pytest.mark.parametrize(
    ("value", "kind", "label"),
    [
        (11, "ordinal", "11th"),
        (22, "ordinal", "22nd"),
        (28, "lowerLetter", "bb"),
        (14, "upperRoman", "XIV"),
        (10, "chineseCounting", "十"),
        (21, "chineseCounting", "二十一"),
        (103, "chineseCounting", "一百零三"),
        (10_000, "chineseCounting", "10000"),
        (10, "ideographDigital", "一〇"),
        (25, "ideographLegalTraditional", "貳拾伍"),
        (110, "chineseLegalSimplified", "壹佰壹拾"),
        (11, "ideographTraditional", "甲"),
        (21, "decimalEnclosedCircle", "21"),
        (20, "decimalEnclosedCircle", "⑳"),
        (7, "decimalZero3", "007"),
        (255, "hex", "FF"),
        (0, "decimalZero", "0"),
        (32_767, "decimalZero3", "32767"),
        (99_999_999_999, "upperRoman", "99999999999"),
        (0, "none", ""),
    ],
)
def test_a_number_in_its_format(value: int, kind: str, label: str) -> None:
    assert format_number(value, kind) == label


def test_a_format_with_leading_zeros_of_its_own_is_shown() -> None:
    custom = (
        '<mc:AlternateContent><mc:Choice Requires="w14"><w:numFmt w:val="custom" w:format="001, 002, 003, ..."/>'
        '</mc:Choice><mc:Fallback><w:numFmt w:val="decimal"/></mc:Fallback></mc:AlternateContent>'
    )
    definition = numbering(("decimal", "D-%1"))
    for numfmt, label in ((custom, "D-001"), (custom.replace("001, 002", "x, y"), "D-1")):
        parts = {"numbering": definition.replace('<w:numFmt w:val="decimal"/>', numfmt)}
        assert lines(p("x", properties=numbered()), parts=parts) == [f"{label} x"]


def test_a_large_first_letter_begins_its_paragraph() -> None:
    cap = p("T", properties='<w:framePr w:dropCap="drop" w:lines="3"/>')
    assert lines(cap, p("he load is 25 kN."), p("End")) == ["The load is 25 kN.", "End"]


def test_a_number_that_a_field_counts_is_told() -> None:
    document = read(p(field("AUTONUM"), "Scope"))
    assert document.text == "Scope"
    assert document.losses == ("a number that a field counts was left out: 1 place",)


def test_a_control_that_is_bound_to_the_title_shows_the_title() -> None:
    binding = (
        """<w:dataBinding w:prefixMappings="xmlns:ns0='http://purl.org/dc/elements/1.1/' xmlns:ns1='urn:core'" """
        'w:xpath="/ns1:coreProperties[1]/ns0:title[1]" w:storeItemID="{6C3C8BC8-F283-45AE-878A-BAB7291924A1}"/>'
    )
    core = (
        '<c:coreProperties xmlns:c="urn:core" xmlns:dc="http://purl.org/dc/elements/1.1/">'
        "<dc:title>Pump manual</dc:title></c:coreProperties>"
    )
    body = control(binding + "<w:text/>", p("[Title]"))
    document = read(body, files={"docProps/core.xml": core})
    assert document.text == "Pump manual"
    assert document.metadata == {"title": "Pump manual"}


@pytest.mark.parametrize("value", ["", "²", "-1", "many", "99999999999"])
def test_numbers_that_are_none_do_not_stop_the_reader(value: str) -> None:
    definition = numbering(("upperRoman", "%1.")).replace('w:ilvl="0"', f'w:ilvl="{value}"')
    definition = definition.replace('<w:start w:val="1"/>', f'<w:start w:val="{value}"/>')
    properties = f'<w:outlineLvl w:val="{value}"/>'
    body = [
        p("one", properties=numbered() + properties),
        table(tr(tc("a", properties=f'<w:gridSpan w:val="{value}"/>'), "b")),
    ]
    text = read(*body, parts={"numbering": definition, "styles": style("S", f"<w:pPr>{properties}</w:pPr>")}).text
    assert "one" in text
    assert "b" in text


def test_a_control_without_properties_shows_its_content() -> None:
    assert lines(p(f"<w:sdt><w:sdtContent>{r('Lin')}</w:sdtContent></w:sdt>")) == ["Lin"]


@pytest.mark.parametrize(
    ("kind", "text", "number"),
    [("decimal", "1. Scope", "1"), ("chineseCounting", "一. Scope", "一"), ("bullet", "Scope", None)],
)
def test_a_heading_has_the_number_that_word_counts(kind: str, text: str, number: str | None) -> None:
    parts = {"styles": RAISED_STYLES, "numbering": numbering((kind, "%1."))}
    document = read(p("Scope", properties=styled("H1") + numbered()), parts=parts)
    assert document.text == text
    assert [(one.number, one.title, one.level) for one in document.sections] == [(number, "Scope", 1)]


def test_a_heading_with_only_a_note_or_an_empty_paragraph_below_it_makes_no_sections_of_a_table() -> None:
    cells = [
        tc(p("Part", refer("footnote", 2), properties=styled("H1")), p("")),
        tc(p("Torque", properties=styled("H1"))),
    ]
    document = read(table(tr(*cells), tr("Bolt", "45 Nm")), parts={"styles": RAISED_STYLES, "footnotes": NOTES})
    assert document.text == "Part[1] | Torque\nBolt | 45 Nm\n[1] Without snow."
    assert document.sections == ()


@pytest.mark.parametrize("measure", ["8", "4pt", "1.5mm", "0.15cm", "0.06in", "0.4pc"])
def test_a_shift_is_understood_in_every_unit(measure: str) -> None:
    run = r("6", f'<w:position w:val="{measure}"/><w:sz w:val="6pt"/>')
    parts = {
        "styles": '<w:docDefaults><w:rPrDefault><w:rPr><w:sz w:val="11pt"/></w:rPr></w:rPrDefault></w:docDefaults>'
    }
    assert lines(p("10", run), parts=parts) == ["10⁶"]
    assert lines(p("10", run.replace(measure, "0.3mm")), parts=parts) == ["106"]


@pytest.mark.parametrize("look", ["<w:vanish/>", "<w:strike/>"])
def test_the_marks_of_a_field_count_in_runs_that_are_not_read_too(look: str) -> None:
    marks = field("IF ", "RESULT").replace("<w:r>", f"<w:r><w:rPr>{look}</w:rPr>").replace("RESULT", r("chosen"))
    begin, rest = marks.split(f'<w:r><w:rPr>{look}</w:rPr><w:fldChar w:fldCharType="separate"/>', 1)
    body = p(begin, r("argument"), '<w:r><w:fldChar w:fldCharType="separate"/>' + rest, " end")
    assert lines(body) == ["chosen end"]
