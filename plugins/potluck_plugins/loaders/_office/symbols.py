"""The characters of fonts that show symbols in the place of letters, so that 5 µm is not read as 5 mm.

Sources: the encoding of Adobe's Symbol font (unicode.org/Public/MAPPINGS/VENDORS/ADOBE/symbol.txt), and that of
Wingdings as far as it shows boxes, ticks, arrows and figures in circles.
"""

from __future__ import annotations

_SYMBOL = "\x20!∀#∃%&∋()∗+,−./0123456789:;<=>?≅ΑΒΧΔΕΦΓΗΙϑΚΛΜΝΟΠΘΡΣΤΥςΩΞΨΖ[∴]⊥_‾αβχδεφγηιϕκλμνοπθρστυϖωξψζ{|}∼"
_SYMBOL_HIGH = "€ϒ′≤⁄∞ƒ♣♦♥♠↔←↑→↓°±″≥×∝∂•÷≠≡≈…⏐⎯↵ℵℑℜ℘⊗⊕∅∩∪⊃⊇⊄⊂⊆∈∉∠∇®©™∏√⋅¬∧∨⇔⇐⇑⇒⇓◊〈®©™∑⎛⎜⎝⎡⎢⎣⎧⎨⎩⎪\uffff〉∫⌠⎮⌡⎞⎟⎠⎤⎥⎦⎫⎬⎭"
_WINGDINGS = {
    0x6F: "☐",
    0x71: "☐",
    0x72: "☐",
    0x78: "☒",
    0xA8: "☐",
    0xFD: "☒",
    0xFE: "☑",
    0xFC: "✓",
    0xFB: "✗",
    0xDF: "←",
    0xE0: "→",
    0xE1: "↑",
    0xE2: "↓",
    0xE8: "➔",
    0xF0: "⇨",
    0x4A: "☺",
    0x4C: "☹",
    0x28: "☎",
    0x2A: "✉",
    0x6C: "•",
    0x6E: "•",
    0x76: "•",
    0x75: "•",
    0x77: "•",
    0x9F: "•",
    0xA7: "•",
    0xD8: "•",
    0xB7: "•",
    **{0x80 + figure: chr(0x24EA if figure == 0 else 0x245F + figure) for figure in range(11)},
    **{0x8B + figure: chr(0x24FF if figure == 0 else 0x2775 + figure) for figure in range(11)},
}


def is_symbol_font(name: str) -> bool:
    """Whether a font shows symbols in the place of letters."""
    return name.strip().lower().startswith(("symbol", "wingdings", "webdings", "zapf dingbats"))


def symbol(code: int, font: str) -> str:
    """The character that a symbol font shows for a code, also one of its private area (U+F020 to U+F0FF).

    Empty where it shows an ornament that no text needs.
    """
    if 0xF000 <= code <= 0xF0FF:
        code -= 0xF000
    name = font.strip().lower()
    if name.startswith("wingdings"):
        return _WINGDINGS.get(code, "") if name == "wingdings" else {0x52: "☑", 0x51: "☒", 0xA3: "☐"}.get(code, "")
    if not name.startswith("symbol"):
        return ""
    if 0x20 <= code < 0x7F:
        return _SYMBOL[code - 0x20]
    return _SYMBOL_HIGH[code - 0xA0].replace("\uffff", "") if 0xA0 <= code < 0xFF else ""
