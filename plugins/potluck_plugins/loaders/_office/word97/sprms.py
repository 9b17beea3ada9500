"""Property modifiers: what a run, a paragraph or a row says of itself.

Source: [MS-DOC] 2.2.5 (``Sprm``), 2.6 (the modifiers), 2.9.214 (``Prm0``).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from potluck_plugins.loaders._office.word97.file import u16

_SIZES = (1, 1, 2, 4, 2, 2, 0, 3)
_CHANGE_TABS, _DEFINE_TABLE = 0xC615, 0xD608

DELETED, STRUCK, HIDDEN, STRUCK_TWICE = 0x0800, 0x0837, 0x083C, 0x2A53
POSITION, SHIFT, CHARACTER_STYLE, PLAIN = 0x2A48, 0x4845, 0x4A30, 0x2A33
SYMBOL, SPECIAL, PICTURE, IS_DATA, FONT = 0x6A09, 0x0855, 0x6A03, 0x0806, 0x4A4F
STYLE, LEVEL, LIST, OUTLINE, HUGE = 0x4600, 0x260A, 0x460B, 0x2640, 0x6646
IN_TABLE, ROW_END, DEPTH, DEEPER, INNER_CELL, INNER_ROW_END = 0x2416, 0x2417, 0x6649, 0x664A, 0x244B, 0x244C
TABLE, MERGE, MERGE_DOWN, HEADER = 0xD608, 0x5624, 0xD62B, 0x3404
_SHORT = {0x41: DELETED, 0x57: STRUCK, 0x5C: HIDDEN, 0x68: POSITION, 0x73: STRUCK_TWICE}


class Sprm(NamedTuple):
    """A modifier and its operand."""

    code: int
    operand: bytes

    @property
    def value(self) -> int:
        """The operand as a number."""
        return int.from_bytes(self.operand[:4], "little")

    @property
    def signed_value(self) -> int:
        """The operand as a signed number."""
        return int.from_bytes(self.operand[:4], "little", signed=True)


def sprms(group: bytes) -> Iterator[Sprm]:
    """The modifiers of a group; what is cut off at its end is left out."""
    at = 0
    while at + 2 < len(group) + 1 and len(group) - at >= 3:
        code = u16(group, at)
        start, size = _operand(code, group, at + 2)
        if start + size > len(group):
            return
        yield Sprm(code, group[start : start + size])
        at = start + size


def short_modifier(value: int) -> bytes:
    """The modifier that is packed into two bytes of a piece of text, as a group; empty for those that no text shows."""
    code = _SHORT.get(value >> 1 & 0x7F)
    return code.to_bytes(2, "little") + bytes([value >> 8]) if code is not None else b""


def _operand(code: int, group: bytes, at: int) -> tuple[int, int]:
    """Where an operand begins, and its size."""
    size = _SIZES[code >> 13]
    if size:
        return at, size
    if code == _DEFINE_TABLE:
        return at + 2, (u16(group, at) if at + 2 <= len(group) else 1) - 1
    if code == _CHANGE_TABS and group[at] == 255:
        deleted = group[at + 1]
        added = group[at + 2 + 4 * deleted] if at + 2 + 4 * deleted < len(group) else 0
        return at + 1, 2 + 4 * deleted + 3 * added
    return at + 1, group[at]
