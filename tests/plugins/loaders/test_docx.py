"""Word documents: what is read is what a page shows, with its numbers and equations.

Modules: ``potluck_plugins.loaders._office.docx``, ``potluck_plugins.loaders._office.word.document``,
``potluck_plugins.loaders._office.word.blocks``, ``potluck_plugins.loaders._office.numbering``,
``potluck_plugins.loaders._office.package``, ``potluck_plugins.loaders._shared.equations``.
"""

from __future__ import annotations

import io
import zipfile

import pytest

from potluck.errors import UnreadableDocument
from potluck_plugins.loaders._shared.numerals import format_number
from support.loading import load_one
from support.word import (
    docx,
    field,
    numbered,
    numbering,
    p,
    r,
    styled,
    table,
    tc,
    tr,
)
from support.word_reading import RAISED_STYLES, lines, read

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


def test_the_main_part_is_found_by_its_relationship() -> None:
    document = load_one("office", docx(p("The depot opens at 06:40."), main="content/text2.xml", parts={"styles": ""}))
    assert document.text == "The depot opens at 06:40."


def test_entries_of_a_table_of_contents_are_not_clauses() -> None:
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


def test_a_last_paragraph_whose_end_is_deleted_is_read() -> None:
    deleted = "<w:rPr><w:del/></w:rPr>"
    assert lines(table(tr(tc(p("a", properties=deleted)), "b"), tr("c", "d")), p("e", properties=deleted)) == [
        "a | b",
        "c | d",
        "e",
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


@pytest.mark.parametrize(
    ("kind", "text", "number"),
    [("decimal", "1. Scope", "1"), ("chineseCounting", "一. Scope", "一"), ("bullet", "Scope", None)],
)
def test_a_heading_has_the_number_that_word_counts(kind: str, text: str, number: str | None) -> None:
    parts = {"styles": RAISED_STYLES, "numbering": numbering((kind, "%1."))}
    document = read(p("Scope", properties=styled("H1") + numbered()), parts=parts)
    assert document.text == text
    assert [(one.number, one.title, one.level) for one in document.sections] == [(number, "Scope", 1)]
