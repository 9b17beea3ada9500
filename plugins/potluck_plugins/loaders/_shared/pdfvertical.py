"""Chinese and Japanese that is written from top to bottom: columns in their order, from right to left."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from itertools import pairwise

from potluck_plugins.loaders._shared.lines import Line
from potluck_plugins.loaders._shared.pdfchars import Character, PageCharacters

_WIDE = re.compile("[\u3001-\u303f\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\ufe10-\ufe1f\ufe30-\ufe4f\uff01-\uff60]")
_FIRST_WIDE = 0x3000
_SHARE = 0.5
_FEWEST = 4
_BLANK = 1.5
"""The step from one character to the next, in sizes, from which a blank stands between them."""
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
    """The columns of a page, tier by tier from the top, each from right to left; other lines stand where they are.

    The places of a column are those of a line on a page that is turned, so that its text is joined as lines are.
    """
    columns, others = _columns(lines)
    tiers = _tiers(columns)
    result: list[Line] = []
    waiting = sorted(others, key=lambda line: -line[0].y)
    for tier in tiers:
        top = max(column[0].y for column in tier)
        while waiting and waiting[0][0].y > top:
            result.append(horizontal(waiting.pop(0)))
        result.extend(_turned(page, column) for column in sorted(tier, key=lambda column: -column[0].x))
    return [*result, *(horizontal(line) for line in waiting)]


def _columns(lines: Sequence[Sequence[Character]]) -> tuple[list[list[Character]], list[list[Character]]]:
    """Runs of characters that stand below one another, and the lines that are not made of such runs."""
    columns: list[list[Character]] = []
    others: list[list[Character]] = []
    for line in lines:
        seen = [one for one in line if one.is_seen]
        if len(seen) > 1 and not any(_is_below(before, one) for before, one in pairwise(seen)):
            others.append(list(line))
            continue
        for one in seen:
            if columns and _is_below(columns[-1][-1], one):
                columns[-1].append(one)
            else:
                columns.append([one])
    return columns, others


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


def _turned(page: PageCharacters, column: Sequence[Character]) -> Line:
    text = ""
    for before, one in pairwise([column[0], *column]):
        step = before.y - one.y
        text += (" " if step > _BLANK * one.size else "") + chr(one.code)
    first, last = page.box(column[0]), page.box(column[-1])
    return Line(text.translate(_FORMS), -first.top, -last.bottom, first.left, max(1.0, first.right - first.left))


def _is_wide(character: Character) -> bool:
    return _WIDE.match(chr(character.code)) is not None


def _is_below(before: Character, one: Character) -> bool:
    """Whether a character stands right under another, at most two blanks apart."""
    size = max(before.size, one.size)
    return abs(before.x - one.x) < 0.6 * size and 0.4 * size < before.y - one.y < 3.5 * size
