"""The headers and footers of sheets, written in the codes of Excel.

Modules: ``potluck_plugins.loaders._office.sheet_margins``.
"""

from __future__ import annotations

import pytest

from potluck_plugins.loaders._office.sheet import Cell, Margin
from potluck_plugins.loaders._office.sheet_margins import margins


@pytest.mark.parametrize(
    ("code", "text", "struck"),
    [
        ("plain", "plain", 0),
        ("&Lleft&Cmiddle&R右", "left | middle | 右", 0),
        ("&lleft&rright", "left | right", 0),
        ("a&Lb&Cc", "b | ac", 0),
        ("&R&D &T &F&A&Z&G", "", 0),
        ("&LPage &P of &N", "", 0),
        ("&P+1 x", "x", 0),
        ("&P-12 x", "x", 0),
        ('&"Arial,Bold"QM', "QM", 0),
        ("&14QM", "QM", 0),
        ("&1234", "4", 0),
        ("&K00FF00QM", "QM", 0),
        ("&K01+000QM", "QM", 0),
        ("R&&D", "R&D", 0),
        ("10&X6&X N", "10⁶ N", 0),
        ("10&x6", "10⁶", 0),
        ("H&Y2&YO", "H₂O", 0),
        ("a&X1&Y2&Yb", "a¹₂b", 0),
        ("10&X6&Rx", "10⁶ | x", 0),
        ("&X6&R10", "⁶ | 10", 0),
        ("&Sold&S new", "new", 3),
        ("&Sold &S new", "new", 3),
        ("&Sold&Rnew", "new", 3),
        ("&Sa&&b&S c", "c", 3),
        ("&S道&Sx&S碴", "x", 2),
        ("a  &B b", "a b", 0),
        ("a\nb", "a b", 0),
        ("a&", "a&", 0),
    ],
)
def test_a_header_is_read_without_its_codes(code: str, text: str, struck: int) -> None:
    wanted = [Margin("header", Cell(text, struck))] if text or struck else []

    assert margins([code], []) == wanted
    assert margins([], [code]) == [Margin("footer", one.cell) for one in wanted]


def test_headers_come_before_footers() -> None:
    found = margins(["a", "", "b"], ["c", "&P"])

    assert [(one.what, one.cell.text) for one in found] == [("header", "a"), ("header", "b"), ("footer", "c")]
