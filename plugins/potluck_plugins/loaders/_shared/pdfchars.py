"""The characters of a PDF's page with their places, as PDFium finds them."""

from __future__ import annotations

import ctypes
import math
from collections.abc import Collection, Sequence
from typing import Any, NamedTuple

_NEWLINE, _RETURN, _BLANK = 10, 13, 32
_DOUBLED = 0.12
"""How far a character may stand from its copy, in font sizes: bold type made by drawing twice."""
_UPRIGHT = 3
"""How many times longer than wide the way of a line must be along an edge of the page, or the text is slanted."""

_LONGEST_LIGATURE = 4


class Box(NamedTuple):
    """A rectangle on the page, in points from its lower left corner."""

    left: float
    bottom: float
    right: float
    top: float


class Character(NamedTuple):
    """A character: ``number`` is its place in PDFium's order, ``x`` and ``y`` (points) where it stands on its baseline.

    ``size`` is in points, 0 for what PDFium adds. ``code`` is a UTF-16 unit. ``turn`` tells by how many quarters of a
    circle the character is turned with the clock.
    """

    number: int
    code: int
    x: float
    y: float
    size: float
    turn: int = 0

    @property
    def is_seen(self) -> bool:
        """Whether it leaves ink on the page."""
        return self.code > _BLANK

    @property
    def is_added(self) -> bool:
        """Whether it is a blank, or an end of a line, that PDFium adds."""
        return self.size == 0


class PageCharacters:
    """The characters of an open text page."""

    def __init__(self, text_page: Any) -> None:
        """Read them all. ``text_page`` is a ``pypdfium2.PdfTextPage``."""
        self._page = text_page
        self._struck: set[int] = set()
        self._gone: set[int] = set()
        self.all = self._read()

    def keep(self, turns: Collection[int]) -> None:
        """Leave out the characters that are turned in another way; they part lines all the same."""
        kept: list[Character] = []
        for one in self.all:
            if one.code == _NEWLINE:
                if kept and kept[-1].code != _NEWLINE:
                    kept.append(one)
            elif one.turn in turns:
                kept.append(one)
        self.all = kept

    def strike_boxes(self, boxes: Sequence[Box]) -> None:
        """Leave out the characters in boxes that are struck out."""
        if boxes:
            self.strike({one.number for one in self.all if any(_is_in(one, box) for box in boxes)})

    def strike(self, numbers: set[int]) -> None:
        """Leave out the characters with these numbers as struck out, and one of the two blanks around them."""
        self._struck |= numbers
        self._remove(numbers)

    def hide(self, area: Box, texts: Collection[int | None]) -> tuple[int, int]:
        """Leave out what lies outside of an area, and what the text objects at some addresses draw: how much it is."""
        outside = {one.number for one in self.all if one.is_seen and not _holds(area, one)}
        hidden = {one for one in self.all if texts and not one.is_added and self.text_object(one) in texts}
        self._remove(outside | {one.number for one in hidden})
        return len(outside), sum(one.is_seen and one.number not in outside for one in hidden)

    def _remove(self, numbers: set[int]) -> None:
        if not numbers:
            return
        self._gone |= numbers
        kept: list[Character] = []
        is_behind = False
        for one in self.all:
            if one.number in numbers:
                is_behind = True
            elif not (is_behind and one.code == _BLANK and (not kept or kept[-1].code <= _BLANK)):
                kept.append(one)
                is_behind = False
        self.all = kept

    @property
    def struck_count(self) -> int:
        """How many characters are struck out."""
        return len(self._struck)

    def follows(self, before: Character, one: Character) -> bool:
        """Whether nothing that was left out stands between two characters."""
        return not self._gone or self._gone.isdisjoint(range(before.number, one.number))

    def box(self, character: Character) -> Box:
        """The room that a character takes, from the ascent to the descent of its font."""
        return Box(*map(float, self._page.get_charbox(character.number, loose=True)))

    def text_object(self, character: Character) -> int | None:
        """The address of the text object of the page that draws a character."""
        from pypdfium2 import raw

        return address(raw.FPDFText_GetTextObject(self._page.raw, character.number))

    def lines(self) -> list[list[Character]]:
        """The lines of PDFium, without characters that are drawn twice; a line of nothing but copies is left out."""
        copies = self._copies()
        lines: list[list[Character]] = []
        line: list[Character] = []
        had_ink = False
        for character in self.all:
            if character.code != _NEWLINE:
                had_ink |= character.is_seen
                if character.number not in copies and character.code != _RETURN:
                    line.append(character)
                continue
            if not had_ink or any(one.is_seen for one in line):
                lines.append(line)
            line, had_ink = [], False
        if not had_ink or any(one.is_seen for one in line):
            lines.append(line)
        return lines

    def _read(self) -> list[Character]:
        from pypdfium2 import raw

        x, y, matrix = ctypes.c_double(), ctypes.c_double(), raw.FS_MATRIX()
        handle, found, turn = self._page.raw, [], 0
        origin_of, size_of, code_of = raw.FPDFText_GetCharOrigin, raw.FPDFText_GetFontSize, raw.FPDFText_GetUnicode
        matrix_of = raw.FPDFText_GetMatrix
        for index in range(self._page.count_chars()):
            origin_of(handle, index, x, y)
            code, size = code_of(handle, index), size_of(handle, index)
            # Blanks and ends of lines that PDFium adds stand in no text that could be turned.
            if code <= _BLANK and raw.FPDFText_IsGenerated(handle, index):
                size = 0.0
            elif matrix_of(handle, index, matrix):
                size *= math.hypot(matrix.c, matrix.d)
                turn = quarters(matrix.a, matrix.b, matrix.d)
            found.append(Character(index, code, x.value, y.value, size, turn))
        return found

    def _copies(self) -> set[int]:
        """The numbers of characters that stand where the same character stands already."""
        seen: dict[tuple[int, int, int], list[Character]] = {}
        copies: set[int] = set()
        for one in self.all:
            if one.code <= _BLANK:
                continue
            reach = max(_DOUBLED * one.size, 0.1)
            # Cells of twice the reach: what is near stands in this cell, or in those beside its nearest corner.
            across, up = one.x / (2 * reach), one.y / (2 * reach)
            column, row = int(across // 1), int(up // 1)
            beside, above = column + (1 if across % 1 > 0.5 else -1), row + (1 if up % 1 > 0.5 else -1)
            for cell in ((column, row), (beside, row), (column, above), (beside, above)):
                near = seen.get((one.code, *cell))
                if near and any(_is_copy(one, other, reach) for other in near):
                    copies.add(one.number)
                    break
            else:
                seen.setdefault((one.code, column, row), []).append(one)
        return copies


def address(handle: Any) -> int | None:
    """The address of one of PDFium's objects."""
    return ctypes.cast(handle, ctypes.c_void_p).value


def quarters(a: float, b: float, d: float) -> int:
    """By how many quarters a matrix of PDF turns text with the clock; 0 if it slants or mirrors it."""
    if abs(b) > _UPRIGHT * abs(a):
        return 3 if b > 0 else 1
    return 2 if a < 0 and d < 0 else 0


def _holds(area: Box, one: Character) -> bool:
    """Whether the middle of a character lies in an area."""
    across, up = one.x + 0.25 * one.size, one.y + 0.3 * one.size
    return area.left <= across <= area.right and area.bottom <= up <= area.top


def _is_in(one: Character, box: Box) -> bool:
    """Whether most of a character lies in a box: it begins there, and its baseline runs through it."""
    middle = one.x + 0.25 * one.size
    return one.is_seen and box.left <= middle <= box.right and box.bottom - 0.1 * one.size <= one.y <= box.top


def _is_copy(one: Character, other: Character, reach: float) -> bool:
    """Whether a character is another one drawn again; the letters of a ligature share its very place."""
    is_ligature = one.number - other.number < _LONGEST_LIGATURE and (one.x, one.y) == (other.x, other.y)
    return not is_ligature and abs(one.x - other.x) < reach and abs(one.y - other.y) < reach
