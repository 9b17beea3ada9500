"""Tables of Word documents: merged and left-out cells, and tables that arrange the page.

Modules: ``potluck_plugins.loaders._office.word.tables``, ``potluck_plugins.loaders._shared.grid``.
"""

from __future__ import annotations

import pytest

from support.word import (
    numbered,
    numbering,
    p,
    refer,
    styled,
    table,
    tc,
    tr,
)
from support.word_reading import NOTES, RAISED_STYLES, STRICT, lines, read


@STRICT
def test_merged_cells_repeat_their_value_and_headers_are_one_line(strict: bool) -> None:
    rows = [
        tr(
            tc("Load", properties='<w:vMerge w:val="restart"/>'),
            tc("Span", properties='<w:gridSpan w:val="2"/>'),
            properties="<w:tblHeader/>",
        ),
        tr(tc("", properties="<w:vMerge/>"), "short", "long", properties="<w:tblHeader/>"),
        tr(tc("25 kN", properties='<w:vMerge w:val="restart"/>'), "3 m", "4 m"),
        tr(tc("", properties='<w:vMerge w:val="continue"/>'), tc("5 m", properties='<w:gridSpan w:val="2"/>')),
    ]
    assert lines(table(*rows), strict=strict) == [
        "Load | Span short | Span long",
        "25 kN | 3 m | 4 m",
        "25 kN | 5 m | 5 m",
    ]


def test_columns_that_a_row_leaves_out_stay_empty() -> None:
    rows = [
        tr("a", "b", "c"),
        tr("y", "z", properties='<w:gridBefore w:val="1"/>'),
        tr("x", properties='<w:gridAfter w:val="2"/>'),
    ]
    assert lines(table(*rows)) == ["a | b | c", " | y | z", "x"]


def test_cells_that_are_merged_the_old_way_are_one() -> None:
    rows = [
        tr(
            tc("wide", properties='<w:hMerge w:val="restart"/>'), tc("", properties='<w:hMerge w:val="continue"/>'), "c"
        ),
        tr("x", "y", "z"),
        tr("1", "2", "3"),
    ]
    assert lines(table(*rows)) == ["wide x | wide y | c z", "1 | 2 | 3"]


def test_what_a_covered_cell_holds_is_counted() -> None:
    rows = [tr(tc("a", properties='<w:vMerge w:val="restart"/>'), "b"), tr(tc("hidden", properties="<w:vMerge/>"), "c")]
    document = read(table(*rows))
    assert document.text == "a | b\na | c"
    assert document.losses == ("text in cells that a merged cell covers was left out: 1 place, 6 characters",)


def test_a_deleted_row_and_a_deleted_cell_are_left_out() -> None:
    rows = [tr("a", "b"), tr("gone", properties="<w:del/>"), tr(tc("x"), tc("lost", properties="<w:cellDel/>"))]
    document = read(table(*rows))
    assert document.text == "a | b\nx"
    assert document.losses == ("deleted text was left out: 2 places, 8 characters",)


def test_numbers_in_cells_are_counted_with_those_behind_the_table() -> None:
    item = numbered()
    body = [
        table(tr(tc(p("item", properties=item)), "Weld"), tr(tc(p(properties=item)), "Paint")),
        p("See above."),
        p(properties=item),
        p("Keys.", properties=item),
    ]
    assert lines(*body, parts={"numbering": numbering(("decimal", "%1."))}) == [
        "1. item | Weld",
        "2. | Paint",
        "See above.",
        "4. Keys.",
    ]


def test_chinese_numbers_in_cells_are_counted() -> None:
    body = [
        table(*(tr(tc(p(properties=numbered())), text) for text in ("焊縫", "油漆"))),
        p("總則", properties=numbered()),
    ]
    assert lines(*body, parts={"numbering": numbering(("taiwaneseCountingThousand", "%1、"))}) == [
        "一、 | 焊縫",
        "二、 | 油漆",
        "三、 總則",
    ]


def test_a_table_in_a_cell_is_read_once() -> None:
    inner = table(tr("weight", "5 kg"), tr("length", "3 m"))
    assert lines(table(tr("Beam", tc(p("Size"), inner, p(""))), tr("Bolt", "M8"))) == [
        "Beam | Size weight, 5 kg; length, 3 m",
        "Bolt | M8",
    ]


@pytest.mark.parametrize("rows", [1, 2])
def test_a_table_of_one_column_only_arranges_the_page(rows: int) -> None:
    content = [p("Scope", properties=styled("H1")), p("For all sites."), table(tr("a", "b"), tr("c", "d"))]
    body = table(*[tr(tc(*content))] * rows)
    document = read(body, parts={"styles": RAISED_STYLES})
    assert document.text.split("\n") == ["Scope", "For all sites.", "a | b", "c | d"] * rows
    assert [one.title for one in document.sections] == ["Scope"] * rows


def test_a_table_with_sections_in_its_cells_only_arranges_the_page() -> None:
    left = tc(p("Scope", properties=styled("H1")), p("For all sites."))
    right = tc(p("Terms", properties=styled("H1")), p("Site: a place."))
    document = read(table(tr(left, right)), parts={"styles": RAISED_STYLES})
    assert [one.title for one in document.sections] == ["Scope", "Terms"]
    assert document.text == "Scope\nFor all sites.\nTerms\nSite: a place."


def test_headings_in_the_cells_of_a_table_of_values_are_cells() -> None:
    head = [tc(p(text, properties=styled("H1"))) for text in ("Part", "Torque")]
    document = read(table(tr(*head), tr("Bolt", "45 Nm")), parts={"styles": RAISED_STYLES})
    assert document.text == "Part | Torque\nBolt | 45 Nm"
    assert document.sections == ()


def test_a_heading_with_only_a_note_or_an_empty_paragraph_below_it_makes_no_sections_of_a_table() -> None:
    cells = [
        tc(p("Part", refer("footnote", 2), properties=styled("H1")), p("")),
        tc(p("Torque", properties=styled("H1"))),
    ]
    document = read(table(tr(*cells), tr("Bolt", "45 Nm")), parts={"styles": RAISED_STYLES, "footnotes": NOTES})
    assert document.text == "Part[1] | Torque\nBolt | 45 Nm\n[1] Without snow."
    assert document.sections == ()
