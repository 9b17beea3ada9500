"""Chinese and Japanese that is written from top to bottom: columns in their order, from right to left."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from itertools import groupby, pairwise
from statistics import median

from potluck_plugins.loaders._shared.lines import Line
from potluck_plugins.loaders._shared.pdfchars import Character, PageCharacters
from potluck_plugins.loaders._shared.pdfscripts import SMALL, decode_utf16, main_size, write_scripts

_WIDE = re.compile("[\u3001-\u303f\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\ufe10-\ufe1f\ufe30-\ufe4f\uff01-\uff60]")
_FIRST_WIDE = 0x3000
_SHARE = 0.5
_FEWEST = 4
_SPACE = 32
_BLANK, _WORD_GAP = 0.5, 0.2
"""The gap between two characters, in sizes, from which a blank stands between them; between two that lie on a side."""

_FIGURES = "0123456789"
_BELOW = 0.12
"""How far an upright character reaches below the line on which it would stand, in sizes."""

_DESCENT = 0.4
"""How far the middle of a column is from where that stands which lies on its side in it, in sizes."""

_FORMS = str.maketrans(
    "︐︑︒︓︔︕︖︗︘︙︰︱︵︶︷︸︹︺︻︼︽︾︿﹀﹁﹂﹃﹄﹇﹈",
    "，、。：；！？〖〗…‥—（）｛｝〔〕【】《》〈〉「」『』［］",
)
"""Signs as they stand in vertical text (CJK Compatibility Forms), and on a line."""


def is_vertical(lines: Sequence[Sequence[Character]]) -> bool:
    """Whether most wide characters of a page stand below the one before."""
    if not any(one.code > _FIRST_WIDE for line in lines for one in line):
        return False
    down = across = 0
    for line in lines:
        for before, one in pairwise([one for one in line if one.is_seen and not one.turn]):
            if _is_wide(before) and _is_wide(one):
                down += _is_below(before, one)
                across += not _is_below(before, one)
    # Columns that PDFium takes for many lines of one character each.
    firsts = [line[0] for line in lines if line and sum(one.is_seen for one in line) == 1 and _is_wide(line[0])]
    down += sum(_is_below(before, one) for before, one in pairwise(firsts))
    return down >= _FEWEST and down > _SHARE * (down + across)


def vertical_lines(
    page: PageCharacters, lines: Sequence[Sequence[Character]], horizontal: Callable[[Sequence[Character]], Line]
) -> list[Line]:
    """The columns of a page, tier by tier from the top, each from right to left; other lines stay where they are.

    The places of a column are those of a line on a page that is turned, so that its text is joined as lines are.
    """
    columns, others = _columns(page, lines)
    tiers = _tiers(columns)
    result: list[Line] = []
    waiting = sorted(others, key=lambda line: -line[0].y)
    for tier in tiers:
        top = max(column[0].y for column in tier)
        while waiting and waiting[0][0].y > top:
            result.append(horizontal(waiting.pop(0)))
        result.extend(_turn_column(page, column) for column in sorted(tier, key=lambda column: -column[0].x))
    return [*result, *(horizontal(line) for line in waiting)]


def _columns(
    page: PageCharacters, lines: Sequence[Sequence[Character]]
) -> tuple[list[list[Character]], list[list[Character]]]:
    """Runs of characters that stand below one another, and the lines that are not made of such runs.

    A few figures may stand beside each other in a column, as one character.
    """
    columns: list[list[Character]] = []
    others: list[list[Character]] = []
    above: Character | None = None
    for line in lines:
        seen = [one for one in line if one.is_seen]
        if len(seen) > 1 and not any(_is_next(page, before, one) for before, one in pairwise(seen)):
            others.append(list(line))
            continue
        for one in seen:
            is_beside = above is not None and _is_beside(columns[-1], above, one)
            if is_beside or (above is not None and _is_next(page, above, one)):
                columns[-1].append(one)
            else:
                columns.append([one])
            above = above if is_beside else one
    return columns, others


def _is_beside(column: Sequence[Character], above: Character, one: Character) -> bool:
    """Whether a figure stands beside that which is the last of a column, both in the room of one character."""
    is_row = len(column) > 1 and _is_figure(above) and _is_figure(one) and one.number == column[-1].number + 1
    return is_row and abs(one.y - above.y) < 0.2 * one.size and 0 < one.x - above.x < one.size


def _is_figure(one: Character) -> bool:
    return not _lies(one) and chr(one.code) in _FIGURES


def _tiers(columns: Sequence[list[Character]]) -> list[list[list[Character]]]:
    """Columns by the rows of the page in which they stand: a tier ends where no column crosses."""
    tiers: list[list[list[Character]]] = []
    reach = 0.0
    for column in sorted(columns, key=lambda column: -column[0].y):
        bottom = column[-1].y
        if tiers and column[0].y > reach:
            tiers[-1].append(column)
            reach = min(reach, bottom)
        else:
            tiers.append([column])
            reach = bottom
    return tiers


def _turn_column(page: PageCharacters, column: Sequence[Character]) -> Line:
    """A column as a line; what lies on its side in it is read with its raised and lowered characters."""
    size, height = _baseline(column)
    text, before = "", column[0]
    for lies, run in groupby(column, key=_lies):
        characters = list(run)
        blank = " " * (_gap(page, before, characters[0]) > _BLANK * size)
        spaced = _space_out(page, characters, _WORD_GAP if lies else _BLANK)
        text += blank + (
            write_scripts([_on_a_line(one) for one in spaced], size, height) if lies else decode_utf16(spaced)
        )
        before = characters[-1]
    first, last = page.box(column[0]), page.box(column[-1])
    return Line(text.translate(_FORMS), -first.top, -last.bottom, first.left, max(1.0, first.right - first.left))


def _space_out(page: PageCharacters, run: Sequence[Character], gap: float) -> Iterator[Character]:
    """Characters with blanks where the gap between them, in sizes, is as large as that."""
    for before, one in pairwise([run[0], *run]):
        if _gap(page, before, one) > gap * one.size:
            yield before._replace(code=_SPACE)
        yield one


def _on_a_line(one: Character) -> Character:
    """A character that lies on its side, on a page that is turned."""
    return one._replace(x=-one.y, y=one.x)


def _baseline(column: Sequence[Character]) -> tuple[float, float]:
    """The size of the characters in a column, and where those that lie on their side stand across the page."""
    size = main_size(column)
    lying = [one for one in column if _lies(one)]
    whole = [one.x for one in lying if one.size >= SMALL * size]
    if whole or not lying:
        return size, median(whole or [0.0])
    # All that lies there is small: it is raised if it stands right of the middle of the column.
    upright = [_middle(one) for one in column if not _lies(one)]
    line = median(upright) - _DESCENT * size if upright else lying[0].x
    return size, line if lying[0].x > line + 0.2 * size else lying[0].x


def _lies(character: Character) -> bool:
    """Whether a character is turned with the clock, as letters and digits in a column are."""
    return character.turn == 1


def _middle(character: Character) -> float:
    """The middle of a column, as far as one of its characters tells."""
    return character.x + (_DESCENT if _lies(character) else 0.5) * character.size


def _gap(page: PageCharacters, before: Character, one: Character) -> float:
    """How far a character of a column begins below the end of another."""
    end = page.box(before).bottom if _lies(before) else before.y - _BELOW * before.size
    return end - (one.y if _lies(one) else one.y + (1 - _BELOW) * one.size)


def _is_next(page: PageCharacters, before: Character, one: Character) -> bool:
    """Whether a character goes on with the column of another, at most two blanks below it."""
    size = max(before.size, one.size)
    is_half = 0xDC00 <= one.code < 0xE000 and one.number == before.number + 1
    return is_half or (
        abs(_middle(before) - _middle(one)) < 0.6 * size and -0.6 * size < _gap(page, before, one) < 2.5 * size
    )


def _is_wide(character: Character) -> bool:
    return _WIDE.match(chr(character.code)) is not None


def _is_below(before: Character, one: Character) -> bool:
    """Whether a character stands right under another, at most two blanks apart."""
    size = max(before.size, one.size)
    return abs(before.x - one.x) < 0.6 * size and 0.4 * size < before.y - one.y < 3.5 * size
