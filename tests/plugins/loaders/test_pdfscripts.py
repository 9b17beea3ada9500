"""Figures above and below their line that are as large as it.

Tests of ``potluck_plugins.loaders._shared.pdfscripts``.

Modules: ``potluck_plugins.loaders._shared.pdfchars``, ``potluck_plugins.loaders._shared.pdftext``,
``potluck_plugins.loaders._shared.raised``.
"""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from support.loading import load_one
from support.pdf import Line, make_pdf, write_file


def text_of(*lines: Line) -> str:
    return load_one("pdf", make_pdf([lines], embedded=True)).text


def helvetica(parts: Sequence[tuple[float, float, str]]) -> bytes:
    """Texts of 12 points in a font that every reader has, at places on and above a line."""
    content = " ".join(f"BT /F1 12 Tf {72 + x} {700 + y} Td ({text}) Tj ET" for x, y, text in parts).encode()
    return write_file(
        {
            1: b"<< /Type /Catalog /Pages 2 0 R >>",
            2: b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
            3: b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 5 0 R "
            b"/Resources << /Font << /F1 4 0 R >> >> >>",
            4: b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
            5: b"<< /Length %d >>\nstream\n%s\nendstream" % (len(content), content),
            7: b"<< >>",
        }
    )


@pytest.mark.parametrize(
    ("base", "script", "rest", "rise", "shown"),
    [
        ("stress 10", "7", " Pa is allowed", 5, "stress 10⁷ Pa is allowed"),
        ("speed 10", "-12", " at most", 5, "speed 10⁻¹² at most"),
        ("應力不得超過10", "7", "帕斯卡", 5, "應力不得超過10⁷帕斯卡"),
        ("面積五平方公尺", "2", "，以內", 5, "面積五平方公尺²，以內"),
        ("H", "2", "O and more", -3, "H₂O and more"),
        ("stress 10", "7x", " Pa is allowed", 5, None),
        ("stress ", "7", " Pa is allowed", 5, None),
        ("stress 10", "ab", " Pa is allowed", 5, None),
    ],
)
def test_figures_as_large_as_their_line_are_raised_by_a_clear_step(
    base: str, script: str, rest: str, rise: float, shown: str | None
) -> None:
    x = 72 + sum(5 if c.isascii() else 10 for c in base)
    lines = [Line(base, 700), Line(script, 700 + rise, x), Line(rest, 700, x + 5 * len(script))]

    text = text_of(*lines, Line("The next line.", 680))

    if shown:
        assert text == f"{shown}\nThe next line."
    else:
        assert not set("⁷₇^") & set(text)


@pytest.mark.parametrize(
    ("shown", "parts"),
    [
        ("10⁷ Pa", [(0, 0, "10"), (13.34, 9, "7"), (20, 0, " Pa")]),
        ("10⁻⁷ Pa", [(0, 0, "10"), (13.34, 9, "-7"), (24, 0, " Pa")]),
        ("10\n7", [(0, 0, "10"), (17, 9, "7")]),
        ("ten\n7", [(0, 0, "ten"), (28, 9, "7")]),
    ],
)
def test_a_raised_figure_that_stands_by_itself_goes_on_its_line(
    shown: str, parts: list[tuple[float, float, str]]
) -> None:
    # In this font, whose letters are lower than its lines, PDFium takes it for a line of its own.
    assert load_one("pdf", helvetica(parts)).text == shown


def test_figures_of_a_line_that_overlaps_another_are_not_raised() -> None:
    # Another column, whose lines stand half a line higher.
    beside = [Line("the load is 10", 700), Line("7 tons", 705, 145), Line("and more", 688), Line("12", 693, 145)]

    assert not set("⁷¹²^") & set(text_of(*beside))


def test_a_blank_without_room_for_it_does_not_part_a_script_from_its_number() -> None:
    apart = [Line("scaled 10", 700), Line("6", 704, 119, 6), Line(" Pa", 700, 122)]

    assert text_of(*apart) == "scaled 10⁶ Pa"
    assert text_of(Line("scaled up", 700), Line("6", 704, 119, 6)) == "scaled up ⁶"
    assert text_of(Line("scaled 10", 700), Line("a", 704, 119, 6)) == "scaled 10 ^a"
    assert text_of(Line("scaled 10 ", 700), Line("6", 704, 122, 6)) == "scaled 10 ⁶"
