"""The units in which a passage is quoted: sentences and table rows, each with the headings that it stands under."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from typing import NamedTuple, TypeAlias

from potluck.documents import Passage

Span: TypeAlias = tuple[int, int]

# A full stop ends a sentence before a blank and no small letter: not in 1.4.4, 3.14 or "e.g. this".
_END = re.compile(r"[。！？!?]+[」』”’）)\"]*|(?<=[\w)\]\"”’%])\.[\"”’)]*(?:\[\w+\])*(?=\s+[\"“‘(\[]?[^\sa-z])")
_ABBREVIATION = re.compile(
    r"\b(?:[A-Z]|e\.g|i\.e|vs|mr|mrs|ms|dr|jr|sr|st|no|ca|cf|fig|eq|sec|ch|prof|vol|pp|approx|al|inc|ltd|gen|col|rev)$",
    re.IGNORECASE,
)
_LONGEST_ABBREVIATION = 8
_MARKED = re.compile(
    r"(?:[-*•‧·○●–]|\(?[\w一二三四五六七八九十]{1,3}[.)）、]|第.{1,4}[章節条條]|表|圖|Table\b|Figure\b|#)"
)
_CAPTION = 60
"""The longest caption or heading, in characters."""
_WRAPPED = 50
"""A line at least this wide (a Han character is 2) and without an end goes on in the next."""


class Unit(NamedTuple):
    """A sentence or a table row: ``text`` is ``passages[passage].text[start:end]``.

    ``under`` is what it is read under (headings, the table's caption and column names). ``lead`` is the span of a
    row's caption and column names. ``label`` is the line of its heading, or the section's label. ``table`` is the
    span of the table with all its rows.
    """

    passage: int
    start: int
    end: int
    text: str
    under: str = ""
    label: str = ""
    lead: Span | None = None
    table: Span | None = None


def quotable_units(number: int, passage: Passage) -> list[Unit]:
    """The units of the ``number``-th passage, in order. A heading is one only if nothing stands under it."""
    text = passage.text
    found: list[Unit] = []
    label, under = next(iter(passage.sections), ""), passage.heading
    held: Unit | None = None
    for start, end in _paragraphs(text):
        if _is_row(text[start:end]):
            caption = found.pop() if found and _is_caption(found[-1], text, start) else None
            found += _rows(number, text, (start, end), caption, under, label)
        elif name := _heading(text[start:end], passage.sections):
            label, under = text[start:end] if name != text[start:end] else name, f"{passage.heading}\n{text[start:end]}"
            held = Unit(number, start, end, text[start:end], passage.heading, name)
            continue
        else:
            found += (Unit(number, a, b, text[a:b], under, label) for a, b in _sentences(text, start, end))
        held = None
    return [*found, held] if held and not found else found


def _rows(number: int, text: str, table: Span, caption: Unit | None, under: str, label: str) -> Iterator[Unit]:
    lines = list(_lines(text, *table))
    first = caption.start if caption else lines[0][0]
    names = (first, lines[0][1])
    for start, end in lines:
        if (start, end) == lines[0] and len(lines) > 1 and caption:
            continue
        lead = names if start > names[1] else None
        yield Unit(
            number, start, end, text[start:end], f"{under}\n{text[slice(*names)]}", label, lead, (first, table[1])
        )


def _paragraphs(text: str) -> Iterator[Span]:
    """Lines; wrapped ones are put together, and so are the rows of a table."""
    held: Span | None = None
    for line in _lines(text, 0, len(text)):
        if held and _goes_on(text[slice(*held)], text[slice(*line)]):
            held = (held[0], line[1])
            continue
        if held:
            yield held
        held = line
    if held:
        yield held


def _goes_on(before: str, line: str) -> bool:
    if _is_row(line) or _is_row(before):
        return _is_row(line) and _is_row(before)
    last = before.rsplit("\n", 1)[-1]
    wide = sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in last)
    return wide >= _WRAPPED and last[-1] not in "。！？!?.:：;；」』" and not _MARKED.match(line)


def _sentences(text: str, start: int, end: int) -> Iterator[Span]:
    for match in _END.finditer(text, start, end):
        before = text[max(start, match.start() - _LONGEST_ABBREVIATION) : match.start()]
        if match.group()[0] != "." or not _ABBREVIATION.search(before):
            yield from _strip_span(text, start, match.end())
            start = match.end()
    yield from _strip_span(text, start, end)


def _lines(text: str, start: int, end: int) -> Iterator[Span]:
    """The lines that are not blank, without the white space around them."""
    while start < end:
        stop = text.find("\n", start, end) + 1 or end
        yield from _strip_span(text, start, stop)
        start = stop


def _strip_span(text: str, start: int, end: int) -> Iterator[Span]:
    piece = text[start:end]
    bare = piece.strip()
    if bare:
        first = start + len(piece) - len(piece.lstrip())
        yield first, first + len(bare)


def _is_row(line: str) -> bool:
    return " | " in line or "\t" in line


def _is_caption(unit: Unit, text: str, table: int) -> bool:
    alone = unit.lead is None and unit.table is None and text[unit.end : table].strip() == ""
    return alone and len(unit.text) <= _CAPTION and _END.search(unit.text) is None and unit.text[-1] not in ".。"


def _heading(line: str, labels: tuple[str, ...]) -> str | None:
    """The label of the section that the line begins, or None."""
    if len(line) > _CAPTION:
        return None
    return next((label for label in labels if line == label or line.startswith((f"{label} ", f"{label}\u3000"))), None)
