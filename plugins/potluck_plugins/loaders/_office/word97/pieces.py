"""The text of a Word file, put together from pieces, and the groups of modifiers for its runs and paragraphs.

Source: [MS-DOC] 2.4.1 (text), 2.8.5 and 2.8.6 (``PlcBteChpx``, ``PlcBtePapx``), 2.9.32 and 2.9.174 (their pages),
2.9.38 (``Clx``), 2.9.73 (``FcCompressed``).
"""

from __future__ import annotations

import struct
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass

from potluck.errors import DocumentLimit
from potluck_plugins.loaders._office.word97.file import CHARACTERS, PARAGRAPHS, TEXT_PIECES, WordFile, plc, u16, u32
from potluck_plugins.loaders._office.word97.sprms import HUGE, short_modifier, sprms

_PAGE = 512
_COMPRESSED = 1 << 30
_MOST_REPEATED = 4
_MODIFIERS, _TABLE = 1, 2


@dataclass(frozen=True, slots=True)
class _Piece:
    """A stretch of the text, by its first and its last position, and where its bytes begin."""

    start: int
    end: int
    offset: int
    width: int
    modifiers: bytes


@dataclass(frozen=True, slots=True)
class _Stretch:
    """Bytes of the main stream that have the same modifiers."""

    start: int
    end: int
    group: bytes


class Text:
    """The text by positions; a character beyond 16 bits has two."""

    def __init__(self, file: WordFile) -> None:
        """Read all of it. Raises ``EOFError`` if a part is cut off."""
        self._data = file.data
        self._pieces = list(_pieces(file))
        if sum((piece.end - piece.start) * piece.width for piece in self._pieces) > _MOST_REPEATED * len(file.main):
            raise DocumentLimit("its pieces of text cover each other")
        self._starts = [piece.start for piece in self._pieces]
        self.text = "".join(_characters(file.main, piece) for piece in self._pieces)
        self._runs = _stretches(file, CHARACTERS)
        self._paragraphs = _stretches(file, PARAGRAPHS)
        self._run_starts = [one.start for one in self._runs]
        self._paragraph_starts = [one.start for one in self._paragraphs]

    def runs(self, start: int, end: int) -> Iterator[tuple[int, int, bytes]]:
        """The runs between two positions, each with its modifiers, those of its piece last."""
        while start < end:
            piece = self._piece(start)
            if piece is None:
                return
            offset = piece.offset + (start - piece.start) * piece.width
            run = _at(self._runs, self._run_starts, offset)
            last = min(end, piece.end)
            if run is not None:
                last = min(last, start + max(1, (run.end - offset) // piece.width))
            else:
                later = bisect_right(self._run_starts, offset)
                if later < len(self._run_starts):
                    last = min(last, start + max(1, (self._run_starts[later] - offset) // piece.width))
            yield start, last, (run.group if run is not None else b"") + piece.modifiers
            start = last

    def paragraph(self, position: int) -> tuple[int, bytes]:
        """The style and the modifiers of the paragraph whose mark is at a position."""
        piece = self._piece(position)
        if piece is None:
            return 0, b""
        offset = piece.offset + (position - piece.start) * piece.width
        found = _at(self._paragraphs, self._paragraph_starts, offset)
        if found is None or len(found.group) < 2:
            return 0, piece.modifiers
        return u16(found.group, 0), self._whole(found.group[2:]) + piece.modifiers

    def _whole(self, group: bytes) -> bytes:
        """A group with those modifiers that were too long for its page."""
        for sprm in sprms(group):
            if sprm.code == HUGE and sprm.value + 2 <= len(self._data):
                at = sprm.value
                return group + self._data[at + 2 : at + 2 + u16(self._data, at)]
        return group

    def _piece(self, position: int) -> _Piece | None:
        index = bisect_right(self._starts, position) - 1
        return self._pieces[index] if index >= 0 and position < self._pieces[index].end else None


def _at(stretches: list[_Stretch], starts: list[int], offset: int) -> _Stretch | None:
    index = bisect_right(starts, offset) - 1
    return stretches[index] if index >= 0 and offset < stretches[index].end else None


def _pieces(file: WordFile) -> Iterator[_Piece]:
    table = file.part(TEXT_PIECES)
    groups: list[bytes] = []
    at = 0
    while at < len(table) and table[at] == _MODIFIERS:
        size = u16(table, at + 1)
        groups.append(table[at + 3 : at + 3 + size])
        at += 3 + size
    if at >= len(table) or table[at] != _TABLE:
        raise EOFError("the table of its text is missing")
    pieces = plc(table[at + 5 : at + 5 + u32(table, at + 1)], 8)
    for start, end, record in zip(pieces.positions, pieces.positions[1:], pieces.records, strict=False):
        place, modifier = u32(record, 2), u16(record, 6)
        narrow = bool(place & _COMPRESSED)
        offset = (place & ~_COMPRESSED) // 2 if narrow else place
        width = 1 if narrow else 2
        if end < start or offset + (end - start) * width > len(file.main):
            raise EOFError("a piece of its text lies behind the end of the file")
        yield _Piece(start, end, offset, width, _modifiers(modifier, groups))


def _modifiers(modifier: int, groups: list[bytes]) -> bytes:
    if modifier & 1:
        return groups[modifier >> 1] if modifier >> 1 < len(groups) else b""
    return short_modifier(modifier)


def _characters(main: bytes, piece: _Piece) -> str:
    content = main[piece.offset : piece.offset + (piece.end - piece.start) * piece.width]
    if piece.width == 1:
        return content.decode("cp1252", "replace")
    return "".join(map(chr, struct.unpack(f"<{len(content) // 2}H", content)))


def _stretches(file: WordFile, part: int) -> list[_Stretch]:
    """All stretches of the pages that a part lists, in their order in the stream."""
    found: list[_Stretch] = []
    for record in plc(file.part(part), 4).records:
        at = (u32(record, 0) & 0x3FFFFF) * _PAGE
        page = file.main[at : at + _PAGE]
        if len(page) == _PAGE:
            found.extend(_run_page(page) if part == CHARACTERS else _paragraph_page(page))
    return sorted(found, key=lambda one: one.start)


def _run_page(page: bytes) -> Iterator[_Stretch]:
    count = page[-1]
    for index in range(min(count, 101)):
        at = 2 * page[4 * (count + 1) + index]
        group = page[at + 1 : at + 1 + page[at]] if at else b""
        yield _Stretch(u32(page, 4 * index), u32(page, 4 * index + 4), group)


def _paragraph_page(page: bytes) -> Iterator[_Stretch]:
    count = page[-1]
    for index in range(min(count, 29)):
        at = 2 * page[4 * (count + 1) + 13 * index]
        size, start = (2 * page[at] - 1, at + 1) if page[at] else (2 * page[at + 1], at + 2)
        group = page[start : start + size] if at else b""
        yield _Stretch(u32(page, 4 * index), u32(page, 4 * index + 4), group)
