"""Runs of Word documents: raised and lowered, hidden, deleted and ruby text, symbols.

Modules: ``potluck_plugins.loaders._office.word.runs``, ``potluck_plugins.loaders._office.word.styles``,
``potluck_plugins.loaders._office.word.paragraph``.
"""

from __future__ import annotations

import pytest

from support.word import (
    down,
    numbered,
    numbering,
    p,
    r,
    style,
    styled,
    table,
    tc,
    tr,
    up,
)
from support.word_reading import RAISED_STYLES, STRICT, lines, read


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


def test_a_large_first_letter_begins_its_paragraph() -> None:
    cap = p("T", properties='<w:framePr w:dropCap="drop" w:lines="3"/>')
    assert lines(cap, p("he load is 25 kN."), p("End")) == ["The load is 25 kN.", "End"]


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


@pytest.mark.parametrize("measure", ["8", "4pt", "1.5mm", "0.15cm", "0.06in", "0.4pc"])
def test_a_shift_is_understood_in_every_unit(measure: str) -> None:
    run = r("6", f'<w:position w:val="{measure}"/><w:sz w:val="6pt"/>')
    parts = {
        "styles": '<w:docDefaults><w:rPrDefault><w:rPr><w:sz w:val="11pt"/></w:rPr></w:rPrDefault></w:docDefaults>'
    }
    assert lines(p("10", run), parts=parts) == ["10⁶"]
    assert lines(p("10", run.replace(measure, "0.3mm")), parts=parts) == ["106"]
