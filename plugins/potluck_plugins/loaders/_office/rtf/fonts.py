"""The fonts of an RTF file, and the characters that bytes stand for in each.

Source: Rich Text Format specification 1.9.1, "Font table" (``\\fcharset``, ``\\cpg``) and "Character set".
"""

from __future__ import annotations

from dataclasses import dataclass, field

from potluck_plugins.loaders._office.packed import code_page
from potluck_plugins.loaders._shared.symbols import is_symbol_font, symbol

_SYMBOLS = 2
_CHARSETS = {
    77: "mac_roman",
    78: "shift_jis",
    79: "johab",
    80: "gb2312",
    81: "big5",
    128: "cp932",
    129: "cp949",
    130: "johab",
    134: "gb18030",
    136: "cp950",
    161: "cp1253",
    162: "cp1254",
    163: "cp1258",
    177: "cp1255",
    178: "cp1256",
    186: "cp1257",
    204: "cp1251",
    222: "cp874",
    238: "cp1250",
    254: "cp437",
    255: "cp850",
}
_WIDER = {"cp950": "big5hkscs", "cp932": "shift_jis_2004"}
_DOUBLE_BYTE = ("gb18030", "cp932", "cp949", "cp950", "johab")


@dataclass(slots=True)
class Font:
    """A font of the table."""

    name: str = ""
    charset: int | None = None
    page: int | None = None


@dataclass(slots=True)
class Fonts:
    """The fonts of a file, and the code page if none says another."""

    page: str = "cp1252"
    default: int = 0
    fonts: dict[int, Font] = field(default_factory=dict)
    undecodable: int = 0
    """Bytes that stand for no character."""

    def use_page(self, number: int) -> None:
        """The file names a code page for all fonts that have none."""
        self.page = code_page(number) or self.page

    def decode(self, content: bytes, number: int) -> str:
        """The characters that bytes stand for in a font."""
        font = self.fonts.get(number, Font())
        if font.charset == _SYMBOLS or is_symbol_font(font.name):
            found = [symbol(byte, font.name) if is_symbol_font(font.name) else None for byte in content]
            return "".join(one or (chr(byte) if byte < 0x80 else "") for one, byte in zip(found, content, strict=True))
        if content.isascii():
            return content.decode("ascii")
        for encoding in self._encodings(font):
            try:
                return content.decode(encoding)
            except UnicodeDecodeError:
                continue
        text = content.decode(self._encodings(font)[0], "replace")
        self.undecodable += text.count("\ufffd")
        return text

    def character(self, code: int, number: int) -> str:
        """A character by its code; one of the private area is that of a symbol font."""
        if 0xF000 <= code <= 0xF0FF:
            name = self.fonts.get(number, Font()).name
            return symbol(code, name if is_symbol_font(name) else "Symbol") or ""
        return chr(code)

    def _encodings(self, font: Font) -> list[str]:
        """The possible encodings of a font's bytes, the likeliest first."""
        own = code_page(font.page) or _CHARSETS.get(font.charset if font.charset is not None else -1)
        if own is None and font.charset == 0:
            # Chinese, Japanese and Korean writers leave the charset at 0 and write in the code page of the file.
            return [self.page, "cp1252"] if self.page in _DOUBLE_BYTE else ["cp1252"]
        own = own or self.page
        return [own, _WIDER[own]] if own in _WIDER else [own]
