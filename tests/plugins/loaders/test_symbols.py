"""What fonts of symbols show in the place of letters.

Modules: ``potluck_plugins.loaders._shared.symbols``, ``potluck_plugins.loaders._shared.check_boxes``.
"""

from __future__ import annotations

import pytest

from potluck_plugins.loaders._shared.symbols import (
    in_font,
    is_symbol_font,
    known_in_font,
    private_in_font,
    symbol,
    unknown_symbol,
)

SHOWN = {
    "Symbol": {
        0x20: " ",
        0x22: "∀",
        0x24: "∃",
        0x27: "∋",
        0x2D: "−",
        0x40: "≅",
        0x41: "Α",
        0x44: "Δ",
        0x57: "Ω",
        0x5C: "∴",
        0x5E: "⊥",
        0x61: "α",
        0x6D: "μ",
        0x70: "π",
        0x73: "σ",
        0x7E: "∼",
        0xA0: "€",
        0xA3: "≤",
        0xA5: "∞",
        0xAE: "→",
        0xB0: "°",
        0xB1: "±",
        0xB3: "≥",
        0xB4: "×",
        0xB7: "•",
        0xB8: "÷",
        0xB9: "≠",
        0xC5: "⊕",
        0xC6: "∅",
        0xCE: "∈",
        0xD5: "∏",
        0xD6: "√",
        0xDE: "⇒",
        0xE5: "∑",
        0xF2: "∫",
        0xFE: "⎭",
    },
    "Wingdings": {
        **dict.fromkeys((0xFD, 0xFE, 0x78), "☒"),
        **dict.fromkeys((0x6F, 0x70, 0x71, 0x72, 0xA8), "☐"),
        **dict(zip(range(0x80, 0x96), "⓪①②③④⑤⑥⑦⑧⑨⑩⓿❶❷❸❹❺❻❼❽❾❿", strict=True)),
        0xDF: "←",
        0xE0: "→",
        0xE1: "↑",
        0xE2: "↓",
        0xE3: "↖",
        0xE4: "↗",
        0xE5: "↙",
        0xE6: "↘",
        0xE8: "→",
        0xEF: "⇦",
        0xF0: "⇨",
        0xF1: "⇧",
        0xF2: "⇩",
        0xF3: "⬄",
        0xF4: "⇳",
        0xF5: "⬀",
        0xF6: "⬁",
        0x20: " ",
        0xFB: "✗",
        0xFC: "✓",
        0x28: "☎",
        0x2A: "✉",
        0x4A: "☺",
        0x4C: "☹",
        0xA1: "○",
        0xAB: "★",
        0xB5: "✪",
        **dict.fromkeys((0x6C, 0x6E, 0x76, 0x9F, 0xA7, 0xD8), "•"),
    },
    "Wingdings 2": {
        **dict.fromkeys((0x51, 0x52, 0x53, 0x54), "☒"),
        0x20: " ",
        0xA3: "☐",
        0x4F: "✗",
        0x50: "✓",
        0x97: "•",
        0x98: "•",
    },
    "Webdings": {0x20: " ", 0x61: "✓", 0x63: "☐", 0x67: "•", 0x72: "✗"},
}


@pytest.mark.parametrize("font", SHOWN)
def test_a_font_of_symbols_shows_its_own_characters(font: str) -> None:
    expected = SHOWN[font]

    assert {code: symbol(code, font) for code in expected} == expected
    assert {code: symbol(0xF000 + code, font) for code in expected} == expected
    assert {code: symbol(code, f" {font.upper()} ") for code in expected} == expected


@pytest.mark.parametrize(
    ("font", "codes"),
    [
        ("Symbol", [0x1F, 0x7F, 0x9F, 0xF0, 0xFF, 0xEFFF, 0xF01F, 0xF0F0]),
        ("Wingdings", [0x21, 0x29, 0x2B, 0x73, 0x7F, 0x96, 0xE7, 0xF7, 0xF07F, 0xEF80]),
        ("Wingdings 2", [0x55, 0xA4, 0x99]),
        ("Webdings", [0x62, 0x64, 0x73]),
        ("Wingdings 3", [0x41, 0x4E00]),
        ("ZapfDingbats", [0x41]),
        ("Zapf Dingbats", [0x41]),
        ("Marlett", [0x41, 0xF041]),
        ("Arial", [0xE000, 0xF041, 0xF8FF, 0x1F, 0x0A, -1, 0x110000, 0xD800, 0xDFFF]),
        (None, [0xF041, 0x1F, 0xD800]),
    ],
)
def test_ornaments_and_what_is_not_a_character_are_not_known(font: str | None, codes: list[int]) -> None:
    assert [symbol(code, font) for code in codes] == [None] * len(codes)


@pytest.mark.parametrize("font", ["Arial", "標楷體", "", None])
def test_a_font_of_letters_shows_letters(font: str | None) -> None:
    codes = [0x20, 0x41, 0x6D, 0xFF, 0x4E00, 0xD7FF, 0xDFFF + 1, 0xF900, 0x10FFFF]

    assert [symbol(code, font) for code in codes if not 0xE000 <= code <= 0xF8FF] == [
        chr(code) for code in codes if not 0xE000 <= code <= 0xF8FF
    ]
    assert not is_symbol_font(font)


@pytest.mark.parametrize(
    ("text", "font", "shown", "unknown"),
    [
        ("5 mm", "Symbol", "5 μμ", 0),
        ("甲m\u3000乙", "Symbol", "甲μ\u3000乙", 0),
        ("\uf06dm\uf0f0", "Symbol", "μμ", 1),
        ("\ue000ü!", "Wingdings", "✓", 2),
        ("üû ", "Wingdings", "✓✗ ", 0),
        ("!!", "Webdings", "", 2),
        ("5 mm", "Arial", "5 mm", 0),
        ("a\uf06d\ue000\uf8ff甲", "Arial", "a甲", 3),
        ("abc", "Marlett", "", 3),
    ],
)
def test_a_text_is_read_as_its_font_shows_it(text: str, font: str, shown: str, unknown: int) -> None:
    assert in_font(text, font) == (shown, unknown)


@pytest.mark.parametrize(
    ("text", "font", "shown"),
    [
        ("m!", "Symbol", "μ!"),
        ("ü\x7f甲", "Wingdings", "✓\x7f甲"),
        ("\uf0fc\ue001", "Wingdings", "✓\ue001"),
        ("ABC", "Wingdings 3", "ABC"),
        ("m\uf06d", "Arial", "m\uf06d"),
    ],
)
def test_a_text_may_keep_what_is_not_known(text: str, font: str, shown: str) -> None:
    assert known_in_font(text, font) == shown


@pytest.mark.parametrize(
    ("text", "font", "shown", "unknown"),
    [
        ("m\uf06d", "Symbol", "mμ", 0),
        ("ü\uf0fc\uf021", "Wingdings", "ü✓", 1),
        ("\uf020\uf0ff", "Wingdings 2", " ", 1),
        ("\uf01f\uf100\ue000", "Symbol", "\uf01f\uf100\ue000", 0),
        ("m\uf06d", "Arial", "m", 1),
    ],
)
def test_a_browser_shows_the_letters_of_a_font_of_symbols_in_another(
    text: str, font: str, shown: str, unknown: int
) -> None:
    assert private_in_font(text, font) == (shown, unknown)


def test_what_is_left_out_is_said_with_its_font() -> None:
    assert unknown_symbol("Wingdings 3") == "a symbol of the font Wingdings 3"
    assert unknown_symbol(None) == unknown_symbol("") == "a symbol of an unknown font"


@pytest.mark.parametrize(
    "font", ["Symbol", "wingdings", " Wingdings 2", "Webdings", "Wingdings 3", "ZapfDingbats", "Zapf Dingbats"]
)
def test_the_letters_of_a_font_of_symbols_are_pictures(font: str) -> None:
    assert is_symbol_font(font)
