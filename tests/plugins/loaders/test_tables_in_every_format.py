"""A merged cell stands at every place that it covers, and a header of two rows is one, whatever the format.

``v2`` and ``>2`` behind a cell say over how many rows and columns it goes; ``=`` begins a row of the header.

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
``potluck_plugins.loaders._office.word.tables``, ``potluck_plugins.loaders._office.workbook``,
``potluck_plugins.loaders._office.xls``, ``potluck_plugins.loaders._office.xls_formulas``,
``potluck_plugins.loaders._office.xls_records``, ``potluck_plugins.loaders._office.xlsx``,
``potluck_plugins.loaders._shared.alt_text``, ``potluck_plugins.loaders._shared.check_boxes``,
``potluck_plugins.loaders._shared.equations``, ``potluck_plugins.loaders._shared.flow``,
``potluck_plugins.loaders._shared.flowed``, ``potluck_plugins.loaders._shared.grid``,
``potluck_plugins.loaders._shared.lines``, ``potluck_plugins.loaders._shared.markup``,
``potluck_plugins.loaders._shared.markup_images``, ``potluck_plugins.loaders._shared.markup_lists``,
``potluck_plugins.loaders._shared.markup_reader``, ``potluck_plugins.loaders._shared.markup_style``,
``potluck_plugins.loaders._shared.mathml``, ``potluck_plugins.loaders._shared.numerals``,
``potluck_plugins.loaders._shared.outline``, ``potluck_plugins.loaders._shared.raised``,
``potluck_plugins.loaders._shared.style_sheet``, ``potluck_plugins.loaders._shared.table``.
"""

from __future__ import annotations

import pytest

from support import tables
from support.loading import load_one

TABLES = {
    # The rows as they are drawn, and the rows that are wanted, cell by cell.
    "a cell over rows": (
        ["= 站別 | 電話", "北站 v2 | 1101", "1103", "南站 | 2101"],
        ["站別 | 電話", "北站 | 1101", "北站 | 1103", "南站 | 2101"],
    ),
    "a cell over columns": (
        ["= Day | Morning | Evening", "Mon | 9 | 18", "Sun | closed >2"],
        ["Day | Morning | Evening", "Mon | 9 | 18", "Sun | closed | closed"],
    ),
    "a block": (
        ["= Room | Mon | Tue", "A | 休館 >2 v2", "B", "C | 3 | 4"],
        ["Room | Mon | Tue", "A | 休館 | 休館", "B | 休館 | 休館", "C | 3 | 4"],
    ),
    "cells over rows beside each other": (
        ["= Line | Station | Track", "North v3 | S1 v2 | 1", "2", "S2 | 1", "South | S3 | 7"],
        ["Line | Station | Track", "North | S1 | 1", "North | S1 | 2", "North | S2 | 1", "South | S3 | 7"],
    ),
    "cells over rows that end in turn": (
        ["= a | b | c", "1 v2 | 2 | 3 v3", "4 v2", "5", "6 | 7 | 8"],
        ["a | b | c", "1 | 2 | 3", "1 | 4 | 3", "5 | 4 | 3", "6 | 7 | 8"],
    ),
    "a header of two rows": (
        ["= Sensor v2 | Load >2", "= min | max", "S1 | 3 | 9"],
        ["Sensor | Load min | Load max", "S1 | 3 | 9"],
    ),
    "a header of two groups": (
        ["= 站別 v2 | 早班 >2 | 晚班 >2", "= 電話 | 人數 | 電話 | 人數", "北站 | 1101 | 3 | 1102 | 4"],
        ["站別 | 早班 電話 | 早班 人數 | 晚班 電話 | 晚班 人數", "北站 | 1101 | 3 | 1102 | 4"],
    ),
    "a header whose first cell is empty": (
        ["=  | Load >2 | Speed", "= Sensor | min | max | km/h", "S1 | 3 | 9 | 80"],
        ["Sensor | Load min | Load max | Speed km/h", "S1 | 3 | 9 | 80"],
    ),
    "a header of two rows above merged cells": (
        [
            "= Car v2 | Load >2 | Note v2",
            "= front | rear",
            "K1 v2 | 12 | 14 | new v2",
            "13 | 15",
            "K2 | 9 >2 | old",
        ],
        [
            "Car | Load front | Load rear | Note",
            "K1 | 12 | 14 | new",
            "K1 | 13 | 15 | new",
            "K2 | 9 | 9 | old",
        ],
    ),
    "a caption above a header of two rows": (
        ["= 表一 荷重 >3", "= 站別 v2 | 荷重 >2", "= 最小 | 最大", "北站 | 3 | 9"],
        ["表一 荷重", "站別 | 荷重 最小 | 荷重 最大", "北站 | 3 | 9"],
    ),
    "a row of one cell within": (
        ["= Part | Length | Width", "Rail | 25 | 7", "Fastenings are apart >3", "Sleeper | 260 | 22"],
        ["Part | Length | Width", "Rail | 25 | 7", "| Fastenings are apart |", "Sleeper | 260 | 22"],
    ),
    "an empty block": (
        ["= Item | 2024 | 2025 | 2026", "Tamping | 1 |  >2", "Grinding |  v2 | 4 | 5", "Welding | 6 | 7"],
        ["Item | 2024 | 2025 | 2026", "Tamping | 1", "Grinding |  | 4 | 5", "Welding |  | 6 | 7"],
    ),
}
FORMATS = {
    "docx": ("office", tables.as_docx),
    "odt": ("office", tables.as_odt),
    "pptx": ("office", tables.as_pptx),
    "xlsx": ("office", tables.as_xlsx),
    "html": ("html", tables.as_html),
}


@pytest.mark.parametrize("name", TABLES)
@pytest.mark.parametrize("kind", FORMATS)
def test_every_place_of_a_table_holds_what_it_shows(kind: str, name: str) -> None:
    drawn, wanted = TABLES[name]
    loader, write = FORMATS[kind]

    document = load_one(loader, write(tables.table(drawn)))

    lines = document.text.split("\n")[kind == "xlsx" :]  # behind the name of the sheet
    assert [line.split(" | ") for line in lines] == [line.split(" | ") for line in wanted]
    assert document.losses == ()
