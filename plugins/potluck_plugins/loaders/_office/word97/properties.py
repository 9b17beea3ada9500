"""Title, author and dates of a document, from the summary that its container holds.

Source: [MS-OLEPS] 2.20 to 2.22 (property sets), 3.1.2 (``SummaryInformation``). A damaged summary is left out: no text
depends on it.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from potluck.documents import Json
from potluck_plugins.loaders._office.packed import code_page
from potluck_plugins.loaders._office.word97.file import u16, u32

_NAMES = {2: "title", 3: "subject", 4: "author", 12: "created", 13: "modified"}
_CODE_PAGE = 1
_NUMBER, _BYTES, _CHARACTERS, _TIME = 2, 30, 31, 64
_MOST = 100
_EPOCH = datetime(1601, 1, 1, tzinfo=UTC)


def properties(summary: bytes) -> dict[str, Json]:
    """The content of the stream ``SummaryInformation``."""
    found: dict[str, Json] = {}
    try:
        section = summary[u32(summary, 44) :]
        places = {u32(section, 8 + 8 * i): u32(section, 12 + 8 * i) for i in range(min(u32(section, 4), _MOST))}
        page = u16(section, places[_CODE_PAGE] + 4) if _CODE_PAGE in places else 0
        for number, name in _NAMES.items():
            if number in places and (value := _value(section, places[number], code_page(page) or "cp1252")):
                found[name] = value
    except (EOFError, OverflowError):
        return found
    return found


def _value(section: bytes, at: int, encoding: str) -> str:
    kind, size = u16(section, at), u32(section, at + 4)
    if kind == _BYTES:
        text = section[at + 8 : at + 8 + size].decode(encoding, "replace")
    elif kind == _CHARACTERS:
        text = section[at + 8 : at + 8 + 2 * size].decode("utf-16-le", "replace")
    elif kind == _TIME:
        ticks = size | u32(section, at + 8) << 32
        return (_EPOCH + timedelta(microseconds=ticks // 10)).replace(tzinfo=None).isoformat() if ticks else ""
    else:
        return ""
    return text.split("\0")[0].strip()
