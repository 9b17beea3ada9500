"""Signs, symbols, fields and forms of Word 97.

Modules: ``potluck_plugins.loaders._office.word97.forms``, ``potluck_plugins.loaders._office.word97.line``.
"""

from __future__ import annotations

import struct

import pytest

from potluck_plugins.loaders._office.word97 import file as parts
from potluck_plugins.loaders._office.word97 import sprms as codes
from support.word97 import fonts, p, sprm, xst
from support.word97_reading import SPECIAL, lines


def test_signs_and_breaks_are_those_that_are_shown() -> None:
    assert lines(p("a\tb\x0bc\x1ed\x1fe\x01f(g)"), p("end", end="\x0c")) == ["a\tb", "c-def(g)", "end"]


def test_symbols_are_those_of_their_font() -> None:
    known = fonts("Times", "Symbol", "Wingdings")

    def special(font: int, character: int) -> tuple[str, bytes]:
        return "(", SPECIAL + sprm(codes.SYMBOL, *struct.pack("<HH", font, character))

    in_symbol, in_wingdings = sprm(codes.FONT, 1, 0), sprm(codes.FONT, 2, 0)
    body = p(
        *["5 ", special(1, 0xF06D), "m ", special(1, 0x6D), "m ", special(0, 0x2264), special(9, 0x41), " ("],
        *[
            ("\uf0b1", in_symbol),
            "2 ",
            ("\uf0fe", in_wingdings),
            "yes ",
            ("\uf0b1", b""),
            ("\uf0b3", sprm(codes.FONT, 9, 0)),
        ],
        ("(", sprm(codes.SYMBOL, 1, 0, 0x6D, 0xF0)),
    )

    assert lines(body, parts={parts.FONTS: known}) == ["5 μm μm ≤A (±2 ☒yes ±≥("]
    assert lines(p(special(1, 0xF06D), "m"), parts={parts.FONTS: known[:3]}) == ["μm"]
    assert lines(p(special(1, 0x2264), "m"), parts={parts.FONTS: known[:6]}) == ["≤m"]


def field(instruction: str, result: str | None = None) -> str:
    return f"\x13{instruction}" + (f"\x14{result}" if result is not None else "") + "\x15"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (f"see {field('REF x', 'clause 1.4')}.", "see clause 1.4."),
        (f"p. {field('PAGE', '7')} of {field(' NUMPAGES ', '9')} x", "p.  of  x"),
        (f"{field('PAGEREF a', '12')}", "12"),
        (f"{field('EQ ' + chr(92) + 'f(1,2)')}!", "1/2!"),
        (f"螺栓 2{field('EQ ' + chr(92) + 'f(1,2)')}5", "螺栓 2 1/2 5"),
        (f"20{field('FORMDROPDOWN', '26')}", "2026"),
        (f"{field(f'REF {field(chr(80) + chr(65) + chr(71) + chr(69), chr(55))} x', '道')}", "道"),
        (f"{field('PAGE', field('REF x', 'y'))}z", "z"),
        (f"{field('HYPERLINK', 'a' + field('REF', 'b') + 'c')}", "abc"),
        ("a\x14b\x15c", "abc"),
        ("a\x13b", "a"),
        (f"{field('SYMBOL 109 ' + chr(92) + 'f Symbol', '')}m", "μm"),
    ],
)
def test_fields_show_their_results_or_what_their_instruction_says(text: str, shown: str) -> None:
    assert lines(p(text)) == [shown]


def test_a_field_goes_on_over_paragraphs_of_its_story_only() -> None:
    assert lines(p("\x13REF x"), p("y\x14one"), p("two\x15"), p("three")) == ["one", "two", "three"]


def check_box(result: int, default: int = 0) -> bytes:
    body = struct.pack("<IHHH", 0xFFFFFFFF, 1 | result << 2, 0, 20) + xst("名") + b"\0\0" + struct.pack("<H", default)
    return struct.pack("<IH62x", 68 + len(body), 68) + body


def test_a_form_in_the_text_names_its_data() -> None:
    def box(at: int, more: bytes = sprm(codes.IS_DATA, 1)) -> list[str | tuple[str, bytes]]:
        return ["\x13 FORMCHECKBOX ", ("\x01", SPECIAL + sprm(codes.PICTURE, at, 0, 0, 0) + more), "\x15"]

    data = check_box(1) + check_box(0)
    body = p(
        *box(0), "yes ", *box(len(check_box(1))), "no ", *box(0, b""), "-", ("\x01", sprm(codes.PICTURE, 0, 0, 0, 0))
    )

    assert lines(body, streams={"Data": data}) == ["☒ yes ☐ no -"]
