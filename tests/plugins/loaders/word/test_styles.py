"""Styles and paragraphs of Word documents: what they inherit, their levels and their lists.

Modules: ``potluck_plugins.loaders._office.word.styles``, ``potluck_plugins.loaders._office.word.paragraph``.
"""

from __future__ import annotations

import pytest

from support.loading import outline
from support.word import (
    box,
    numbered,
    numbering,
    p,
    r,
    section,
    style,
    styled,
    table,
    tr,
    up,
)
from support.word_reading import HIDDEN, left_out, lines, read

LISTS = {"numbering": numbering(("decimal", "%1."), ("lowerLetter", "%1%2)"))}


def test_a_style_takes_from_those_that_it_builds_on() -> None:
    styles = (
        style("A", "<w:pPr>" + numbered(level=1) + '<w:outlineLvl w:val="2"/></w:pPr><w:rPr><w:strike/></w:rPr>')
        + style("B", '<w:pPr><w:numPr><w:ilvl w:val="0"/></w:numPr></w:pPr>', based="A")
        + style("C", '<w:rPr><w:strike w:val="0"/></w:rPr>', based="B")
        + style("D", '<w:pPr><w:outlineLvl w:val="9"/></w:pPr>')
        + style("E", based="F")
        + style("F", '<w:pPr><w:outlineLvl w:val="1"/></w:pPr>', based="E")
    )
    parts = LISTS | {"styles": styles}

    assert left_out(p("gone", properties=styled("A")), parts=parts)[1] == (
        "struck-out text was left out: 1 place, 4 characters",
    )
    plain = '<w:strike w:val="0"/>'
    body = [
        p(r("a", plain), properties=styled("A")),
        p(r("b", plain), properties=styled("B")),
        p("c", properties=styled("C")),
        p(r("d", plain), properties=styled("A")),
        p("no", properties=styled("D")),
        p("e", properties=styled("E")),
        p("no", properties=styled("Nowhere")),
    ]
    assert outline(read(*body, parts=parts)) == [
        *[("1a)", "a", 3), ("1", "b", 3), ("2", "c", 3), ("2a)", "d", 3)],
        (None, "e", 2),
    ]


@pytest.mark.parametrize(
    ("name", "level"),
    [
        ("heading 3", 3),
        ("Heading2", 2),
        ("標題 1", 1),
        ("标题 4", 4),
        ("Überschrift 2", 2),
        ("Titre 5", 5),
        ("subheading 3", None),
        ("heading", None),
    ],
)
def test_a_heading_is_told_by_the_name_of_its_style(name: str, level: int | None) -> None:
    styles = f'<w:style w:type="paragraph" w:styleId="X"><w:name w:val="{name}"/></w:style>'

    found = outline(read(p("a", properties=styled("X")), parts={"styles": styles}))
    assert found == ([(None, "a", level)] if level else [])


@pytest.mark.parametrize(
    ("own", "level"),
    [
        ('<w:outlineLvl w:val="0"/>', 1),
        ('<w:outlineLvl w:val="8"/>', 9),
        ('<w:outlineLvl w:val="9"/>', 3),
        ('<w:outlineLvl w:val="-1"/>', 3),
        ("", 3),
    ],
)
def test_a_paragraph_may_have_a_level_of_its_own(own: str, level: int) -> None:
    parts = {"styles": style("A", '<w:pPr><w:outlineLvl w:val="2"/></w:pPr>')}

    assert outline(read(p("a", properties=styled("A") + own), parts=parts)) == [(None, "a", level)]


@pytest.mark.parametrize(
    ("properties", "line"),
    [
        ("", "10⁶"),
        ('<w:position w:val="3"/><w:sz w:val="12"/>', "10⁶"),
        ('<w:position w:val="2"/><w:sz w:val="12"/>', "106"),
        ('<w:position w:val="-3"/><w:sz w:val="12"/>', "10₆"),
        ('<w:position w:val="6"/><w:sz w:val="17"/>', "10⁶"),
        ('<w:position w:val="3"/><w:sz w:val="17"/>', "10⁶"),
        ('<w:position w:val="3"/><w:sz w:val="18"/>', "106"),
        ('<w:position w:val="3"/>', "106"),
        ('<w:position w:val="4"/>', "10⁶"),
        ('<w:position w:val="-4"/>', "10₆"),
        ('<w:position w:val="0"/><w:sz w:val="12"/>', "106"),
        ('<w:position w:val="3pt"/><w:sz w:val="6pt"/>', "10⁶"),
        ('<w:position w:val="1pt"/><w:sz w:val="6pt"/>', "106"),
        ('<w:position w:val="0.1in"/><w:sz w:val="6pt"/>', "10⁶"),
        ('<w:position w:val="1mm"/><w:sz w:val="2mm"/>', "10⁶"),
        ('<w:position w:val="0.5mm"/><w:sz w:val="2mm"/>', "10⁶"),
        ('<w:position w:val="0.1cm"/><w:sz w:val="0.2cm"/>', "10⁶"),
        ('<w:position w:val="0.2pc"/><w:sz w:val="0.5pi"/>', "10⁶"),
        ('<w:position w:val="high"/><w:sz w:val="12"/>', "106"),
    ],
)
def test_a_run_that_is_shifted_is_raised(properties: str, line: str) -> None:
    styles = '<w:docDefaults><w:rPrDefault><w:rPr><w:sz w:val="20"/></w:rPr></w:rPrDefault></w:docDefaults>'
    run = r("6", properties) if properties else up("6")

    assert lines(p("10", run), parts={"styles": styles}) == [line]


def test_the_default_style_of_paragraphs_holds_where_none_is_named() -> None:
    default = '<w:style w:type="paragraph" w:default="{}" w:styleId="N"><w:rPr><w:vanish/></w:rPr></w:style>'
    other = '<w:style w:type="character" w:default="1" w:styleId="C"><w:rPr><w:strike/></w:rPr></w:style>'

    def found(on: str) -> tuple[str, tuple[str, ...]]:
        styles = other + default.format(on) + style("X")
        return left_out(p("a"), p("b", properties=styled("X")), parts={"styles": styles})

    assert found("1") == ("b", ("hidden text was left out: 1 place, 1 character",))
    assert found("0") == ("a\nb", ())


@pytest.mark.parametrize(
    ("properties", "found"),
    [
        (numbered(), "1. a"),
        (numbered(level=1), "1a) a"),
        (numbered(list_id=0), "a"),
        (numbered(list_id=9), "a"),
        ('<w:numPr><w:numId w:val="1"/></w:numPr>', "1. a"),
        ('<w:numPr><w:ilvl w:val="1"/></w:numPr>', "a"),
        (styled("L"), "1a) a"),
        (styled("L") + '<w:numPr><w:ilvl w:val="0"/></w:numPr>', "1. a"),
        (styled("L") + '<w:numPr><w:numId w:val="0"/></w:numPr>', "a"),
        (styled("L") + '<w:numPr><w:numId w:val="1"/></w:numPr>', "1a) a"),
        (styled("M"), "1. a"),
    ],
)
def test_a_paragraph_is_in_the_list_that_it_or_its_style_names(properties: str, found: str) -> None:
    styles = style("L", f"<w:pPr>{numbered(level=1)}</w:pPr>") + style(
        "M", '<w:pPr><w:numPr><w:numId w:val="1"/></w:numPr></w:pPr>'
    )

    assert lines(p("a", properties=properties), parts=LISTS | {"styles": styles}) == [found]


@pytest.mark.parametrize("rubbish", ["", "x"])
def test_a_hidden_paragraph_has_no_number_and_an_empty_one_has(rubbish: str) -> None:
    gone = p(r(rubbish, HIDDEN) if rubbish else "<w:r/>", properties=numbered() + f"<w:rPr>{HIDDEN}</w:rPr>")
    empty = p("<w:r/>", properties=numbered())

    assert lines(p("a", properties=numbered()), gone, p("b", properties=numbered()), parts=LISTS) == ["1. a", "2. b"]
    found = lines(p("a", properties=numbered()), empty, p("b", properties=numbered()), parts=LISTS)
    assert found[-1] == "3. b"


@pytest.mark.parametrize(
    ("kind", "end", "found"),
    [("del", "rPr", ["ab"]), ("moveFrom", "rPr", ["ab"]), ("ins", "rPr", ["a", "b"])],
)
def test_a_paragraph_whose_end_is_deleted_goes_on_in_the_next(kind: str, end: str, found: list[str]) -> None:
    assert lines(p("a", properties=f"<w:{end}><w:{kind}/></w:{end}>"), p("b")) == found


@pytest.mark.parametrize(("cap", "found"), [("drop", ["Old"]), ("margin", ["Old"]), ("none", ["O", "ld"])])
def test_a_large_first_letter_begins_its_paragraph(cap: str, found: list[str]) -> None:
    assert lines(p("O", properties=f'<w:framePr w:dropCap="{cap}"/>'), p("ld")) == found


def test_what_a_section_ends_with_is_a_paragraph_of_its_own() -> None:
    ends = f"<w:rPr><w:del/></w:rPr>{section()}"

    assert lines(p("a", properties=ends), p("b")) == ["a", "b"]
    assert lines(p("a", box(p("in")), properties="<w:rPr><w:del/></w:rPr>"), table(tr("x", "y"), tr("u", "v"))) == [
        *["a", "in", "x | y", "u | v"]
    ]


def test_wrappers_of_paragraphs_rows_and_cells_are_passed_through() -> None:
    inner = p("b")
    body = [f"<w:{tag}>{inner}</w:{tag}>" for tag in ("ins", "customXml", "moveTo", "smartTag")]
    rows = f"<w:customXml>{tr('x', 'y')}</w:customXml>{tr('u', 'v')}<w:bookmarkEnd/>"

    assert lines(p("a"), *body, "<w:sdt/>", "<w:unknown/>", table(rows)) == ["a", "b", "b", "b", "b", "x | y", "u | v"]
