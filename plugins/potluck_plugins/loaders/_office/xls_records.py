"""The records of an ``.xls`` that xlrd passes over, found if it says that a sheet begins.

Source: [MS-XLS] 2.1.4 (record), 2.4.28 (BoundSheet8), 2.4.136 (Header), 2.4.124 (Footer).
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import Any, NamedTuple

_BEGIN, _END = 0x0809, 0x000A
_BOUND_SHEET = 0x0085
_HEADER, _FOOTER = 0x0014, 0x0015
_FIRST_WITH_PLACES, _WITH_UNICODE = 50, 80


class Part(NamedTuple):
    """A sheet of any kind, as the workbook lists it: 0 is one of cells, 1 of macros, 2 a chart; and where it begins."""

    title: str
    kind: int
    hidden: bool
    place: int


def parts(book: Any) -> list[Part]:
    """The sheets of a workbook in their order; none of Excel 4 and older, which do not say where a sheet begins."""
    if book.biff_version < _FIRST_WITH_PLACES:
        return []
    found = []
    for _, kind, record in all_records(book, book.base):
        if kind == _BOUND_SHEET and len(record) > 6:
            place, hidden, what = struct.unpack_from("<iBB", record)
            found.append(Part(_text(book, record[6:], 1), what, bool(hidden & 3), place + book.base))
    return found


def all_records(book: Any, place: int) -> Iterator[tuple[int, int, bytes]]:
    """The depths, kinds and contents of the records of what begins at a place; deeper than 1 are charts on a sheet.

    There are none of Excel 4 and older, whose sheets xlrd has read already.
    """
    depth = 0
    while book.mem and 0 <= place <= len(book.mem) - 4:
        kind, length = struct.unpack_from("<HH", book.mem, place)
        depth += kind == _BEGIN
        yield depth, kind, book.mem[place + 4 : place + 4 + length]
        depth -= kind == _END
        if depth <= 0:
            return
        place += 4 + length


def records(book: Any, sheet: int) -> Iterator[tuple[int, bytes]]:
    """The kinds and contents of a sheet's own records; ``book`` is one that xlrd has opened on demand."""
    return ((kind, record) for depth, kind, record in all_records(book, book._sh_abs_posn[sheet]) if depth == 1)


def margin_codes(book: Any, sheet: int) -> tuple[list[str], list[str]]:
    """The headers and the footers of a sheet, in the codes of Excel."""
    found = list(records(book, sheet))
    headers, footers = ([_text(book, one) for kind, one in found if kind == name] for name in (_HEADER, _FOOTER))
    return headers, footers


def _text(book: Any, record: bytes, length_size: int = 2) -> str:
    """A text behind its length, which is a byte before Excel 97."""
    from xlrd.biffh import unpack_string, unpack_unicode

    if not record:
        return ""
    if book.biff_version >= _WITH_UNICODE:
        return str(unpack_unicode(record, 0, lenlen=length_size))
    return str(unpack_string(record, 0, book.encoding, lenlen=1))
