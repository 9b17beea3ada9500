"""The records of an ``.xls`` that xlrd passes over, found where it says that a sheet begins.

Source: [MS-XLS] 2.1.4 (record), 2.4.136 (Header), 2.4.124 (Footer).
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import Any

_BEGIN, _END = 0x0809, 0x000A
_HEADER, _FOOTER = 0x0014, 0x0015
_WITH_UNICODE = 80


def records(book: Any, sheet: int) -> Iterator[tuple[int, bytes]]:
    """The kinds and contents of a sheet's own records; ``book`` is one that xlrd has opened on demand.

    There are none of Excel 4 and older, whose sheets xlrd has read already.
    """
    place, depth = book._sh_abs_posn[sheet] if book.mem else 0, 0
    while book.mem and place + 4 <= len(book.mem):
        kind, length = struct.unpack_from("<HH", book.mem, place)
        depth += (kind == _BEGIN) - (kind == _END)
        if depth == 1:  # deeper are charts
            yield kind, book.mem[place + 4 : place + 4 + length]
        if depth <= 0:
            return
        place += 4 + length


def margin_codes(book: Any, sheet: int) -> tuple[list[str], list[str]]:
    """The headers and the footers of a sheet, in the codes of Excel."""
    found = list(records(book, sheet))
    headers, footers = ([_text(book, one) for kind, one in found if kind == name] for name in (_HEADER, _FOOTER))
    return headers, footers


def _text(book: Any, record: bytes) -> str:
    from xlrd.biffh import unpack_string, unpack_unicode

    if not record:
        return ""
    if book.biff_version >= _WITH_UNICODE:
        return str(unpack_unicode(record, 0, lenlen=2))
    return str(unpack_string(record, 0, book.encoding, lenlen=1))
