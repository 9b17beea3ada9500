"""What the cells of a workbook refer to: places, styles, built-in formats, strings of several runs.

Modules: ``potluck_plugins.loaders._office.workbook``.
"""

from __future__ import annotations

from typing import Any

import pytest
from lxml import etree

from potluck_plugins.loaders._office.sheet import Cell
from potluck_plugins.loaders._office.workbook import (
    Style,
    built_in_code,
    cell_place,
    read_styles,
    rich_text,
    unescape,
)


@pytest.mark.parametrize(
    ("reference", "place"),
    [
        ("A1", (0, 0)),
        ("$B$2", (1, 1)),
        ("z9", (8, 25)),
        ("AA7", (6, 26)),
        ("AZ10", (9, 51)),
        ("BA10", (9, 52)),
        ("XFD1048576", (1048575, 16383)),
        ("A", None),
        ("1", None),
        ("AAAA1", None),
        ("A12345678", None),
        ("A1:B2", None),
        ("", None),
    ],
)
def test_a_reference_is_a_row_and_a_column(reference: str, place: tuple[int, int] | None) -> None:
    assert cell_place(reference) == place


@pytest.mark.parametrize(
    ("number", "code"),
    [
        (0, "General"),
        (1, "0"),
        (4, "#,##0.00"),
        (9, "0%"),
        (13, "# ??/??"),
        (14, "yyyy-mm-dd"),
        (20, "h:mm"),
        (22, "yyyy-mm-dd h:mm"),
        (46, "[h]:mm:ss"),
        (49, "@"),
        (58, "yyyy-mm-dd"),
        (59, "0"),
        (81, "yyyy-mm-dd"),
        (23, "General"),
        (163, "General"),
    ],
)
def test_a_format_that_is_built_in_has_a_number(number: int, code: str) -> None:
    assert built_in_code(number) == code


def test_a_text_may_hold_escaped_characters() -> None:
    assert unescape("a_x000A_b_x9053__x005f_c_xZZZZ_") == "a\nb道_c_xZZZZ_"


def element(inner: str, name: str = "si") -> Any:
    return etree.fromstring(
        f'<{name} xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">{inner}</{name}>'
    )


def r(text: str, properties: str = "") -> str:
    return f"<r><rPr>{properties}</rPr><t>{text}</t></r>"


UP, DOWN = '<vertAlign val="superscript"/>', '<vertAlign val="subscript"/>'


@pytest.mark.parametrize(
    ("inner", "cell"),
    [
        ("<t>a_x000A_b</t>", Cell("a\nb")),
        ("<t/>", Cell("")),
        (r("10") + r("6", UP) + r(" N"), Cell("10⁶ N")),
        (r("H") + r("2", DOWN) + r("O", '<vertAlign val="baseline"/>'), Cell("H₂O")),
        (r("道碴", "<strike/>") + r("a"), Cell("a", 2)),
        (r("b", '<strike val="1"/>') + r("cc", "<strike/>"), Cell("", 3)),
        (r("b", '<strike val="0"/>') + r("c", '<strike val="false"/>'), Cell("bc")),
        (r("m", '<rFont val="Symbol"/>') + r("m"), Cell("μm", 0, True)),
        (r("m") + r("m", '<rFont val="Arial"/>') + r("m"), Cell("mmm", 0, True)),
        (r("m", '<name val="Symbol"/>'), Cell("μ", 0, True)),
        ("<r><t>a</t></r><r><rPr/></r>", Cell("a")),
        ("<t>東</t><rPh sb='0' eb='1'><t>ひがし</t></rPh><phoneticPr/>", Cell("東")),
    ],
)
def test_a_string_is_what_its_runs_show(inner: str, cell: Cell) -> None:
    assert rich_text(element(inner)) == cell
    assert rich_text(None) == Cell("")


FONTS = (
    "<fonts><font><name val='Arial'/></font><font><strike/></font><font><vertAlign val='superscript'/></font>"
    "<font><name val='Symbol'/></font><font><strike val='0'/><vertAlign val='subscript'/></font></fonts>"
)
FORMATS = '<numFmts><numFmt numFmtId="164" formatCode="0.0"/><numFmt numFmtId="9" formatCode="0.00%"/></numFmts>'


@pytest.mark.parametrize(
    ("xf", "style"),
    [
        ("", Style(font="Arial")),
        ('numFmtId="164" fontId="1"', Style("0.0", struck=True)),
        ('numFmtId="9" fontId="2"', Style("0.00%", "raised")),
        ('numFmtId="10" fontId="3"', Style("0.00%", font="Symbol")),
        ('numFmtId="x" fontId="4"', Style("General", "lowered")),
        ('fontId="5"', Style()),
        ('fontId="x"', Style()),
    ],
)
def test_a_style_is_a_format_and_a_font(xf: str, style: Style) -> None:
    assert read_styles(element(f"{FORMATS}{FONTS}<cellXfs><xf/><xf {xf}/></cellXfs>", "styleSheet"))[1] == style


def test_a_workbook_without_styles_has_a_plain_one() -> None:
    assert read_styles(None) == [Style()]
    assert read_styles(element("", "styleSheet")) == [Style()]


@pytest.mark.parametrize(
    ("style", "own_fonts", "cell"),
    [
        (Style(), False, Cell("m")),
        (Style(struck=True), False, Cell("", 1)),
        (Style(position="raised"), False, Cell("m")),
        (Style(font="Symbol"), False, Cell("μ")),
        (Style(font="Symbol"), True, Cell("m")),
    ],
)
def test_a_cell_shows_its_text_in_its_style(style: Style, own_fonts: bool, cell: Cell) -> None:
    assert style.cell("m", own_fonts) == cell
