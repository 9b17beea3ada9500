"""Text of PDF files that nobody sees: on layers that are off, and outside of the page.

Tests of ``potluck_plugins.loaders._shared.pdflayers``.

Modules: ``potluck_plugins.loaders._shared.pdfchars``, ``potluck_plugins.loaders._shared.pdftext``,
``potluck_plugins.loaders._shared.pdfturn``.
"""

from __future__ import annotations

import io
from collections.abc import Sequence

import pytest
from pypdf import PdfReader, PdfWriter
from pypdf.generic import ArrayObject, DictionaryObject, FloatObject, NameObject, StreamObject, TextStringObject

from potluck.documents import Document
from support.loading import load_one
from support.pdf import Line, make_pdf

LINES = [Line("The load is 25", 500), Line("草稿 HIDDEN 99", 480), Line("荷重十四噸", 460)]


def layered(*off: str, on: Sequence[str] = (), base: str = "", form: bool = False, password: str = "") -> Document:
    """A page whose second line is on the layer 草稿 and whose third is on the layer Plan; some are off."""
    writer = PdfWriter()
    writer.append(PdfReader(io.BytesIO(make_pdf([LINES]))))
    layers = {
        name: writer._add_object(
            DictionaryObject({NameObject("/Type"): NameObject("/OCG"), NameObject("/Name"): TextStringObject(name)})
        )
        for name in ("草稿", "Plan")
    }
    page = writer.pages[0]
    resources = page["/Resources"].get_object()
    resources[NameObject("/Properties")] = DictionaryObject(
        {NameObject(f"/oc{number}"): one for number, one in enumerate(layers.values(), 1)}
    )
    start, first, second, third, end = page["/Contents"].get_object().get_data().decode().split("\n")
    drawn = StreamObject()
    if form:
        inner = StreamObject()
        inner.set_data(second.encode())
        inner.update({NameObject("/Subtype"): NameObject("/Form"), NameObject("/Resources"): resources.clone(writer)})
        inner[NameObject("/BBox")] = ArrayObject(map(FloatObject, (0, 0, 595, 842)))
        resources[NameObject("/XObject")] = DictionaryObject({NameObject("/Fm"): writer._add_object(inner)})
        second = "/Fm Do"
    marked = [start, first, "/OC /oc1 BDC", second, "EMC", "/OC /oc2 BDC", third, "EMC", "/Span BMC", "EMC", end]
    drawn.set_data("\n".join(marked).encode())
    page[NameObject("/Contents")] = writer._add_object(drawn)
    state = DictionaryObject({NameObject("/OFF"): ArrayObject(layers[name] for name in off)})
    state[NameObject("/ON")] = ArrayObject(layers[name] for name in on)
    if base:
        state[NameObject("/BaseState")] = NameObject(base)
    properties = DictionaryObject({NameObject("/OCGs"): ArrayObject(layers.values()), NameObject("/D"): state})
    writer.root_object[NameObject("/OCProperties")] = properties
    if password:
        writer.encrypt(password, algorithm="AES-256")
    file = io.BytesIO()
    writer.write(file)
    return load_one("pdf", file.getvalue(), **({"password": password} if password else {}))


HIDDEN = "hidden text was left out: 1 place, {} characters"


@pytest.mark.parametrize("form", [False, True])
@pytest.mark.parametrize("password", ["", "secret"])
def test_text_on_a_layer_that_is_off_is_left_out_and_counted(form: bool, password: str) -> None:
    document = layered("草稿", form=form, password=password)

    assert document.text == "The load is 25\n荷重十四噸"
    assert document.losses == (HIDDEN.format(10),)


def test_each_layer_is_shown_or_hidden_by_itself() -> None:
    shown, other, none = layered(), layered("Plan"), layered("Plan", "草稿")

    assert (shown.text, shown.losses) == ("The load is 25\n草稿 HIDDEN 99\n荷重十四噸", ())
    assert (other.text, other.losses) == ("The load is 25\n草稿 HIDDEN 99", (HIDDEN.format(5),))
    assert (none.text, none.losses) == ("The load is 25", (HIDDEN.format(15),))


def test_all_layers_may_be_off_but_some() -> None:
    assert layered(base="/OFF", on=["Plan"]).text == "The load is 25\n荷重十四噸"
    assert layered(base="/ON", on=["Plan"]).text == "The load is 25\n草稿 HIDDEN 99\n荷重十四噸"


@pytest.mark.parametrize("rotate", [0, 90])
def test_text_outside_of_the_page_is_left_out_and_counted(rotate: int) -> None:
    lines = [*LINES[::2], Line("OUTSIDE", 500, 700), Line("頁外", -20), Line("9", 900), Line("8", 500, -30)]

    document = load_one("pdf", make_pdf([lines], rotate=rotate, embedded=True))

    assert document.text == "The load is 25\n荷重十四噸"
    assert document.losses == ("text outside of the page was left out: 1 place, 11 characters",)


def test_text_that_was_cropped_away_is_left_out() -> None:
    writer = PdfWriter()
    writer.append(
        PdfReader(io.BytesIO(make_pdf([[*LINES, Line("CROPPED", 100), Line("OUT", 500, -60)], [Line("CROPPED", 100)]])))
    )
    for page in writer.pages:
        page[NameObject("/CropBox")] = ArrayObject(map(FloatObject, (-100, 470, 700, 842)))
    file = io.BytesIO()
    writer.write(file)

    document = load_one("pdf", file.getvalue())

    assert document.text == "The load is 25\n草稿 HIDDEN 99"
    assert "text outside of the page was left out: 2 places, 22 characters" in document.losses


def test_a_page_on_which_all_is_struck_out_is_empty() -> None:
    writer = PdfWriter()
    writer.append(PdfReader(io.BytesIO(make_pdf([LINES, [Line("gone", 500)]]))))
    places = {"Rect": (70, 490, 100, 520), "QuadPoints": (70, 515, 100, 515, 70, 490, 100, 490)}
    mark = DictionaryObject({NameObject(f"/{key}"): ArrayObject(map(FloatObject, box)) for key, box in places.items()})
    mark[NameObject("/Subtype")] = NameObject("/StrikeOut")
    writer.pages[1][NameObject("/Annots")] = ArrayObject([writer._add_object(mark)])
    file = io.BytesIO()
    writer.write(file)

    assert "gone" not in load_one("pdf", file.getvalue()).text
