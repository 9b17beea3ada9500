"""The boxes that styles make of elements on a line.

Modules: ``potluck_plugins.loaders._shared.markup_boxes``.
"""

from __future__ import annotations

import pytest
from lxml import etree

from potluck_plugins.loaders._shared.markup_boxes import APART, BREAK, CELL, EDGE, edge_of, without_marks
from support.loading import load_one


def page(body: str, css: str = "") -> list[str]:
    return load_one("html", f"<html><head><style>{css}</style></head><body>{body}</body></html>").text.split("\n")


@pytest.mark.parametrize(
    ("line", "written"),
    [
        (f"5{APART}6", "5 6"),
        (f"5{APART}{APART}6{APART}7", "5 6 7"),
        (f"鋼{APART}軌", "鋼軌"),
        (f"鋼{APART}5", "鋼 5"),
        (f"({APART}5{APART}), {APART}6{APART}.", "(5), 6."),
        (f"{APART}5{APART}", " 5"),
        (f"5{CELL}6", "5 | 6"),
        (f"5{EDGE}6", f"5{BREAK}6"),
        (f"5{APART}{EDGE}6", f"5{BREAK}6"),
    ],
)
def test_marks_become_blanks_bars_and_breaks(line: str, written: str) -> None:
    assert without_marks(line, preformatted=False) == written


def test_lines_that_stand_as_they_are_are_broken_once() -> None:
    assert without_marks(f"a\n{EDGE}{EDGE}b{EDGE}\nc{EDGE}d", preformatted=True) == "a\nb\nc\nd"


@pytest.mark.parametrize(
    ("tag", "style", "edge"),
    [
        ("span", "", ""),
        ("span", "display: inline", ""),
        ("span", "display: contents", ""),
        ("span", "DISPLAY: Block", EDGE),
        ("span", "display: block; display: inline", ""),
        ("span", "display: flex", EDGE),
        ("span", "display: list-item", EDGE),
        ("span", "display: inline-block", APART),
        ("span", "display: inline-flex", APART),
        ("span", "float: left", APART),
        ("span", "FLOAT: right; display: block", APART),
        ("span", "float: none", ""),
        ("span", "position: absolute", APART),
        ("span", "position: relative", ""),
        ("button", "", APART),
        ("img", "", APART),
    ],
)
def test_the_edge_of_a_box(tag: str, style: str, edge: str) -> None:
    assert edge_of(tag, etree.Element(tag, {"style": style})) == edge


@pytest.mark.parametrize(
    ("body", "lines"),
    [
        ("<p><span style='display:block'>56</span><span style='display:block'>78</span>", ["56", "78"]),
        ("<p>a<span style='display:block'>56</span>b", ["a", "56", "b"]),
        ("<p><span style='display:inline-block'>100</span><span style='display:inline-block'>200</span>", ["100 200"]),
        ("<p style='display:flex'><b>5</b><b>6</b>", ["5 6"]),
        ("<p><b>5</b><b>6</b>", ["56"]),
        ("<p>10<sup><span style='display:inline-block'>6</span></sup>", ["10⁶"]),
        ("<p>10<sup style='display:inline-block'>6</sup> Pa", ["10⁶ Pa"]),
        ("<pre><span style='display:block'>a\n</span><span style='display:block'> b\n</span></pre>", ["a", " b"]),
        ("<table><tr><td><b style='display:block'>5</b><b style='display:block'>6</b><td>7</table>", ["5 6 | 7"]),
        ("<ol><li><b style='display:block'>甲</b><b style='display:block'>乙</b></ol>", ["1. 甲", "乙"]),
        ("<p><span style='float:left'>90</span><span>91</span>", ["90 91"]),
        ("<p>10<span style='position:absolute;font-size:70%;top:-5px'>6</span>", ["10 6"]),
        ("<p><b class=initial>T</b>he load", ["The load"]),
        ("<p>(<b class=initial>T</b>he load)", ["(The load)"]),
        ("<p>x<b class=initial>T</b>he load", ["x", "T", "he load"]),
        ("<p><i></i>x<b class=initial>T</b>he load", ["x", "T", "he load"]),
        ("<p><b class=initial>T</b> load", ["T", "load"]),
        ("<p><b class=initial><i><u>É</u></i></b>tat 5", ["État 5"]),
        ("<p><b class=initial><i><u><em>É</em></u></i></b>tat 5", ["É", "tat 5"]),
        ("<p><b class=initial>甲</b>乙", ["甲乙"]),
        ("<p><b class=initial>Th</b>e load", ["Th", "e load"]),
        ("<p><b style='float:left;font-size:300%'>T</b>he load", ["The load"]),
        ("<p><b class=initial>1</b>0", ["1", "0"]),
        ("<p>25 kN (<a style='display:inline-block'>6</a>), <a style='display:inline-block'>7</a>.", ["25 kN (6), 7."]),
    ],
)
def test_what_a_style_sets_apart_is_not_glued(body: str, lines: list[str]) -> None:
    assert page(body, ".initial {display: block}") == lines


def test_a_heading_of_two_blocks_is_one_heading() -> None:
    css = "h1 span {display: block}"
    document = load_one("html", f"<style>{css}</style><h1><span>第1章</span><span>總則</span></h1><p>a")

    assert document.text == "第1章 總則\na"
    assert [section.title for section in document.sections] == ["總則"]


def test_a_card_that_a_style_sheet_lays_out() -> None:
    card = "<a class=card><b>2024</b><b>1500</b><span>kN</span></a>"

    assert page(card, ".card b {display: block}") == ["2024", "1500", "kN"]


ROW = "<{0} class=r><{0} class=c>{1}</{0}><{0} class=c>{2}</{0}></{0}>"
TABLE = ".r {display: table-row} .c {display: table-cell}"


@pytest.mark.parametrize("tag", ["span", "div"])
def test_cells_that_a_style_makes_are_cells_of_a_row(tag: str) -> None:
    rows = ROW.format(tag, "力", "12") + ROW.format(tag, "<b>長</b>", "34<sup>2</sup>")

    assert page(f"<div>{rows}</div>", TABLE) == ["力 | 12", "長 | 34²"]


def test_a_row_of_cells_begins_no_clause() -> None:
    document = load_one("html", f"<style>{TABLE}</style>" + ROW.format("div", "1.2 Load", "12"))

    assert document.text == "1.2 Load | 12"
    assert document.sections == ()


@pytest.mark.parametrize("block", ["<p>{}</p>", "<h2>{}</h2>", "<b style='display:block'>{}</b>", "{}<br>"])
def test_cells_that_arrange_a_page_are_read_one_by_one(block: str) -> None:
    assert page(ROW.format("div", block.format("left"), block.format("right")), TABLE) == ["left", "right"]


def test_a_cell_may_hold_what_stands_apart_on_its_line() -> None:
    parts = "<i style='display:inline-block'>5</i><i style='display:inline-block'>6</i>"

    assert page(ROW.format("div", parts, "7"), TABLE) == ["5 6 | 7"]


def test_a_cell_alone_is_not_a_row() -> None:
    assert page("<div>a<div class=c>b</div>c</div>", TABLE) == ["a", "b", "c"]
    assert page("<p>a<span class=c>b</span>c</p>", TABLE) == ["a", "b", "c"]
