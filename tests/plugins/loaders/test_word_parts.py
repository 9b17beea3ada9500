"""Word documents part by part: runs, notes, fields, controls and tables in their rarer forms.

Modules: ``potluck_plugins.loaders._office.word.runs``, ``potluck_plugins.loaders._office.word.notes``,
``potluck_plugins.loaders._office.word.fields``, ``potluck_plugins.loaders._office.word.controls``,
``potluck_plugins.loaders._office.word.tables``.
"""

from __future__ import annotations

import pytest

from support.word import (
    box,
    control,
    field,
    note,
    p,
    r,
    refer,
    section,
    style,
    styled,
    table,
    tc,
    tr,
)
from support.word_reading import HIDDEN, STRUCK, left_out, lines, read


@pytest.mark.parametrize(
    ("runs", "text", "losses"),
    [
        (["a", "<w:r><w:delText>bc</w:delText></w:r>"], "a", ["deleted text was left out: 1 place, 2 characters"]),
        (["a", "<w:r><w:delText/></w:r>"], "a", []),
        (
            ["a", f"<w:moveFrom>{r('b')}</w:moveFrom>", f"<w:moveTo>{r('c')}</w:moveTo>"],
            "ac",
            ["deleted text was left out: 1 place, 1 character"],
        ),
        (
            ["a", r("b", HIDDEN), r("cd", STRUCK), r("e", STRUCK), "f"],
            "af",
            ["hidden text was left out: 1 place, 1 character", "struck-out text was left out: 1 place, 3 characters"],
        ),
        (["a", r("b", STRUCK), "c", r("d", STRUCK)], "ac", ["struck-out text was left out: 2 places, 2 characters"]),
        (["a", r("b", "<w:dstrike/>")], "a", ["struck-out text was left out: 1 place, 1 character"]),
        (["a", r("b", '<w:strike w:val="off"/>'), r("c", '<w:vanish w:val="0"/>')], "abc", []),
        (
            ["a", '<w:r><w:sym w:font="Symbol"/></w:r>'],
            "a",
            ["a symbol of the font Symbol was left out: 1 place, 1 character"],
        ),
        (
            ["a", '<w:r><w:sym w:font="Symbol" w:char="xyz"/></w:r>'],
            "a",
            ["a symbol of the font Symbol was left out: 1 place, 1 character"],
        ),
        (["a", "<w:r><w:ptab/><w:t>b</w:t><w:cr/><w:t>c</w:t></w:r>"], "a\tb\nc", []),
        (["a", "<w:r><w:t/></w:r>", "<w:r/>"], "a", []),
        (["a\u2002\u2002b"], "a  b", []),
    ],
)
def test_runs_are_read_or_counted(runs: list[str], text: str, losses: list[str]) -> None:
    assert left_out(p(*runs)) == (text, tuple(losses))


@pytest.mark.parametrize(
    ("reference", "found"),
    [
        (refer("footnote", 1, "†"), ["a[†]b[1]", "[†] x", "[1] y"]),
        (refer("footnote", 1, " ** "), ["a[**]b[1]", "[**] x", "[1] y"]),
        (refer("endnote", 1, "†"), ["a[†]b[1]", "[†] z", "[1] y"]),
        (
            '<w:r><w:footnoteReference w:customMarkFollows="1" w:id="1"/><w:sym w:font="Symbol" w:char="F0B7"/></w:r>',
            ["a[•]b[1]", "[•] x", "[1] y"],
        ),
        (
            '<w:r><w:footnoteReference w:customMarkFollows="1" w:id="1"/></w:r>',
            ["a[*]b[1]", "[*] x", "[1] y"],
        ),
        (
            '<w:r><w:footnoteReference w:customMarkFollows="0" w:id="1"/></w:r>',
            ["a[1]b[2]", "[1] x", "[2] y"],
        ),
        (refer("footnote", 9), ["ab[1]", "[1] y"]),
    ],
)
def test_a_note_has_the_mark_that_its_author_wrote_or_its_number(reference: str, found: list[str]) -> None:
    parts = {"footnotes": note("footnote", 1, "x") + note("footnote", 2, "y"), "endnotes": note("endnote", 1, "z")}

    assert lines(p("a", reference, "b", refer("footnote", 2)), parts=parts) == found


@pytest.mark.parametrize(
    ("properties", "marks"),
    [
        ('<w:numFmt w:val="chicago"/>', ["*", "†", "‡", "§", "**", "††"]),
        ('<w:numFmt w:val="upperLetter"/><w:numStart w:val="3"/>', ["C", "D", "E", "F", "G", "H"]),
        ('<w:numStart w:val="x"/>', ["1", "2", "3", "4", "5", "6"]),
        ('<w:numFmt w:val="none"/>', ["1", "2", "3", "4", "5", "6"]),
    ],
)
def test_notes_are_counted_in_the_format_of_the_settings(properties: str, marks: list[str]) -> None:
    parts = {
        "settings": f"<w:footnotePr>{properties}</w:footnotePr>",
        "footnotes": "".join(note("footnote", n, f"n{n}") for n in range(1, 7)),
    }

    found = lines(*(p("a", refer("footnote", n)) for n in range(1, 7)), parts=parts)
    assert found[::2] == [f"a[{mark}]" for mark in marks]


def test_notes_may_be_counted_anew_in_each_section_or_page_and_one_is_told_once() -> None:
    parts = {"footnotes": "".join(note("footnote", n, f"n{n}") for n in range(1, 5))}
    anew = '<w:footnotePr><w:numRestart w:val="{}"/></w:footnotePr>'
    brk = "<w:r><w:lastRenderedPageBreak/></w:r>"
    body = [
        p("a", refer("footnote", 1)),
        p("b", refer("footnote", 2), properties=section(anew.format("eachSect"))),
        p("c", refer("footnote", 3), refer("footnote", 1)),
    ]

    assert lines(*body, section(anew.format("eachSect")), parts=parts) == [
        *["a[1]", "[1] n1", "b[2]", "[2] n2", "c[1][2]", "[1] n3"]
    ]
    assert lines(*body[:1], p("b", refer("footnote", 2)), section(), parts=parts)[2] == "b[2]"
    pages = [p("a", refer("footnote", 1)), p(brk, "b", refer("footnote", 2))]
    assert lines(*pages, section(anew.format("eachPage")), parts=parts)[2] == "b[1]"
    assert lines(*pages, section(anew.format("continuous")), parts=parts)[2] == "b[2]"


def vmerge(value: str | None = None) -> str:
    return "<w:vMerge/>" if value is None else f'<w:vMerge w:val="{value}"/>'


@pytest.mark.parametrize(
    ("rows", "found", "losses"),
    [
        (
            [tr(tc("a", properties=vmerge("restart")), "b", "c"), tr(tc("", properties=vmerge()), "5", "6")],
            ["a | b | c", "a | 5 | 6"],
            0,
        ),
        (
            [
                tr("a", "b", "c"),
                tr(tc("d", properties=vmerge("restart")), "5", "6"),
                tr(tc("xy", properties=vmerge("continue")), "7", "8"),
            ],
            ["a | b | c", "d | 5 | 6", "d | 7 | 8"],
            2,
        ),
        ([tr("a", "b", "c"), tr(tc("d", properties='<w:gridSpan w:val="2"/>'), "5")], ["a | b | c", "d | d | 5"], 0),
        ([tr("a", "b", "c"), tr(tc("d", properties='<w:gridSpan w:val="0"/>'), "5")], ["a | b | c", "d | 5"], 0),
        (
            [
                tr("a", "b", "c"),
                tr(tc("d", properties='<w:hMerge w:val="restart"/>'), tc("xyz", properties="<w:hMerge/>"), "5"),
            ],
            ["a | b | c", "d | d | 5"],
            3,
        ),
        ([tr("a", "b", "c"), tr(tc("d", properties="<w:hMerge/>"), "5", "6")], ["a | b | c", "d | 5 | 6"], 0),
        ([tr("a", "b"), tr("5", properties='<w:gridBefore w:val="1"/>')], ["a | b", " | 5"], 0),
        ([tr("a", "b"), tr("5", "6", properties='<w:gridBefore w:val="-1"/>')], ["a | b", "5 | 6"], 0),
        ([tr("a", "b"), tr("cd", "6", properties="<w:del/>"), tr("7", "8")], ["a | b", "7 | 8"], 3),
        ([tr("a", "b"), tr(tc("cde", properties="<w:cellDel/>"), "6", "7")], ["a | b", "6 | 7"], 3),
        (
            [tr("a", "b", properties="<w:tblHeader/>"), tr("c", "d", properties="<w:tblHeader/>"), tr("e", "f")],
            ["a c | b d", "e | f"],
            0,
        ),
        (
            [tr("a", "b", properties="<w:tblHeader/>"), tr("c", "d", properties='<w:tblHeader w:val="0"/>')],
            ["a | b", "c | d"],
            0,
        ),
    ],
)
def test_rows_and_cells_are_merged_left_out_or_repeated(rows: list[str], found: list[str], losses: int) -> None:
    document = read(table(*rows))

    assert document.text.split("\n") == found
    assert sum(int(loss.split(", ")[1].split()[0]) for loss in document.losses) == losses


HEADED = {"styles": style("H", '<w:pPr><w:outlineLvl w:val="0"/></w:pPr>')}


@pytest.mark.parametrize(
    ("rows", "found"),
    [
        ([tr("a"), tr(tc("b", "c"))], ["a", "b", "c"]),
        ([tr(tc(p("H", properties=styled("H")), p("text")), "b")], ["H", "text", "b"]),
        ([tr(tc(p("text"), p("H", properties=styled("H"))), "b")], ["text H | b"]),
        ([tr(tc(p("H", properties=styled("H")), p("<w:r/>")), "b")], ["H | b"]),
        ([tr(tc(p("a"), table(tr("x", "y"), tr("u", "v"))), "b")], ["a", "x | y", "u | v", "b"]),
        ([tr(tc(p("a"), table(tr("x", "y"), tr("u", "v"))), "b"), tr("", "")], ["a", "x | y", "u | v", "b"]),
        ([tr(tc(p("a"), table(tr("x", "y"), tr("u", "v"))), "b"), tr("c", "d")], ["a x, y; u, v | b", "c | d"]),
    ],
)
def test_a_table_that_only_arranges_the_page_is_read_cell_by_cell(rows: list[str], found: list[str]) -> None:
    assert [line for line in lines(table(*rows), parts=HEADED) if line] == found


BEGIN, SEPARATE, END = (f'<w:r><w:fldChar w:fldCharType="{kind}"/></w:r>' for kind in ("begin", "separate", "end"))


def instruct(text: str) -> str:
    return f"<w:r><w:instrText>{text}</w:instrText></w:r>"


@pytest.mark.parametrize(
    ("runs", "found"),
    [
        (["a", END, "b"], "ab"),
        (["a", SEPARATE, "b"], "ab"),
        (["a", instruct("REF x"), "b"], "ab"),
        ([BEGIN, instruct("REF "), "x", SEPARATE, "b", END, "c"], "bc"),
        ([BEGIN, instruct("REF "), BEGIN, instruct("SEQ y"), SEPARATE, "9", END, SEPARATE, "b", END, "c"], "bc"),
        ([BEGIN, instruct("QUOTE "), BEGIN, instruct("EQ \\f(1,2)"), END, SEPARATE, "b", END, "c"], "bc"),
        ([BEGIN, instruct("REF x"), SEPARATE, BEGIN, instruct("EQ \\f(1,2)"), END, END, "c"], "1/2c"),
        ([BEGIN, instruct("EQ \\f"), instruct("(1,2)"), SEPARATE, "old", END, "c"], "1/2c"),
        ([BEGIN, instruct("REF"), SEPARATE, instruct(" x"), "b", END], "b"),
        (['<w:fldSimple w:instr="EQ \\f(1,2)"/>', "c"], "1/2c"),
        ([f'<w:fldSimple w:instr="REF x">{r("b")}</w:fldSimple>', "c"], "bc"),
        (["<w:fldSimple/>", "c"], "c"),
        ([BEGIN, instruct("EQ \\f(1,2)"), r("x", HIDDEN), END], "1/2"),
        ([field("FORMCHECKBOX", form='<w:checkBox><w:default w:val="1"/></w:checkBox>'), "c"], "☒c"),
        ([field("FORMCHECKBOX", form='<w:checkBox><w:default w:val="1"/><w:checked w:val="0"/></w:checkBox>')], "☐"),
        ([field("FORMDROPDOWN", form='<w:ddList><w:result w:val="-1"/><w:listEntry w:val="a"/></w:ddList>'), "c"], "c"),
        ([field("FORMDROPDOWN", form='<w:ddList><w:listEntry w:val=" a "/></w:ddList>'), "c"], "ac"),
    ],
)
def test_a_field_shows_its_result_or_what_word_draws(runs: list[str], found: str) -> None:
    assert lines(p(*runs)) == [found]


@pytest.mark.parametrize(
    ("name", "result", "told"),
    [("AUTONUM", None, True), ("LISTNUM", None, True), ("AUTONUM", r("3"), False), ("REF", None, False)],
)
def test_numbers_that_only_word_counts_are_told(name: str, result: str | None, told: bool) -> None:
    assert bool(left_out(p(field(f" {name} ", result), "a"))[1]) is told


@pytest.mark.parametrize(
    ("properties", "content", "found"),
    [
        ('<w14:checkbox><w14:checked w14:val="1"/></w14:checkbox>', r("x"), "☒a"),
        ('<w14:checkbox><w14:checked w14:val="0"/></w14:checkbox>', r("x"), "☐a"),
        ("<w14:checkbox><w14:checked/></w14:checkbox>", r("x"), "☒a"),
        ("<w14:checkbox/>", r("x"), "☐a"),
        ("<w:showingPlcHdr/>", r("Click here"), "a"),
        ('<w:showingPlcHdr w:val="0"/>', r("Lin"), "Lina"),
        ("<w:text/>", r("Click", '<w:rStyle w:val="PlaceholderText"/>'), "a"),
        ("", r("Lin"), "Lina"),
    ],
)
def test_a_control_shows_its_state_or_its_content(properties: str, content: str, found: str) -> None:
    assert lines(p(control(properties, content), "a")) == [found]


def test_a_check_box_stands_once_for_the_runs_in_it_and_a_placeholder_in_none_is_text() -> None:
    ticked = '<w14:checkbox><w14:checked w14:val="1"/></w14:checkbox>'

    assert lines(control(ticked, p("x", "y") + p("z"))) == ["☒"]
    assert lines(p(r("Click", '<w:rStyle w:val="PlaceholderText"/>'))) == ["Click"]
    assert lines(control("<w:showingPlcHdr/>", p("Click", control("", r("in")))), p("a"))[-1] == "a"


def ruby(base: str, reading: str) -> str:
    return f"<w:r><w:ruby><w:rt>{reading}</w:rt><w:rubyBase>{base}</w:rubyBase></w:ruby></w:r>"


def test_a_reading_stands_behind_its_base_where_there_is_one() -> None:
    assert lines(p(ruby(r("鋼軌"), r("ㄍㄤ")), "x")) == ["鋼軌(ㄍㄤ)x"]
    assert lines(p(ruby(r("鋼軌"), ""), "x")) == ["鋼軌x"]


def test_drawings_and_notes_within_an_instruction_are_not_read() -> None:
    parts = {"footnotes": note("footnote", 1, "x")}

    assert lines(p(BEGIN, instruct("REF"), box(p("in")), refer("footnote", 1), SEPARATE, "b", END), parts=parts) == [
        "b"
    ]
