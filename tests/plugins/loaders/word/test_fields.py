"""Fields and form fields of Word documents: what Word draws for them.

Modules: ``potluck_plugins.loaders._office.word.fields``, ``potluck_plugins.loaders._office.fields``,
``potluck_plugins.loaders._office.eq_field``, ``potluck_plugins.loaders._shared.check_boxes``.
"""

from __future__ import annotations

import pytest

from support.word import (
    control,
    field,
    p,
    r,
)
from support.word_reading import STRICT, lines, read


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


def test_a_number_that_a_field_counts_is_told() -> None:
    document = read(p(field("AUTONUM"), "Scope"))
    assert document.text == "Scope"
    assert document.losses == ("a number that a field counts was left out: 1 place",)


@pytest.mark.parametrize("look", ["<w:vanish/>", "<w:strike/>"])
def test_the_marks_of_a_field_count_in_runs_that_are_not_read_too(look: str) -> None:
    marks = field("IF ", "RESULT").replace("<w:r>", f"<w:r><w:rPr>{look}</w:rPr>").replace("RESULT", r("chosen"))
    begin, rest = marks.split(f'<w:r><w:rPr>{look}</w:rPr><w:fldChar w:fldCharType="separate"/>', 1)
    body = p(begin, r("argument"), '<w:r><w:fldChar w:fldCharType="separate"/>' + rest, " end")
    assert lines(body) == ["chosen end"]
