"""Tables of a PDF whose rules show their cells: what stands in each cell, be it empty or of several lines."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby, pairwise
from typing import Any, NamedTuple, TypeAlias

from potluck_plugins.loaders._shared.bidi import has_right_to_left
from potluck_plugins.loaders._shared.pdfchars import Box, Character, PageCharacters
from potluck_plugins.loaders._shared.pdfrules import drawn_paths, stroke_of, subpaths

_NEAR = 2.0
"""How far apart, in points, ends of rules may be that meet, and rules that are one."""

_THICK = 3.0
_NARROWEST = 10.0
_MIDDLE = 0.3
_MOST_RULES = 500
_LARGEST = 0.4
"""The part of a page that a cell may take at the most: what is larger is a frame."""


class Edge(NamedTuple):
    """A rule across or down a page: where it lies, and from where to where it goes."""

    at: float
    start: float
    end: float


class Cell(NamedTuple):
    """A cell by its first row and column, and how many it covers."""

    row: int
    column: int
    rows: int
    columns: int


Content: TypeAlias = dict[Cell, list[list[Character]]]
"""The lines in each cell that is not empty."""


@dataclass(frozen=True)
class RuledTable:
    """A table by the places of its rules, from the left and from the top, and what stands in its cells."""

    xs: Sequence[float]
    ys: Sequence[float]
    slots: Mapping[tuple[int, int], Cell]
    content: Content = field(default_factory=dict)

    @property
    def cells(self) -> list[Cell]:
        """The cells, row by row."""
        return sorted(set(self.slots.values()))

    def cell_at(self, x: float, y: float) -> Cell | None:
        """The cell in which a place lies."""
        row = bisect_left(self.ys, -y, key=lambda top: -top) - 1
        return self.slots.get((row, bisect_right(self.xs, x) - 1))

    def is_in(self, box: Box) -> bool:
        """Whether the middle of a box lies in the table."""
        return self.cell_at((box.left + box.right) / 2, (box.bottom + box.top) / 2) is not None


def ruled_tables(page: Any, area: Box) -> list[RuledTable]:
    """The tables of a page with an area; no frames around its text, nor what rules close in part."""
    across, down = (_join_rules(edges) for edges in _edges(page))
    if not across or not down or max(len(across), len(down)) > _MOST_RULES:
        return []
    most = _LARGEST * (area.right - area.left) * (area.top - area.bottom)
    found = [table for parts in _connect(across, down) for table in _tables(*parts)]
    return [table for table in found if len(table.cells) > 1 and max(_sizes(table)) < most]


def in_tables(
    page: PageCharacters, lines: Sequence[list[Character]], tables: Sequence[RuledTable]
) -> Iterator[list[Character] | RuledTable]:
    """The lines that stand in no table, and each table with its content where its first line stands."""
    places = _places(page, lines, tables)
    if not places:
        yield from lines
        return
    begun: set[int] = set()
    for line in lines:
        for place, part in _parts(line, places):
            if place is None:
                yield part
                continue
            index, cell = place
            tables[index].content.setdefault(cell, []).append(part)
            if index not in begun:
                begun.add(index)
                yield tables[index]


def _places(
    page: PageCharacters, lines: Sequence[Sequence[Character]], tables: Sequence[RuledTable]
) -> dict[int, tuple[int, Cell]]:
    """The number of the table, and the cell, in which each character stands.

    A frame around a single text is not a table; a table with words from right to left is read line by line.
    """
    places: dict[int, tuple[int, Cell]] = {}
    for index, table in enumerate(tables):
        found: dict[int, Cell] = {}
        text = ""
        for one in (one for line in lines for one in line if one.is_seen):
            box = page.box(one)
            if cell := table.cell_at((box.left + box.right) / 2, one.y + _MIDDLE * one.size):
                found[one.number] = cell
                text += chr(one.code)
        if len(set(found.values())) > 1 and not has_right_to_left(text):
            places |= {number: (index, cell) for number, cell in found.items()}
    return places


def _parts(
    line: Sequence[Character], places: Mapping[int, tuple[int, Cell]]
) -> list[tuple[tuple[int, Cell] | None, list[Character]]]:
    """The parts of a line that stand in one cell, or in none; what is not seen stands where that before it stands."""
    parts: list[tuple[tuple[int, Cell] | None, list[Character]]] = []
    for one in line:
        place = places.get(one.number) if one.is_seen or not parts else parts[-1][0]
        if not parts or parts[-1][0] != place:
            parts.append((place, []))
        parts[-1][1].append(one)
    return parts or [(None, [])]


def _edges(page: Any) -> tuple[list[Edge], list[Edge]]:
    """The rules that a page draws across and down, as lines, boxes or thin areas."""
    across: list[Edge] = []
    down: list[Edge] = []
    for path in drawn_paths(page):
        stroke = stroke_of(path)
        for points in subpaths(path) if stroke is not None else ():
            xs, ys = [x for x, _ in points], [y for _, y in points]
            thick = min(max(xs) - min(xs), max(ys) - min(ys))
            if thick <= _THICK:
                points = _middle(xs, ys)
            elif not stroke:
                continue
            for (x, y), (to_x, to_y) in pairwise(points):
                if abs(y - to_y) < 0.5 < abs(x - to_x):
                    across.append(Edge(y, min(x, to_x), max(x, to_x)))
                elif abs(x - to_x) < 0.5 < abs(y - to_y):
                    down.append(Edge(x, min(y, to_y), max(y, to_y)))
    return across, down


def _middle(xs: Sequence[float], ys: Sequence[float]) -> list[tuple[float, float]]:
    """The line along the middle of a thin area."""
    left, bottom, right, top = min(xs), min(ys), max(xs), max(ys)
    if right - left > top - bottom:
        return [(left, (bottom + top) / 2), (right, (bottom + top) / 2)]
    return [((left + right) / 2, bottom), ((left + right) / 2, top)]


def _join_rules(edges: Sequence[Edge]) -> list[Edge]:
    """Rules, of which those that go on each other are one."""
    lanes: list[list[Edge]] = []
    for edge in sorted(edges):
        if lanes and edge.at - lanes[-1][0].at <= _NEAR:
            lanes[-1].append(edge)
        else:
            lanes.append([edge])
    found: list[Edge] = []
    for lane in lanes:
        at, start, end = lane[0].at, *min(edge[1:] for edge in lane)
        for edge in sorted(lane, key=lambda one: one.start):
            if edge.start > end + _NEAR:
                found.append(Edge(at, start, end))
                start, end = edge.start, edge.end
            end = max(end, edge.end)
        found.append(Edge(at, start, end))
    return found


def _connect(across: Sequence[Edge], down: Sequence[Edge]) -> Iterator[tuple[list[Edge], list[Edge]]]:
    """The rules that hang together."""
    left = set(across), set(down)
    while left[1]:
        found: tuple[set[Edge], set[Edge]] = (set(), {left[1].pop()})
        new, kind = set(found[1]), 1
        while new:
            kind = 1 - kind
            new = {one for one in left[kind] if any(_meet(one, other) for other in new)}
            found[kind].update(new)
            left[kind].difference_update(new)
        yield sorted(found[0]), sorted(found[1])


def _meet(one: Edge, other: Edge) -> bool:
    return one.start - _NEAR <= other.at <= one.end + _NEAR and other.start - _NEAR <= one.at <= other.end + _NEAR


def _tables(across: Sequence[Edge], down: Sequence[Edge]) -> Iterator[RuledTable]:
    """The tables that rules make: rows whose columns are others, and go on being, are another table."""
    if not across:
        return
    across, down = [*across, *_open_sides(down, across)], [*down, *_open_sides(across, down)]
    xs, ys = sorted({edge.at for edge in down}), sorted({edge.at for edge in across}, reverse=True)
    if len(xs) < 3 or len(ys) < 2 or not _is_closed(xs, ys, across, down):
        return
    rows = [
        (top, bottom, frozenset(x for x in xs if _has(down, x, (top + bottom) / 2))) for top, bottom in pairwise(ys)
    ]
    kinds = [(columns, list(group)) for columns, group in groupby(rows, key=lambda row: row[2])]
    table: list[tuple[float, float, frozenset[float]]] = []
    main: frozenset[float] = frozenset()
    for columns, group in kinds:
        is_main = len(group) > 1 and all(one <= columns for _, _, one in table)
        if table and not (
            columns == main or (len(group) == 1 and (not main or columns <= main)) or (is_main and not main)
        ):
            yield _table(table, across, down)
            table, main = [], frozenset()
        main = main or (columns if len(group) > 1 else main)
        table += group
    yield _table(table, across, down)


def _open_sides(edges: Sequence[Edge], others: Sequence[Edge]) -> Iterator[Edge]:
    """The undrawn sides of a table, where rules end that extend beyond the last ones across them."""
    first, last = min(edge.at for edge in edges), max(edge.at for edge in edges)
    drawn = [edge.at for edge in others]
    for at, nearest in ((min(edge.start for edge in edges), min(drawn)), (max(edge.end for edge in edges), max(drawn))):
        if len(edges) > 1 and abs(at - nearest) > _NARROWEST:
            yield Edge(at, first, last)


def _table(
    rows: Sequence[tuple[float, float, frozenset[float]]], across: Sequence[Edge], down: Sequence[Edge]
) -> RuledTable:
    xs = sorted(frozenset().union(*(columns for _, _, columns in rows)))
    ys = [rows[0][0], *(bottom for _, bottom, _ in rows)]
    slots: dict[tuple[int, int], Cell] = {}
    for row, (top, bottom) in enumerate(pairwise(ys)):
        for column in range(len(xs) - 1):
            if (row, column) in slots:
                continue
            right, below = column + 1, row + 1
            while right < len(xs) - 1 and not _has(down, xs[right], (top + bottom) / 2):
                right += 1
            middles = [(xs[c] + xs[c + 1]) / 2 for c in range(column, right)]
            while below < len(ys) - 1 and not any(_has(across, ys[below], middle) for middle in middles):
                below += 1
            cell = Cell(row, column, below - row, right - column)
            slots.update({(r, c): cell for r in range(row, below) for c in range(column, right)})
    return RuledTable(xs, ys, slots)


def _is_closed(xs: Sequence[float], ys: Sequence[float], across: Sequence[Edge], down: Sequence[Edge]) -> bool:
    """Whether rules go all around."""
    heights, widths = [sum(pair) / 2 for pair in pairwise(ys)], [sum(pair) / 2 for pair in pairwise(xs)]
    return all(_has(down, x, y) for x in (xs[0], xs[-1]) for y in heights) and all(
        _has(across, y, x) for y in (ys[0], ys[-1]) for x in widths
    )


def _has(edges: Sequence[Edge], at: float, middle: float) -> bool:
    return any(abs(edge.at - at) <= _NEAR and edge.start <= middle <= edge.end for edge in edges)


def _sizes(table: RuledTable) -> Iterator[float]:
    for cell in table.cells:
        width = table.xs[cell.column + cell.columns] - table.xs[cell.column]
        yield width * (table.ys[cell.row] - table.ys[cell.row + cell.rows])
