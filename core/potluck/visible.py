"""Strangers' text made safe to show: characters that control a terminal or reverse the direction of writing are spelled
out.

Control characters and escape sequences move the cursor, rename the window and write the clipboard (ECMA-48, xterm's
control sequences); bidirectional controls make text read as what it is not ("Trojan Source", CVE-2021-42574). Letters
of every script, joiners within emoji, newlines and tabs stay as they are.
"""

from __future__ import annotations

import json
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from potluck.documents import Json

BIDIRECTIONAL = "\u061c\u200e\u200f" + "".join(map(chr, (*range(0x202A, 0x202F), *range(0x2066, 0x206A))))
"""The characters that set the direction of writing and show nothing themselves (UAX #9)."""

_CONTROLS = (*range(0x20), *range(0x7F, 0xA0))
_LINE_ENDS = (0x2028, 0x2029)
_HALVES = range(0xD800, 0xE000)


def _spell(code: int) -> str:
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"


_IN_LINE = MappingProxyType(
    {code: _spell(code) for code in (*_CONTROLS, *map(ord, BIDIRECTIONAL), *_LINE_ENDS, *_HALVES)}
    | {ord("\n"): "\\n", ord("\r"): "\\r", ord("\t"): "\\t"}
)
_IN_TEXT = MappingProxyType({code: name for code, name in _IN_LINE.items() if code not in (0x09, 0x0A, *_LINE_ENDS)})
_IN_JSON = MappingProxyType({code: f"\\u{code:04x}" for code in _IN_LINE if code >= 0x7F})


def visible(text: str) -> str:
    """The text with controls, bidirectional controls and halves of surrogate pairs spelled: ``\\x1b``, ``\\u202e``.

    Newlines and tabs stay; a carriage return stays only where it ends a line, as the newline that it means.
    """
    if text.isascii() and text.isprintable():
        return text
    return text.replace("\r\n", "\n").translate(_IN_TEXT)


def visible_line(text: str) -> str:
    """The same for a name or a title, which is one line: newlines and tabs are spelled too."""
    return text.translate(_IN_LINE)


def is_blank(text: str) -> bool:
    """Whether nothing of a text shows: it is empty, or spaces, controls and characters without width alone."""
    import unicodedata

    return all(one.isspace() or unicodedata.category(one) in ("Cc", "Cf") for one in text)


def visible_json(value: Mapping[str, Json] | Sequence[Json], indent: int | None = 2) -> str:
    """JSON that means the same and shows as it is: what ``visible_line`` would spell stands there as ``\\uXXXX``."""
    return json.dumps(value, ensure_ascii=False, indent=indent).translate(_IN_JSON)
