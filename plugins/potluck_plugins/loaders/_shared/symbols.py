"""The characters of fonts that show symbols in the place of letters, so that 5 µm is not read as 5 mm; check boxes.

Source: the encoding of Adobe's Symbol font; the glyphs of Microsoft's Wingdings fonts by their names in Unicode.
"""

from __future__ import annotations

import re

from potluck_plugins.loaders._shared.check_boxes import CHECKED, UNCHECKED

_SYMBOL_20 = " !∀#∃%&∋()∗+,−./0123456789:;<=>?≅ΑΒΧΔΕΦΓΗΙϑΚΛΜΝΟΠΘΡΣΤΥςΩΞΨΖ[∴]⊥_‾αβχδεφγηιϕκλμνοπθρστυϖωξψζ{|}∼"
_SYMBOL_A0 = "€ϒ′≤⁄∞ƒ♣♦♥♠↔←↑→↓°±″≥×∝∂•÷≠≡≈…⏐⎯↵ℵℑℜ℘⊗⊕∅∩∪⊃⊇⊄⊂⊆∈∉∠∇®©™∏√⋅¬∧∨⇔⇐⇑⇒⇓◊⟨®©™∑⎛⎜⎝⎡⎢⎣⎧⎨⎩⎪\uf8ff⟩∫⌠⎮⌡⎞⎟⎠⎤⎥⎦⎫⎬⎭"
_SYMBOL = {0x20 + i: c for i, c in enumerate(_SYMBOL_20)} | {
    0xA0 + i: c for i, c in enumerate(_SYMBOL_A0) if c != "\uf8ff"
}
_WINGDINGS = {
    **dict.fromkeys((0xFD, 0xFE, 0x78), CHECKED),
    **dict.fromkeys((0x6F, 0x70, 0x71, 0x72, 0xA8), UNCHECKED),
    **{0x80 + i: c for i, c in enumerate("⓪①②③④⑤⑥⑦⑧⑨⑩⓿❶❷❸❹❺❻❼❽❾❿")},
    **dict(zip(range(0xDF, 0xE7), "←→↑↓↖↗↙↘", strict=True)),
    **dict(zip(range(0xEF, 0xF7), "⇦⇨⇧⇩⬄⇳⬀⬁", strict=True)),
    0x20: " ",
    0xE8: "→",
    0xFB: "✗",
    0xFC: "✓",
    0x28: "☎",
    0x2A: "✉",
    0x4A: "☺",
    0x4C: "☹",
    **dict.fromkeys((0x6C, 0x6E, 0x76, 0x9F, 0xA7, 0xD8), "•"),
    0xA1: "○",
    0xAB: "★",
    0xB5: "✪",
}
_WINGDINGS_2 = {
    **dict.fromkeys((0x51, 0x52, 0x53, 0x54), CHECKED),
    0x20: " ",
    0xA3: UNCHECKED,
    0x4F: "✗",
    0x50: "✓",
    0x97: "•",
    0x98: "•",
}
_WEBDINGS = {0x20: " ", 0x61: "✓", 0x63: UNCHECKED, 0x67: "•", 0x72: "✗"}
_FONTS = {"symbol": _SYMBOL, "wingdings": _WINGDINGS, "wingdings 2": _WINGDINGS_2, "webdings": _WEBDINGS}
_OTHER_SYMBOL_FONTS = ("wingdings 3", "zapfdingbats", "zapf dingbats", "marlett")
_PRIVATE = range(0xF000, 0xF100)
_ANY_PRIVATE = re.compile("[\ue000-\uf8ff]")
_PRIVATE_PLACES = re.compile("[\uf020-\uf0ff]")
_PLACES = re.compile("[!-\xff\ue000-\uf8ff]")
"""The character that a symbol font shows at each place; other characters are shown in other fonts."""


def symbol(code: int, font: str | None) -> str | None:
    """The character that a font shows for a code, also one of its private area (U+F020 to U+F0FF).

    None for one that is not known, or that is an ornament.
    """
    table = _FONTS.get((font or "").strip().lower())
    place = code - 0xF000 if code in _PRIVATE else code
    if table is not None:
        return table.get(place)
    if is_symbol_font(font) or 0xE000 <= code <= 0xF8FF or not 0x20 <= code <= 0x10FFFF:
        return None
    return None if 0xD800 <= code <= 0xDFFF else chr(code)


def in_font(text: str, font: str | None) -> tuple[str, int]:
    """A text as a font shows it, and how many of its characters are symbols that are not known."""
    return _show(text, font, _PLACES if is_symbol_font(font) else _ANY_PRIVATE)


def known_in_font(text: str, font: str | None) -> str:
    """A text as a font of symbols shows it, with the characters that are not known as they are."""
    return _PLACES.sub(lambda found: symbol(ord(found[0]), font) or found[0], text) if is_symbol_font(font) else text


def private_in_font(text: str, font: str | None) -> tuple[str, int]:
    """As ``in_font``, for the characters U+F020 to U+F0FF alone: browsers show letters in another font."""
    return _show(text, font, _PRIVATE_PLACES)


def _show(text: str, font: str | None, places: re.Pattern[str]) -> tuple[str, int]:
    unknown = 0

    def replace_symbol(found: re.Match[str]) -> str:
        nonlocal unknown
        character = symbol(ord(found[0]), font)
        unknown += character is None
        return character or ""

    text = places.sub(replace_symbol, text)
    return text, unknown


def unknown_symbol(font: str | None) -> str:
    """The note on an unknown symbol that is left out."""
    return f"a symbol of the font {font}" if font else "a symbol of an unknown font"


def is_symbol_font(font: str | None) -> bool:
    """Whether the letters of a font are pictures."""
    name = (font or "").strip().lower()
    return name in _FONTS or name in _OTHER_SYMBOL_FONTS
