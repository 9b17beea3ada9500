"""The characters of a PDF's page with their places, as PDFium finds them."""

from __future__ import annotations

import ctypes
from collections.abc import Sequence
from typing import Any, NamedTuple

_NEWLINE, _RETURN, _BLANK = 10, 13, 32
_DOUBLED = 0.12
"""How far a character may stand from its copy, in font sizes: bold type made by drawing twice."""
_UNIT_SIZE = 1.5
_LONGEST_LIGATURE = 4


class Box(NamedTuple):
    """A rectangle on the page, in points from its lower left corner."""

    left: float
    bottom: float
    right: float
    top: float


class Character(NamedTuple):
    """A character: ``number`` is its place in PDFium's order, ``x`` and ``y`` (points) where it stands on its baseline.

    ``size`` compares characters of one page. ``code`` is a UTF-16 unit.
    """

    number: int
    code: int
    x: float
    y: float
    size: float

    @property
    def is_seen(self) -> bool:
        """Whether it leaves ink on the page."""
        return self.code > _BLANK


class PageCharacters:
    """The characters of an open text page."""

    def __init__(self, text_page: Any, struck: Sequence[Box] = ()) -> None:
        """Read those that lie in no box that is ``struck`` out. ``text_page`` is a ``pypdfium2.PdfTextPage``."""
        self._page = text_page
        self._struck: set[int] = set()
        self.all = self._read()
        if struck:
            self.strike({one.number for one in self.all if any(_is_in(one, box) for box in struck)})

    def strike(self, numbers: set[int]) -> None:
        """Leave out the characters with these numbers as struck out, and one of the two blanks around them."""
        if not numbers:
            return
        self._struck |= numbers
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
    def struck(self) -> int:
        """How many characters are struck out."""
        return len(self._struck)

    def follows(self, before: Character, one: Character) -> bool:
        """Whether nothing that is struck out stands between two characters."""
        return not self._struck or self._struck.isdisjoint(range(before.number, one.number))

    def box(self, character: Character) -> Box:
        """The room that a character takes, from the ascent to the descent of its font."""
        return Box(*map(float, self._page.get_charbox(character.number, loose=True)))

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

        x, y = ctypes.c_double(), ctypes.c_double()
        handle, found = self._page.raw, []
        origin_of, size_of, code_of = raw.FPDFText_GetCharOrigin, raw.FPDFText_GetFontSize, raw.FPDFText_GetUnicode
        for index in range(self._page.count_chars()):
            origin_of(handle, index, x, y)
            found.append(Character(index, code_of(handle, index), x.value, y.value, size_of(handle, index)))
        if max((one.size for one in found if one.is_seen), default=_UNIT_SIZE) < _UNIT_SIZE:
            return [self._scaled(one) for one in found]
        return found

    def _scaled(self, character: Character) -> Character:
        """A character of a font in unit size, which the matrix of its text enlarges."""
        from pypdfium2 import raw

        matrix = raw.FS_MATRIX()
        if not raw.FPDFText_GetMatrix(self._page.raw, character.number, matrix):
            return character
        size = character.size * (matrix.c**2 + matrix.d**2) ** 0.5
        return Character(character.number, character.code, character.x, character.y, size)

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


def _is_in(one: Character, box: Box) -> bool:
    """Whether most of a character lies in a box: it begins there, and its baseline runs through it."""
    middle = one.x + 0.25 * one.size
    return one.is_seen and box.left <= middle <= box.right and box.bottom - 0.1 * one.size <= one.y <= box.top


def _is_copy(one: Character, other: Character, reach: float) -> bool:
    """Whether a character is another one drawn again; the letters of a ligature share its very place."""
    is_ligature = one.number - other.number < _LONGEST_LIGATURE and (one.x, one.y) == (other.x, other.y)
    return not is_ligature and abs(one.x - other.x) < reach and abs(one.y - other.y) < reach
