"""The lines of a PDF's page, in reading order, with their places."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any, NamedTuple

from potluck_plugins.loaders._shared.bidi import has_right_to_left, reading_order
from potluck_plugins.loaders._shared.grid import Grid
from potluck_plugins.loaders._shared.lines import Line, between
from potluck_plugins.loaders._shared.pdfchars import Box, Character, PageCharacters
from potluck_plugins.loaders._shared.pdfrules import struck_by_rules
from potluck_plugins.loaders._shared.pdfscripts import (
    SMALL,
    baseline,
    clean_text,
    decode_utf16,
    main_size,
    plain,
    positions,
    write_scripts,
)
from potluck_plugins.loaders._shared.pdftables import RuledTable, in_tables, ruled_tables
from potluck_plugins.loaders._shared.pdfturn import Turn, seen_area, text_objects, turn_page
from potluck_plugins.loaders._shared.pdfvertical import is_vertical, vertical_lines

_FIRST_HEBREW = 0x0590
_WIDE_GAP = 1.2
"""The gap between words, in heights of a character, from which they stand in different cells."""

_WORD_GAP = 0.2
"""The gap between letters, in heights of a character, from which they belong to different words."""

_ELSEWHERE = 1_000_000.0
"""How far lines that are turned in another way are from each other, in points."""

_LABEL = re.compile(
    r"[(（]?(?:\d{1,3}(?:\.\d{1,3})*|[一二三四五六七八九十]+|[a-zA-Z])[)）.、]?|第\S+[章節條编節编篇]|[•●○■*-]"
)


class Marks(NamedTuple):
    """Data on a page besides its text: where text is struck out, where the ``fields`` of a form are.

    ``hidden`` are the addresses of invisible text objects.
    """

    struck: Sequence[Box] = ()
    fields: Sequence[Box] = ()
    hidden: Collection[int | None] = ()


@dataclass(frozen=True, slots=True)
class PageText:
    """The lines of a page in reading order, and how many characters were ``left_out``, by the reason.

    The places of the lines are those on the page after a ``turn``.
    """

    lines: list[Line]
    left_out: Counter[str]
    turn: Turn


class _Ordered(NamedTuple):
    """A line with the place, among all that the page draws, of what draws it."""

    order: int
    line: Line


@dataclass(frozen=True, slots=True)
class _Upright:
    """The text of a page that stands upright after a turn; ``size`` counts its characters."""

    lines: list[_Ordered]
    size: int
    left_out: Counter[str]
    turn: Turn
    is_vertical: bool


def page_text(page: Any, marks: Marks) -> PageText:
    """The text of a page; what is struck out, hidden or outside of the page is left out.

    Text that is turned by quarters is read as it stands upright; tables with fields of a form are read line by line.
    Raises ``pypdfium2.PdfiumError`` for a damaged page.
    """
    area, drawn = seen_area(page), text_objects(page)
    texts = [_upright(page, Turn(turn, area), drawn, marks) for turn in sorted(set(drawn.values()))]
    # Letters and digits in columns of Chinese lie on their side.
    columns = {(text.turn.quarters + 1) % 4 for text in texts if text.is_vertical}
    texts = sorted((text for text in texts if text.turn.quarters not in columns), key=lambda text: -text.size)
    left_out = sum((text.left_out for text in texts), Counter())
    if not any(text.size for text in texts):
        return PageText([], left_out, Turn(-page.get_rotation() // 90 % 4, area))
    return PageText(_merge(texts), left_out, texts[0].turn)


@contextmanager
def _characters(page: Any) -> Iterator[PageCharacters]:
    text_page = page.get_textpage()
    try:
        yield PageCharacters(text_page)
    finally:
        text_page.close()


def _upright(page: Any, turn: Turn, drawn: Mapping[int | None, int], marks: Marks) -> _Upright:
    """The text that stands upright on a page after a turn; ``drawn`` are the page's text objects in their order."""
    with turn_page(page, turn), _characters(page) as characters:
        vertical = is_vertical(characters.lines())
        is_mixed = len(set(drawn.values())) > 1
        if is_mixed:
            characters.keep({0, 1} if vertical else {0})
        left_out = _leave_out(page, characters, turn, marks)
        size, lines = sum(one.is_seen for one in characters.all), characters.lines()
        if vertical:
            columns = vertical_lines(characters, lines, lambda line: _line(characters, line))
            return _Upright([_Ordered(0, line) for line in columns], size, left_out, turn, True)
        places = {one: place for place, one in enumerate(drawn)} if is_mixed else {}
        tables = ruled_tables(page, turn.box(turn.area))
        tables = [table for table in tables if not any(table.is_in(turn.box(box)) for box in marks.fields)]
        ordered = list(_order_lines(characters, list(in_tables(characters, lines, tables)), places))
        return _Upright(ordered, size, left_out, turn, False)


def _leave_out(page: Any, characters: PageCharacters, turn: Turn, marks: Marks) -> Counter[str]:
    """Leave out what does not stand on a page, and count it."""
    outside, hidden = characters.hide(turn.box(turn.area), marks.hidden)
    characters.strike_boxes([turn.box(box) for box in marks.struck])
    characters.strike(struck_by_rules(page, characters))
    return Counter(
        {"text outside of the page": outside, "hidden text": hidden, "struck-out text": characters.struck_count}
    )


def _order_lines(
    page: PageCharacters, parts: Sequence[list[Character] | RuledTable], places: Mapping[int | None, int]
) -> Iterator[_Ordered]:
    """The lines of a page, of which those of a table stand together."""
    waiting: list[list[Character]] = []
    for part in [*parts, None]:
        if isinstance(part, list):
            waiting.append(part)
            continue
        for line in _whole_lines(page, waiting):
            yield _Ordered(_order(page, line, places), _line(page, line))
        waiting = []
        if part is not None:
            order = _order(page, next(iter(part.content.values()))[0], places)
            yield from (_Ordered(order, Line(text)) for text in _rows(page, part))


def _rows(page: PageCharacters, table: RuledTable) -> Iterator[str]:
    """A line for each row of a table."""
    grid, row = Grid(), -1
    for cell in table.cells:
        while row < cell.row:
            grid.row()
            row += 1
        lines = [_line(page, line) for line in _whole_lines(page, table.content.get(cell, ()))]
        text = ""
        for line in lines:
            text += (between(text, line.text) if text and line.text else "") + line.text.replace(" | ", " ")
        grid.cell(text, cell.columns, cell.rows)
    return grid.lines()


def _order(characters: PageCharacters, line: Sequence[Character], places: Mapping[int | None, int]) -> int:
    first = next((one for one in line if one.is_seen), None)
    return places.get(characters.text_object(first), 0) if places and first else 0


def _merge(texts: Sequence[_Upright]) -> list[Line]:
    """The lines of all texts, each where it is drawn; no line of the others lies near one of the first text."""
    found: list[_Ordered] = []
    if len(texts) == 1:
        return [one.line for one in texts[0].lines]
    for number, text in enumerate(texts):
        far, reached = number * _ELSEWHERE, 0
        for order, line in text.lines:
            if not line.text:
                continue
            reached = max(reached, order)
            away = replace(line, left=line.left + far, right=line.right + far, bottom=line.bottom - far)
            found.append(_Ordered(reached, away))
    return [one.line for one in sorted(found, key=lambda one: one.order)]


def _whole_lines(page: PageCharacters, lines: Iterable[list[Character]]) -> list[list[Character]]:
    """Lines with the parts that PDFium sets apart for a raised or lowered character put together again."""
    whole: list[list[Character]] = []
    for line in lines:
        if whole and _goes_on(page, whole[-1], line):
            whole[-1].extend(line)
        else:
            whole.append(list(line))
    return whole


def _goes_on(page: PageCharacters, before: Sequence[Character], line: Sequence[Character]) -> bool:
    """Whether a line is the rest of the one before it: right behind it, at its height or a script of it."""
    ends, begins = [one for one in before if one.is_seen], [one for one in line if one.is_seen]
    if not ends or not begins:
        return False
    size = max(main_size(ends), main_size(begins))
    gap = begins[0].x - page.box(ends[-1]).right
    if not -0.3 * size < gap < 0.6 * size:
        return False
    ahead = positions([*ends, *begins], main_size(ends), baseline(ends))[len(ends)]
    if ahead != "base" and begins[0].size >= SMALL * size:
        return gap < _WORD_GAP * size
    places = positions(ends, main_size(ends), baseline(ends))
    scripts = begins[0].size < SMALL * size or ends[-1].size < SMALL * size or places[-1] != "base"
    on_line = [one for one, place in zip(ends, places, strict=True) if place == "base"]
    apart = abs(baseline(on_line or ends) - baseline(begins))
    return scripts and apart < (0.05 if main_size(begins) == main_size(ends) else 0.6) * size


def _line(page: PageCharacters, line: Sequence[Character]) -> Line:
    """A line of characters with its text and place."""
    seen = [one for one in line if one.is_seen]
    if not seen:
        return Line("")
    if any(one.code > _FIRST_HEBREW for one in seen) and has_right_to_left("".join(chr(one.code) for one in seen)):
        return _right_to_left(page, seen)
    first, last = page.box(seen[0]), page.box(seen[-1])
    height = _height(first)
    if abs(last.bottom - first.bottom) > height or last.right < first.left:
        # Written upwards or round a corner: there are no margins to measure.
        return Line(plain(line))
    cells = [seen[0]]
    for before, one in pairwise(seen):
        gap = page.box(one).left - page.box(before).right if one.number - before.number > 1 else 0
        if gap > _WIDE_GAP * height and page.follows(before, one):
            cells.append(one)
    bounds = [line.index(cell) for cell in cells]
    parts = [line[a:b] for a, b in zip(bounds, [*bounds[1:], len(line)], strict=True)]
    return Line(
        _join_cells([write_scripts(part, main_size(seen), baseline(seen)) for part in parts]),
        first.left,
        last.right,
        first.bottom,
        height,
    )


def _right_to_left(page: PageCharacters, seen: Sequence[Character]) -> Line:
    """A line with words from right to left: PDFium's order is not that of its words, their places are."""
    placed = sorted(((page.box(one), decode_utf16([one])) for one in seen), key=lambda one: one[0].left)
    height = max(_height(box) for box, _ in placed)
    visual: list[str] = []
    reach = placed[0][0].left
    for box, text in placed:
        if unicodedata.combining(text[:1]) and visual:
            visual[-1] += text
            continue
        gap = box.left - reach
        if visual and gap > _WORD_GAP * height:
            visual.extend([" ", "|", " "] if gap > _WIDE_GAP * height else [" "])
        visual.append(text)
        reach = max(reach, box.right)
    bottom = min(box.bottom for box, _ in placed)
    return Line(clean_text("".join(reading_order(visual))), placed[0][0].left, reach, bottom, height)


def _join_cells(parts: list[str]) -> str:
    """Cells set apart; not a number from its heading, nor the characters of a word that is spaced out."""
    text = parts[0]
    for before, part in pairwise(parts):
        spaced = len(before) == 1 and len(part) == 1
        labelled = before is parts[0] and _LABEL.fullmatch(before) and part[0].isalpha()
        text += (" " if spaced or labelled else " | ") + part
    return text


def _height(box: Box) -> float:
    return max(1.0, box.top - box.bottom)
