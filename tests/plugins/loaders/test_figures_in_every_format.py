"""A figure with raised or lowered characters is never another figure, whatever format it stands in.

``files/figures.doc`` and its like hold the same lines; ``files/make.py`` writes them with LibreOffice.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from support import figures
from support.loading import load_file, load_one

FIGURES = {
    # What stands in the file, and the line that is wanted.
    "exponent": ("at least 10^{6} ohm", "at least 10⁶ ohm"),
    "negative exponent": ("10^{−3} mm of play", "10⁻³ mm of play"),
    "area": ("25 m^{2} of ballast", "25 m² of ballast"),
    "volume in Chinese": ("道碴體積為40 m^{3}，分兩層", "道碴體積為40 m³，分兩層"),
    "indices": ("x_{2} is H_{2}O", "x₂ is H₂O"),
    "CO₂ in Chinese": ("每年排放CO_{2}十公噸", "每年排放CO₂十公噸"),
    "footnote at a number": ("a load of 25{footnote} kN", "a load of 25[1] kN"),
    "endnote at a number": ("a load of 16{endnote} kN", "a load of 16[i] kN"),
    "fraction": ("1^{1}/_{2} inch of oak", "1¹/₂ inch of oak"),
    "long exponent": ("about 10^{n+12} cycles", "about 10ⁿ⁺¹² cycles"),
    "ordinal": ("on the 1^{st} of May", "on the 1st of May"),
    "right behind Chinese": ("每平方公尺^{2}計", "每平方公尺²計"),
}
WITHOUT_NOTES = {"footnote at a number": "a load of 25¹ kN", "endnote at a number": "a load of 16ⁱ kN"}
"""What is wanted where a mark is a raised character like any other."""

FORMATS = {
    # The loader, what writes a file of a line, and whether the format has notes.
    "docx": ("office", figures.as_docx, True),
    "odt": ("office", figures.as_odt, True),
    "rtf": ("office", figures.as_rtf, True),
    "pptx": ("office", figures.as_pptx, False),
    "xlsx": ("office", figures.as_xlsx, False),
    "html": ("html", figures.as_html, True),
    "epub": ("epub", figures.as_epub, True),
    "pdf": ("pdf", figures.as_pdf, False),
}


@pytest.mark.parametrize("figure", FIGURES)
@pytest.mark.parametrize("kind", FORMATS)
def test_a_figure_is_read_as_it_is_meant(kind: str, figure: str) -> None:
    line, wanted = FIGURES[figure]
    loader, write, has_notes = FORMATS[kind]

    document = load_one(loader, write(line))

    assert (wanted if has_notes else WITHOUT_NOTES.get(figure, wanted)) in document.text.split("\n")
    assert document.losses == ()


@pytest.mark.parametrize("figure", FIGURES)
@pytest.mark.parametrize("kind", ["doc", "odt", "rtf"])
def test_a_figure_that_an_office_program_wrote_is_read_as_it_is_meant(kind: str, figure: str) -> None:
    (document,) = load_file("office", Path(__file__).parent / "files" / f"figures.{kind}")

    assert FIGURES[figure][1] in document.text.split("\n")
    assert document.losses == ()
