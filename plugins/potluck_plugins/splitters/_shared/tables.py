"""Tables in plain text: where they stand, so that they are not cut, and what their columns are called."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import NamedTuple

from potluck_plugins.splitters._shared.boundaries import lines

_CAPTION = re.compile(r"\s*(?:表|Table\b)")
_LONGEST_HEADER = 200


class Table(NamedTuple):
    """A table with the caption above it: ``first`` is where its first row begins, ``header`` that row."""

    start: int
    first: int
    end: int
    header: str


def tables(text: str, start: int, end: int) -> list[Table]:
    """The tables in ``text[start:end]``: two or more lines in a row with cells set apart by ``|`` or tabs."""
    found = []
    caption = start
    for are_rows, group in groupby(_lines(text, start, end), key=lambda line: _is_row(text[line[0] : line[1]])):
        block = list(group)
        if are_rows and len(block) > 1:
            first, stop = block[0][0], block[-1][1]
            found.append(Table(caption, first, stop, text[first : block[0][1]].strip()[:_LONGEST_HEADER]))
        last = block[-1]
        caption = last[0] if _CAPTION.match(text, *last) and not are_rows else last[1]
    return found


def between_tables(text: str, start: int, end: int) -> Sequence[int]:
    """Cut between lines, but not inside a table or between its caption and it. A level of ``divide``."""
    held = tables(text, start, end)
    return [place for place in lines(text, start, end) if not (t := _table_at(held, place)) or t.start == place]


def header_at(held: Sequence[Table], place: int) -> str:
    """The first row of the table that ``place`` is in, if that row stands before it; else nothing."""
    table = _table_at(held, place)
    return table.header if table and place > table.first else ""


def _table_at(held: Sequence[Table], place: int) -> Table | None:
    index = bisect_right(held, place, key=lambda table: table.start) - 1
    return held[index] if index >= 0 and place < held[index].end else None


def _lines(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    while start < end:
        stop = text.find("\n", start, end) + 1 or end
        yield start, stop
        start = stop


def _is_row(line: str) -> bool:
    bare = line.strip()
    return " | " in bare or "\t" in bare or bare.startswith("|")
