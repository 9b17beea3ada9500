"""The streams of a Word file and where its parts lie in them.

Source: [MS-DOC] 2.5 (the file information block), 2.1 (the file structure).
"""

from __future__ import annotations

import io
from dataclasses import dataclass

from potluck.errors import PasswordNeeded, UnreadableDocument

_MAGIC = 0xA5EC
_WORD_97 = 0xC1
_PAIRS = 0x9A
_ENCRYPTED, _TABLE_1 = 0x0100, 0x0200
_STORIES = ("text", "footnotes", "headers", "macros", "comments", "endnotes", "boxes", "header_boxes")

STYLES, FOOTNOTE_MARKS, FOOTNOTES, COMMENT_MARKS, COMMENTS, HEADERS = 1, 2, 3, 4, 5, 11
CHARACTERS, PARAGRAPHS, FONTS, DOCUMENT, TEXT_PIECES, AUTHORS = 12, 13, 15, 31, 33, 36
SHAPE_ANCHORS, ENDNOTE_MARKS, ENDNOTES, BOXES, LISTS, LIST_OVERRIDES, COMMENT_DATES = 40, 46, 47, 56, 73, 74, 112
"""The numbers of the parts in ``FibRgFcLcb``."""


def u16(content: bytes, at: int) -> int:
    """An unsigned number of two bytes. Raises ``EOFError``."""
    return int.from_bytes(_bytes(content, at, 2), "little")


def i16(content: bytes, at: int) -> int:
    """A signed number of two bytes. Raises ``EOFError``."""
    return int.from_bytes(_bytes(content, at, 2), "little", signed=True)


def u32(content: bytes, at: int) -> int:
    """An unsigned number of four bytes. Raises ``EOFError``."""
    return int.from_bytes(_bytes(content, at, 4), "little")


def i32(content: bytes, at: int) -> int:
    """A signed number of four bytes. Raises ``EOFError``."""
    return int.from_bytes(_bytes(content, at, 4), "little", signed=True)


def string(content: bytes, at: int) -> tuple[str, int]:
    """A string after its length (``Xst``, [MS-DOC] 2.9.356), and where it ends."""
    length = u16(content, at)
    return _bytes(content, at + 2, 2 * length).decode("utf-16-le", "replace"), at + 2 + 2 * length


def _bytes(content: bytes, at: int, length: int) -> bytes:
    if at < 0 or at + length > len(content):
        raise EOFError(f"byte {at + length:,} lies behind the end of its part")
    return content[at : at + length]


@dataclass(frozen=True, slots=True)
class Plc:
    """Positions, and a record of bytes for each stretch between two of them ([MS-DOC] 2.2.2)."""

    positions: list[int]
    records: list[bytes]


def plc(content: bytes, size: int) -> Plc:
    """The positions and records, of ``size`` bytes each, of a part."""
    count = max(0, (len(content) - 4) // (4 + size))
    positions = [u32(content, 4 * index) for index in range(count + 1)] if content else []
    start = 4 * (count + 1)
    return Plc(positions, [content[start + size * index : start + size * (index + 1)] for index in range(count)])


class WordFile:
    """The streams of a file."""

    def __init__(self, content: bytes) -> None:
        """Raises ``PasswordNeeded``, or ``UnreadableDocument`` if it is not of Word 97 or later."""
        import olefile

        try:
            with olefile.OleFileIO(io.BytesIO(content)) as container:
                self.main = _stream(container, "WordDocument")
                flags = u16(self.main, 0x0A)
                self.table = _stream(container, "1Table" if flags & _TABLE_1 else "0Table")
                self.data = _stream(container, "Data")
                self.summary = _stream(container, "\x05SummaryInformation")
        except OSError as error:
            raise UnreadableDocument(f"its container cannot be read: {error}") from error
        if u16(self.main, 0) != _MAGIC or u16(self.main, 2) < _WORD_97:
            raise UnreadableDocument("it was written by Word 95 or an older program")
        if flags & _ENCRYPTED:
            raise PasswordNeeded("it is encrypted")
        lengths = [u32(self.main, 0x4C + 4 * index) for index in range(len(_STORIES))]
        self.stories: dict[str, tuple[int, int]] = {}
        at = 0
        for name, length in zip(_STORIES, lengths, strict=True):
            self.stories[name] = at, at + length
            at += length

    def part(self, number: int) -> bytes:
        """A part of the table stream; empty if the file has none."""
        if number >= u16(self.main, _PAIRS - 2):
            return b""
        at, length = u32(self.main, _PAIRS + 8 * number), u32(self.main, _PAIRS + 8 * number + 4)
        return self.table[at : at + length] if length else b""

    def part_onwards(self, number: int) -> bytes:
        """The table stream from the start of a part: some go on behind their stated end."""
        return self.table[u32(self.main, _PAIRS + 8 * number) :] if self.part(number) else b""


def _stream(container: object, name: str) -> bytes:
    exists = container.exists(name)  # type: ignore[attr-defined]
    return container.openstream(name).read() if exists else b""  # type: ignore[attr-defined]
