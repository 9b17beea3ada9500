"""A figure with raised or lowered characters is never another figure, whatever format it stands in.

``files/figures.doc`` and its like hold the same lines; ``files/make.py`` writes them with LibreOffice.

Modules: ``potluck_plugins.loaders._office.blocks``, ``potluck_plugins.loaders._office.bullets``,
``potluck_plugins.loaders._office.chartex``, ``potluck_plugins.loaders._office.charts``,
``potluck_plugins.loaders._office.date_format``, ``potluck_plugins.loaders._office.detect``,
``potluck_plugins.loaders._office.diagrams``, ``potluck_plugins.loaders._office.docx``,
``potluck_plugins.loaders._office.drawing``, ``potluck_plugins.loaders._office.frames``,
``potluck_plugins.loaders._office.legacy``, ``potluck_plugins.loaders._office.libreoffice``,
``potluck_plugins.loaders._office.number_format``, ``potluck_plugins.loaders._office.numbering``,
``potluck_plugins.loaders._office.odf.blocks``, ``potluck_plugins.loaders._office.odf.chart``,
``potluck_plugins.loaders._office.odf.inline``, ``potluck_plugins.loaders._office.odf.lists``,
``potluck_plugins.loaders._office.odf.names``, ``potluck_plugins.loaders._office.odf.package``,
``potluck_plugins.loaders._office.odf.sheets``, ``potluck_plugins.loaders._office.odf.slides``,
``potluck_plugins.loaders._office.odf.styles``, ``potluck_plugins.loaders._office.odf.table``,
``potluck_plugins.loaders._office.odf.text``, ``potluck_plugins.loaders._office.options``,
``potluck_plugins.loaders._office.package``, ``potluck_plugins.loaders._office.packed``,
``potluck_plugins.loaders._office.paragraph``, ``potluck_plugins.loaders._office.placeholders``,
``potluck_plugins.loaders._office.pptx``, ``potluck_plugins.loaders._office.reading_order``,
``potluck_plugins.loaders._office.rtf.destinations``, ``potluck_plugins.loaders._office.rtf.fonts``,
``potluck_plugins.loaders._office.rtf.math``, ``potluck_plugins.loaders._office.rtf.part``,
``potluck_plugins.loaders._office.rtf.reader``, ``potluck_plugins.loaders._office.rtf.state``,
``potluck_plugins.loaders._office.rtf.styles``, ``potluck_plugins.loaders._office.rtf.tokens``,
``potluck_plugins.loaders._office.shapes``, ``potluck_plugins.loaders._office.sheet``,
``potluck_plugins.loaders._office.sheet_margins``, ``potluck_plugins.loaders._office.sheet_notes``,
``potluck_plugins.loaders._office.slide_comments``, ``potluck_plugins.loaders._office.story``,
``potluck_plugins.loaders._shared.symbols``, ``potluck_plugins.loaders._office.tika``,
``potluck_plugins.loaders._office.word.blocks``, ``potluck_plugins.loaders._office.word.chunks``,
``potluck_plugins.loaders._office.word.comments``, ``potluck_plugins.loaders._office.word.controls``,
``potluck_plugins.loaders._office.word.document``, ``potluck_plugins.loaders._office.word.fields``,
``potluck_plugins.loaders._office.word.graphics``, ``potluck_plugins.loaders._office.word.margins``,
``potluck_plugins.loaders._office.word.notes``, ``potluck_plugins.loaders._office.word.paragraph``,
``potluck_plugins.loaders._office.word.runs``, ``potluck_plugins.loaders._office.word.styles``,
``potluck_plugins.loaders._office.word.tables``, ``potluck_plugins.loaders._office.word97.file``,
``potluck_plugins.loaders._office.word97.forms``, ``potluck_plugins.loaders._office.word97.line``,
``potluck_plugins.loaders._office.word97.lists``, ``potluck_plugins.loaders._office.word97.notes``,
``potluck_plugins.loaders._office.word97.pieces``, ``potluck_plugins.loaders._office.word97.properties``,
``potluck_plugins.loaders._office.word97.reader``, ``potluck_plugins.loaders._office.word97.rows``,
``potluck_plugins.loaders._office.word97.sprms``, ``potluck_plugins.loaders._office.word97.styles``,
``potluck_plugins.loaders._office.workbook``, ``potluck_plugins.loaders._office.xls``,
``potluck_plugins.loaders._office.xls_formulas``, ``potluck_plugins.loaders._office.xls_records``,
``potluck_plugins.loaders._office.xlsx``, ``potluck_plugins.loaders._shared.alt_text``,
``potluck_plugins.loaders._shared.bidi``, ``potluck_plugins.loaders._shared.check_boxes``,
``potluck_plugins.loaders._shared.equations``, ``potluck_plugins.loaders._shared.flow``,
``potluck_plugins.loaders._shared.flowed``, ``potluck_plugins.loaders._shared.grid``,
``potluck_plugins.loaders._shared.lines``, ``potluck_plugins.loaders._shared.markup``,
``potluck_plugins.loaders._shared.markup_images``, ``potluck_plugins.loaders._shared.markup_lists``,
``potluck_plugins.loaders._shared.markup_reader``, ``potluck_plugins.loaders._shared.markup_style``,
``potluck_plugins.loaders._shared.mathml``, ``potluck_plugins.loaders._shared.numerals``,
``potluck_plugins.loaders._shared.outline``, ``potluck_plugins.loaders._shared.pdfchars``,
``potluck_plugins.loaders._shared.pdfforms``, ``potluck_plugins.loaders._shared.pdfminer``,
``potluck_plugins.loaders._shared.pdfrules``, ``potluck_plugins.loaders._shared.pdftext``,
``potluck_plugins.loaders._shared.pdfvertical``, ``potluck_plugins.loaders._shared.raised``,
``potluck_plugins.loaders._shared.style_sheet``, ``potluck_plugins.loaders._shared.table``.
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
