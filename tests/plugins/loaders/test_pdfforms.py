"""Forms, annotations and page labels of PDF files, written by pypdf; fonts that PDFium does not know.

Tests of ``potluck_plugins.loaders._shared.pdfforms`` and ``potluck_plugins.loaders._shared.pdfminer``.

Modules: ``potluck_plugins.loaders._shared.bidi``, ``potluck_plugins.loaders._shared.lines``,
``potluck_plugins.loaders._shared.pdfchars``, ``potluck_plugins.loaders._shared.pdfrules``,
``potluck_plugins.loaders._shared.pdftext``, ``potluck_plugins.loaders._shared.pdfvertical``.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import pytest
from pypdf import PdfReader, PdfWriter
from pypdf.annotations import FreeText, Text
from pypdf.constants import PageLabelStyle
from pypdf.generic import (
    ArrayObject,
    BooleanObject,
    DictionaryObject,
    FloatObject,
    NameObject,
    NumberObject,
    TextStringObject,
)

from potluck.documents import Document
from support.loading import load_one
from support.pdf import Line, Rule, make_pdf, write_file


def with_changes(change: Callable[[PdfWriter], None], *pages: list[Line | Rule], **settings: bool) -> Document:
    writer = PdfWriter()
    writer.append(PdfReader(io.BytesIO(make_pdf(list(pages)))))
    change(writer)
    file = io.BytesIO()
    writer.write(file)
    return load_one("pdf", file.getvalue(), **settings)


def annotation(kind: str, box: tuple[float, float, float, float], **entries: Any) -> DictionaryObject:
    found = {
        "Type": NameObject("/Annot"),
        "Subtype": NameObject(f"/{kind}"),
        "Rect": ArrayObject(map(FloatObject, box)),
    }
    return DictionaryObject({NameObject(f"/{key}"): value for key, value in {**found, **entries}.items()})


def field(name: str, kind: str, box: tuple[float, float, float, float], **entries: Any) -> DictionaryObject:
    return annotation("Widget", box, FT=NameObject(f"/{kind}"), T=TextStringObject(name), **entries)


def filled(*fields: DictionaryObject) -> Callable[[PdfWriter], None]:
    """A form on the first page."""

    def change(writer: PdfWriter) -> None:
        references = ArrayObject(writer._add_object(one) for one in fields)
        writer.pages[0][NameObject("/Annots")] = references
        form = DictionaryObject(
            {NameObject("/Fields"): references, NameObject("/NeedAppearances"): BooleanObject(True)}
        )
        writer.root_object[NameObject("/AcroForm")] = form

    return change


def annotated(one: DictionaryObject) -> Callable[[PdfWriter], None]:
    """An annotation on the first page."""

    def change(writer: PdfWriter) -> None:
        writer.add_annotation(0, one)

    return change


def box_of(line: Line, left: float, width: float = 120) -> tuple[float, float, float, float]:
    """A rectangle beside a line."""
    return left, line.y - 5, left + width, line.y + 13


PLATE, OWNER, LARGE = Line("Licence plate:", 700), Line("車主：", 670), Line("Large", 640)
TEXT = TextStringObject


def test_the_value_of_a_field_stands_behind_its_label() -> None:
    change = filled(
        field("owner", "Tx", box_of(OWNER, 200), V=TEXT("王小明")),
        field("plate", "Tx", box_of(PLATE, 200), V=TEXT("KX-4471")),
    )

    assert with_changes(change, [PLATE, OWNER, LARGE]).text == "Licence plate: KX-4471\n車主： 王小明\nLarge"


def test_the_value_of_a_field_stands_in_the_row_of_a_table() -> None:
    rules = [*(Rule(y, 72, 300) for y in (715, 685, 655)), *(Rule(715, x, 60, down=True) for x in (72, 190, 372))]
    change = filled(
        field("plate", "Tx", box_of(PLATE, 200), V=TEXT("KX-4471")),
        field("owner", "Tx", box_of(OWNER, 200), V=TEXT("王小明")),
    )

    assert with_changes(change, [*rules, PLATE, OWNER]).text == "Licence plate: KX-4471\n車主： 王小明"


def test_a_value_without_a_label_beside_it_follows_with_the_name_of_its_field() -> None:
    change = filled(field("plate", "Tx", (72, 100, 200, 120), V=TEXT("KX-4471")))

    assert with_changes(change, [PLATE]).text == "Licence plate:\nplate: KX-4471"


def test_the_name_for_people_is_taken_before_that_for_programs() -> None:
    change = filled(field("f1", "Tx", (72, 100, 200, 120), V=TEXT("KX-4471"), TU=TEXT("車號")))

    assert with_changes(change, [PLATE]).text == "Licence plate:\n車號: KX-4471"


@pytest.mark.parametrize(("state", "shown"), [("/Yes", "Large ☒"), ("/Off", "Large ☐")])
def test_a_check_box_is_ticked_or_not(state: str, shown: str) -> None:
    looks = DictionaryObject(
        {
            NameObject("/N"): DictionaryObject(
                {NameObject("/Yes"): DictionaryObject(), NameObject("/Off"): DictionaryObject()}
            )
        }
    )
    values = {"V": NameObject(state), "AS": NameObject(state), "AP": looks}

    assert with_changes(filled(field("size", "Btn", box_of(LARGE, 200, 15), **values)), [LARGE]).text == shown


def test_a_choice_is_told_in_the_words_of_its_list() -> None:
    options = ArrayObject([ArrayObject([TEXT("l"), TEXT("large")]), ArrayObject([TEXT("s"), TEXT("small")])])
    change = filled(field("size", "Ch", box_of(LARGE, 200), V=TEXT("s"), Opt=options, Ff=NumberObject(1 << 17)))

    assert with_changes(change, [LARGE]).text == "Large small"


def test_a_password_and_an_empty_field_are_not_read() -> None:
    change = filled(
        field("secret", "Tx", box_of(PLATE, 200), V=TEXT("hunter2"), Ff=NumberObject(1 << 13)),
        field("owner", "Tx", box_of(OWNER, 200), V=TEXT("")),
    )

    assert with_changes(change, [PLATE, OWNER]).text == "Licence plate:\n車主："


def test_free_text_and_stamps_are_read() -> None:
    def change(writer: PdfWriter) -> None:
        writer.add_annotation(0, FreeText(text="核准至 2027 年", rect=(60, 560, 320, 590)))
        writer.add_annotation(0, annotation("Stamp", (60, 500, 200, 540), Contents=TEXT("RECEIVED 12 May")))
        writer.add_annotation(0, annotation("Stamp", (60, 400, 200, 440), Name=NameObject("/NotApproved")))

    assert with_changes(change, [PLATE]).text == "Licence plate:\n核准至 2027 年\nRECEIVED 12 May\nNot Approved"


def test_annotations_that_are_hidden_are_not_read() -> None:
    hidden = annotation("FreeText", (60, 560, 320, 590), Contents=TEXT("Draft"), F=NumberObject(2))

    assert with_changes(annotated(hidden), [PLATE]).text == "Licence plate:"


def noted(writer: PdfWriter) -> None:
    writer.add_annotation(0, Text(text="請再確認", rect=(50, 550, 200, 650)))


def test_the_notes_of_reviewers_are_left_out_and_counted() -> None:
    document = with_changes(noted, [PLATE])

    assert document.text == "Licence plate:"
    assert document.losses == ("a comment was left out: 1 place, 4 characters",)


def test_the_notes_of_reviewers_are_read_where_the_recipe_says_so() -> None:
    document = with_changes(noted, [PLATE], comments=True)

    assert document.text == "Licence plate:\n[comment: 請再確認]"
    assert document.losses == ()


def test_what_is_struck_out_is_not_read_as_if_it_stood() -> None:
    # "14 " begins 40 points into the line and is 15 points wide.
    quads = ArrayObject(map(FloatObject, (112, 710, 124, 710, 112, 698, 124, 698)))
    struck = annotation("StrikeOut", (112, 698, 124, 710), QuadPoints=quads)

    document = with_changes(
        lambda writer: writer.add_annotation(0, struck) and None, [Line("Tickets 14 16 euros", 700)]
    )

    assert document.text.split() == ["Tickets", "16", "euros"]
    assert document.losses == ("struck-out text was left out: 1 place, 2 characters",)


def test_pages_have_the_labels_that_are_printed_on_them() -> None:
    def change(writer: PdfWriter) -> None:
        writer.set_page_label(0, 1, PageLabelStyle.LOWERCASE_ROMAN)
        writer.set_page_label(2, 3, PageLabelStyle.DECIMAL, prefix="A-", start=3)

    document = with_changes(change, *([Line(f"page {n} of four", 700)] for n in range(1, 5)))

    assert [(page.number, page.label) for page in document.pages] == [(1, "i"), (2, "ii"), (3, "A-3"), (4, "A-4")]


def test_a_label_that_is_the_number_of_its_page_is_none() -> None:
    document = with_changes(lambda writer: writer.set_page_label(0, 1, PageLabelStyle.DECIMAL), [PLATE], [OWNER])

    assert [page.label for page in document.pages] == [None, None]


def test_text_in_a_font_that_pdfium_does_not_know_is_read() -> None:
    content = (
        b"BT /F1 16 Tf 20 TL 60 700 Td <7b2c4e00689d501f66f8671f9650> Tj -30 0 Td <903e671f6bcf65e57f706b3e> Tj ET"
    )
    objects = {
        1: b"<</Type/Catalog/Pages 2 0 R>>",
        2: b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        3: b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 8 0 R/Resources<</Font<</F1 4 0 R>>>>>>",
        4: b"<</Type/Font/Subtype/Type0/BaseFont/Ming/Encoding/UniCNS-UTF16-V/DescendantFonts[5 0 R]>>",
        5: b"<</Type/Font/Subtype/CIDFontType2/BaseFont/Ming/CIDSystemInfo<</Registry(Adobe)/Ordering(CNS1)"
        b"/Supplement 3>>/FontDescriptor 6 0 R/DW 1000>>",
        6: b"<</Type/FontDescriptor/FontName/Ming/Flags 4/FontBBox[0 -200 1000 900]/ItalicAngle 0/Ascent 859"
        b"/Descent -141/CapHeight 700/StemV 80>>",
        7: b"<<>>",
        8: b"<</Length %d>>stream\n%s\nendstream" % (len(content), content),
    }

    assert load_one("pdf", write_file(objects)).text == "第一條借書期限\n逾期每日罰款"
