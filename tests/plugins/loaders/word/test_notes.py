"""Footnotes and endnotes of Word documents, and how they are counted.

Modules: ``potluck_plugins.loaders._office.word.notes``, ``potluck_plugins.loaders._office.word.blocks``.
"""

from __future__ import annotations

import pytest

from support.word import (
    note,
    p,
    refer,
    section,
    styled,
    table,
    tc,
    tr,
)
from support.word_reading import NOTES, RAISED_STYLES, STRICT, lines, read


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


def test_notes_stand_behind_their_own_paragraph_in_a_table_that_arranges_the_page() -> None:
    cell = tc(p("Scope", properties=styled("H1")), p("a", refer("footnote", 2)), p("b", refer("footnote", 5)), p("c"))
    found = lines(table(tr(cell)), parts={"styles": RAISED_STYLES, "footnotes": NOTES})
    assert found == ["Scope", "a[1]", "[1] Without snow.", "b[2]", "[2] See §4.", "c"]


def test_notes_of_one_paragraph_each_have_their_own_text() -> None:
    parts = {"footnotes": f'<w:footnote w:id="1">{p("One")}{p("more.")}</w:footnote>' + note("footnote", 2, "Two.")}
    body = p("a", refer("footnote", 1), refer("footnote", 2), refer("footnote", 1))
    assert lines(body, parts=parts) == ["a[1][2][3]", "[1] One more.", "[2] Two."]
