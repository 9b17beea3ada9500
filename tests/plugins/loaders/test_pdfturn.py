"""Pages and text of PDF files that are turned by a quarter or a half.

Tests of ``potluck_plugins.loaders._shared.pdfturn``.

Modules: ``potluck_plugins.loaders._shared.lines``, ``potluck_plugins.loaders._shared.pdfchars``,
``potluck_plugins.loaders._shared.pdfforms``, ``potluck_plugins.loaders._shared.pdfrules``,
``potluck_plugins.loaders._shared.pdftext``, ``potluck_plugins.loaders._shared.pdfvertical``.
"""

from __future__ import annotations

import io

import pytest
from pypdf import PdfReader, PdfWriter
from pypdf.generic import (
    ArrayObject,
    DictionaryObject,
    FloatObject,
    NameObject,
    NumberObject,
    StreamObject,
    TextStringObject,
)

from potluck.documents import Document
from potluck_plugins.loaders._shared.pdfchars import Box
from potluck_plugins.loaders._shared.pdfturn import Turn, seen_area, turn_page
from support.loading import load_one
from support.pdf import Line, Rule, make_pdf

TURNED = [(0, 90), (90, 0), (180, 0), (270, 0), (90, 3), (180, 2), (270, 1), (0, 1), (0, 2), (0, 3)]
"""The degrees by which a page is shown turned, and the quarters by which its text is drawn turned."""

PAGE = [
    *(Line("the load is 25", 560), Line("1", 564, 142, 6), Line(" kN", 560, 145)),
    *(Line("絕緣電阻不得小於10", 540), Line("6", 544, 162, 6), Line("歐姆", 540, 165)),
    *(Line("H", 520), Line("2", 518, 77, 6), Line("O is water", 520, 80)),
    *(Line("It costs 14 16 euros", 500), Rule(503, 117, 10)),
    *(Line("Part", 480), Line("12", 480, 200), Line("34", 480, 300)),
    *(Line("項目", 460), Line("56", 460, 200), Line("78", 460, 300)),
]
READ = [
    "the load is 25¹ kN",
    "絕緣電阻不得小於10⁶歐姆",
    "H₂O is water",
    "It costs 16 euros",
    "Part | 12 | 34",
    "項目 | 56 | 78",
]


@pytest.mark.parametrize(("rotate", "drawn"), TURNED)
def test_a_page_reads_the_same_however_it_is_turned(rotate: int, drawn: int) -> None:
    document = load_one("pdf", make_pdf([PAGE], rotate=rotate, drawn=drawn % 4, embedded=True))

    assert document.text.split("\n") == READ
    assert document.losses == ("struck-out text was left out: 1 place, 2 characters",)


@pytest.mark.parametrize("turn", [1, 2, 3])
def test_turned_text_is_read_where_it_is_drawn(turn: int) -> None:
    heads = [Line("Mass 10", 500, 100, turn=turn), Line("長度公釐", 440, 200, turn=turn)]

    document = load_one("pdf", make_pdf([[Line("Table 1", 700), *heads, Line("12", 300, 100), Line("End", 40)]]))

    assert document.text.split("\n") == ["Table 1", "Mass 10", "長度公釐", "12", "End"]


def test_a_page_of_turned_text_keeps_its_upright_head_and_foot() -> None:
    scripts = [Line("at least 10", 100, 300, turn=3), Line("6", 155, 296, 6, turn=3), Line(" ohm", 158, 300, turn=3)]

    document = load_one("pdf", make_pdf([[Line("Head", 800), *scripts, Line("Page 1", 30)]]))

    assert document.text.split("\n") == ["Head", "at least 10⁶ ohm", "Page 1"]


def test_turned_text_does_not_part_the_sentences_of_a_page() -> None:
    wide = "短鋼軌係指長度在標準長度以下五公尺以上之鋼軌其使用應經工程司同意"
    stamp = Line("arXiv 2401", 300, 30, turn=3)

    assert load_one("pdf", make_pdf([[Line(wide, 700), Line("後始得為之。", 684), stamp]])).text.split("\n") == [
        wide + "後始得為之。",
        "arXiv 2401",
    ]


def test_lines_that_are_turned_in_different_ways_are_not_joined() -> None:
    wide = "短鋼軌係指長度在標準長度以下五公尺以上之鋼軌其使用應經工程司同意"

    # Were the page turned for both, the second line would stand right below the first.
    text = load_one("pdf", make_pdf([[Line(wide, 500), Line("後始得為之。", 770, 484, turn=1)]], embedded=True)).text

    assert text.split("\n") == [wide, "後始得為之。"]


def test_text_of_one_page_may_be_turned_in_every_way() -> None:
    ways = [Line(f"軌道 {turn} is at 10", 400, 300, turn=turn) for turn in range(4)]

    text = load_one("pdf", make_pdf([ways], embedded=True)).text

    assert text.split("\n") == [f"軌道 {turn} is at 10" for turn in range(4)]


def test_turned_text_within_a_form_is_read() -> None:
    content = make_pdf([[Line("at least 10", 100, 300, turn=3), Line("6", 155, 296, 6, turn=3)]])
    writer = PdfWriter()
    writer.append(PdfReader(io.BytesIO(content)))
    page = writer.pages[0]
    form = writer._add_object(page["/Contents"].get_object())
    form.get_object().update(
        {
            NameObject("/Subtype"): NameObject("/Form"),
            NameObject("/BBox"): ArrayObject(map(FloatObject, (0, 0, 595, 842))),
            NameObject("/Resources"): page["/Resources"].get_object().clone(writer),
        }
    )
    page["/Resources"][NameObject("/XObject")] = DictionaryObject({NameObject("/Fm"): form})
    drawn = StreamObject()
    drawn.set_data(b"q 0 1 -1 0 595 0 cm /Fm Do Q")
    page[NameObject("/Contents")] = writer._add_object(drawn)
    file = io.BytesIO()
    writer.write(file)

    assert load_one("pdf", file.getvalue()).text == "at least 10⁶"


@pytest.mark.parametrize("quarters", [0, 1, 2, 3])
def test_a_page_is_left_as_it_was(quarters: int) -> None:
    import pypdfium2

    page = pypdfium2.PdfDocument(make_pdf([[Line("軌道", 500)]], rotate=90))[0]
    page.set_cropbox(5, 6, 500, 800)
    (one,) = page.get_objects()
    before = (page.get_rotation(), page.get_mediabox(), page.get_cropbox(), one.get_matrix())

    with turn_page(page, Turn(quarters, seen_area(page))):
        assert page.get_rotation() == 0
        sizes = [(right - left, top - bottom) for left, bottom, right, top in (page.get_cropbox(), page.get_mediabox())]
        assert (
            sizes
            == {
                0: [(495, 794), (595, 842)],
                1: [(794, 495), (794, 495)],
                2: [(495, 794), (495, 794)],
                3: [(794, 495), (794, 495)],
            }[quarters]
        )

    assert (page.get_rotation(), page.get_mediabox(), page.get_cropbox(), one.get_matrix()) == before


def test_slanted_text_is_read_too() -> None:
    content = make_pdf([[Line("Upright text", 700), Line("DRAFT", 300, 200)]])
    slanted = content.replace(b"1 0 0 1 200 300 Tm", b".7 .7 -.7 .7 0 0 Tm")

    assert "DRAFT" in load_one("pdf", slanted).text.replace(" ", "").replace("\n", "")


def with_annotation(rotate: int, drawn: int, box: Box, **entries: object) -> Document:
    """The page with an annotation, whose place is given on the page as it is shown."""
    lines = [Line("It costs 14 16 euros", 500), Line("p 1", 100, 90, turn=-drawn % 4)]
    content = make_pdf([lines], rotate=rotate, drawn=drawn, embedded=True)
    writer = PdfWriter()
    writer.append(PdfReader(io.BytesIO(content)))
    left, bottom, right, top = Turn(-drawn % 4, Box(0, 0, *((842, 595) if drawn % 2 else (595, 842)))).box(box)
    places = {
        "Rect": ArrayObject(map(FloatObject, (left, bottom, right, top))),
        "QuadPoints": ArrayObject(map(FloatObject, (left, top, right, top, left, bottom, right, bottom))),
    }
    one = DictionaryObject({NameObject(f"/{key}"): value for key, value in {**places, **entries}.items()})
    reference = writer._add_object(one)
    writer.pages[0][NameObject("/Annots")] = ArrayObject([reference])
    form = DictionaryObject({NameObject("/Fields"): ArrayObject([reference])})
    writer.root_object[NameObject("/AcroForm")] = form
    file = io.BytesIO()
    writer.write(file)
    return load_one("pdf", file.getvalue())


@pytest.mark.parametrize(("rotate", "drawn"), [(0, 0), (270, 1), (180, 2), (90, 3)])
def test_marks_and_fields_lie_where_the_page_shows_them(rotate: int, drawn: int) -> None:
    struck = {"Type": NameObject("/Annot"), "Subtype": NameObject("/StrikeOut"), "F": NumberObject(4)}
    field = {"Subtype": NameObject("/Widget"), "FT": NameObject("/Tx"), "T": TextStringObject("sum")}
    value = {"V": TextStringObject("net"), "DA": TextStringObject("/F1 9 Tf")}

    marked = with_annotation(rotate, drawn, Box(116, 498, 128, 508), **struck)
    filled = with_annotation(rotate, drawn, Box(180, 498, 300, 510), **field, **value)

    assert (marked.text, filled.text) == ("It costs 16 euros\np 1", "It costs 14 16 euros net\np 1")


AREA = Box(10, 20, 110, 220)


@pytest.mark.parametrize("quarters", [0, 1, 2, 3])
def test_a_turn_can_be_taken_back(quarters: int) -> None:
    turn = Turn(quarters, AREA)
    a, b, c, d, e, f = turn.matrix
    back = turn.back

    x, y = a * 30 + c * 50 + e, b * 30 + d * 50 + f

    assert (back[0] * x + back[2] * y + back[4], back[1] * x + back[3] * y + back[5]) == (30, 50)
    assert turn.box(AREA) == (AREA if not quarters else Box(0, 0, *((200, 100) if quarters % 2 else (100, 200))))
