"""DrawingML: the text, lists and tables of slides, charts and diagrams.

Modules: ``potluck_plugins.loaders._office.drawing``.
"""

from __future__ import annotations

from typing import Any

import pytest
from lxml import etree

from potluck_plugins.loaders._office.bullets import Bullet
from potluck_plugins.loaders._office.drawing import (
    is_on,
    one_line_of,
    paragraphs,
    read_table,
    text_of,
    without_controls,
)
from potluck_plugins.loaders._shared.flow import Flow
from support.decks import element, paragraph, run


def parsed(content: str) -> Any:
    return etree.fromstring(element("r", content))[0]


def read(content: str, slide: int | None = None) -> tuple[str, tuple[str, ...]]:
    flow = Flow()
    return text_of(parsed(f"<a:p>{content}</a:p>"), flow, slide), flow.document("a").losses


def fonts(text: str, **names: str) -> str:
    inner = "".join(f'<a:{tag} typeface="{name}"/>' for tag, name in names.items())
    return f"<a:r><a:rPr>{inner}</a:rPr><a:t>{text}</a:t></a:r>"


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (run("10") + run("6", 'baseline="30000"') + run(" N"), "10⁶ N"),
        (run("H") + run("2", 'baseline="-25000"') + run("O", 'baseline="0"'), "H₂O"),
        (run("10") + run("6", 'baseline="30%"'), "10⁶"),
        (run("10") + run("6", 'baseline="high"'), "106"),
        ("<a:r><a:t>a</a:t></a:r><a:br/><a:r><a:t>b</a:t></a:r>", "a\nb"),
        (run("a_x000D_b_x001f_c_x0041_"), "a b c_x0041_"),
        (run("a", 'strike="noStrike"'), "a"),
        ("<a:r><a:t/></a:r><a:unknown/>" + run("a"), "a"),
        ("<a14:m><m:oMath><m:r><m:t>x</m:t></m:r></m:oMath><m:oMath><m:r><m:t>y</m:t></m:r></m:oMath></a14:m>", "x y"),
        (fonts("m", latin="Symbol"), "μ"),
        (fonts("m", sym="Symbol"), "m"),
        (fonts("\uf06d", sym="Symbol"), "μ"),
        (fonts("\uf06d", latin="Arial", sym="Symbol"), "μ"),
        (fonts("\uf0fe", latin="Wingdings", sym="Symbol"), "☒"),
        (fonts("m\uf06d", latin="Arial"), "m"),
        (fonts("m", latin="Arial"), "m"),
    ],
)
def test_a_paragraph_is_read_run_by_run(content: str, text: str) -> None:
    assert read(content)[0] == text


def test_what_is_not_shown_or_not_known_is_counted() -> None:
    assert read(run("道碴", 'strike="sngStrike"') + run("a") + run("b", 'strike="dblStrike"')) == (
        "a",
        ("struck-out text was left out: 2 places, 3 characters",),
    )
    assert read(fonts("a\uf06d\uf06d", latin="Arial"))[1] == (
        "a symbol of the font Arial was left out: 1 place, 2 characters",
    )
    assert read("<a:r><a:t>\uf06d</a:t></a:r>")[1] == (
        "a symbol of an unknown font was left out: 1 place, 1 character",
    )


@pytest.mark.parametrize(("slide", "text"), [(None, "n. 9"), (0, "n. 0"), (3, "n. 3")])
def test_a_field_shows_the_number_of_its_slide(slide: int | None, text: str) -> None:
    field = '<a:fld type="slidenum"><a:t>9</a:t></a:fld>'

    assert read(run("n. ") + field, slide)[0] == text
    assert read('<a:fld type="datetime"><a:t>9</a:t></a:fld>', slide)[0] == "9"


def body(*inner: str) -> Any:
    return parsed(f"<p:txBody><a:bodyPr/>{''.join(inner)}</p:txBody>")


AUTO = '<a:buAutoNum type="arabicPeriod"/>'


def test_paragraphs_have_the_bullets_of_their_own_body_or_of_those_that_it_inherits_from() -> None:
    far = parsed(f"<a:lstStyle><a:lvl1pPr>{AUTO}</a:lvl1pPr><a:lvl2pPr><a:buChar/></a:lvl2pPr></a:lstStyle>")
    own = "<a:lstStyle><a:lvl2pPr><a:buNone/></a:lvl2pPr></a:lstStyle>"
    inner = [paragraph("a"), paragraph("b", level=1), paragraph(" "), paragraph("c")]

    assert list(paragraphs(body(*inner), Flow(), [far])) == [
        ("a", Bullet("1.", 0)),
        ("b", Bullet("•", 1)),
        ("c", Bullet("2.", 0)),
    ]
    assert [bullet.label for _, bullet in paragraphs(body(own, *inner), Flow(), [far])] == ["1.", "", "2."]
    assert [bullet.label for _, bullet in paragraphs(body(*inner), Flow())] == ["", "", ""]
    assert one_line_of(body(paragraph("道", AUTO), paragraph("b", AUTO)), Flow()) == "1. 道 2. b"


def tc(text: str, more: str = "") -> str:
    return f"<a:tc {more}><a:txBody><a:p>{run(text)}</a:p></a:txBody></a:tc>" if text else f"<a:tc {more}/>"


def table(*rows: list[str], more: str | None = None) -> tuple[list[str], tuple[str, ...]]:
    inner = "".join(f"<a:tr>{''.join(one if one.startswith('<') else tc(one) for one in row)}</a:tr>" for row in rows)
    flow = Flow()
    grid = read_table(parsed(f"<a:tbl>{'' if more is None else f'<a:tblPr {more}/>'}{inner}</a:tbl>"), flow)
    return list(grid.lines()), flow.document("a").losses


WIDE, HIGH = 'gridSpan="2"', 'rowSpan="2"'
OVER, BELOW = '<a:tc hMerge="1"/>', '<a:tc vMerge="1"/>'


@pytest.mark.parametrize(
    ("rows", "more", "lines"),
    [
        ([["a", "b"], ["1", "2"]], None, ["a | b", "1 | 2"]),
        ([["a", "b", "c"], [tc("1", WIDE), OVER, "2"]], None, ["a | b | c", "1 | 1 | 2"]),
        ([["a", "b"], [tc("1", HIGH), "2"], [BELOW, "3"]], None, ["a | b", "1 | 2", "1 | 3"]),
        ([["a", "b"], ["1", tc("2", 'gridSpan="9" rowSpan="9"')]], None, ["a | b", "1 | 2"]),
        ([["a", "b"], ["1", tc("2", 'gridSpan="x" rowSpan="0"')]], None, ["a | b", "1 | 2"]),
        ([["a", "b"], ["1", "2"], ["3", BELOW]], None, ["a | b", "1 | 2", "3 | 2"]),
        ([["a", "b"], ["c", "d"], ["e", "f"]], 'firstRow="1"', ["a | b", "c | d", "e | f"]),
        ([[tc("a", HIGH), tc("b", HIGH)], [BELOW, BELOW], ["c", "d"]], 'firstRow="1"', ["a | b", "c | d"]),
        ([[tc("a", WIDE), OVER], ["1", "2"]], 'firstRow="1"', ["a", "1 | 2"]),
        ([[], ["1", "2"]], 'firstRow="1"', ["1 | 2"]),
    ],
)
def test_cells_of_a_table_cover_others(rows: list[list[str]], more: str | None, lines: list[str]) -> None:
    assert table(*rows, more=more) == (lines, ())


def test_text_that_a_merged_cell_covers_is_counted() -> None:
    covered = [["a", "b", "c"], [tc("1", f"{WIDE} {HIGH}"), "xy", "2"], ["道", "z", "3"]]

    assert table(*covered) == (
        ["a | b | c", "1 | 1 | 2", "1 | 1 | 3"],
        ("text in cells that a merged cell covers was left out: 3 places, 4 characters",),
    )


@pytest.mark.parametrize(
    ("value", "on"), [("1", True), ("true", True), ("on", True), ("0", False), ("", False), (None, False)]
)
def test_a_switch_is_on_by_its_value(value: str | None, on: bool) -> None:
    assert is_on(value) is on
    assert without_controls("a_x0009_b") == "a b"
