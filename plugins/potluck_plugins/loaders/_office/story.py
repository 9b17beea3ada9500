"""The text of a document that marks its tables paragraph by paragraph, as ``.doc`` and ``.rtf`` do.

Such a row says where the edges of its cells lie. Which columns of the table a cell covers follows from the edges of all
rows together.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, field

from potluck_plugins.loaders._office.blocks import Block, Cell, Row, Table

_DEEPEST = 30
_NEAR = 60
"""Edges that are nearer to each other than this, in twips (a millimetre), are one."""

_MOST_COLUMNS = 1_000


@dataclass(frozen=True, slots=True)
class CellShape:
    """Where a cell ends, in twips, and whether it is the continuation of the one before it or above it."""

    right: int
    continues_left: bool = False
    continues_above: bool = False


@dataclass(frozen=True, slots=True)
class RowShape:
    """The shape of a row."""

    cells: tuple[CellShape, ...] = ()
    left: int = 0
    header: bool = False


@dataclass(slots=True)
class _Level:
    """The text read at one depth of tables; depth 0 is the text itself."""

    blocks: list[Block] = field(default_factory=list)
    cells: list[list[Block]] = field(default_factory=list)
    rows: list[tuple[RowShape, list[list[Block]]]] = field(default_factory=list)


class Story:
    """A text that grows by lines, ends of cells and ends of rows, each at a depth of tables."""

    def __init__(self) -> None:
        """There is nothing yet."""
        self._levels = [_Level()]

    def add(self, block: Block, depth: int = 0) -> None:
        """Add a block at a depth."""
        self._move_to(depth).blocks.append(block)

    def end_cell(self, depth: int) -> None:
        """Complete a cell of a table at a depth (from 1)."""
        level = self._move_to(max(1, depth))
        level.cells.append(level.blocks)
        level.blocks = []

    def end_row(self, depth: int, shape: RowShape) -> None:
        """Complete a row."""
        level = self._move_to(max(1, depth))
        if level.blocks:
            self.end_cell(depth)
        level.rows.append((shape, level.cells))
        level.cells = []

    def finish(self) -> list[Block]:
        """All blocks; rows that were not completed come as they are."""
        return self._move_to(0).blocks

    def _move_to(self, depth: int) -> _Level:
        depth = min(depth, _DEEPEST)
        while len(self._levels) - 1 > depth:
            inner = self._levels.pop()
            if inner.blocks or inner.cells:
                inner.rows.append((RowShape(), [*inner.cells, *([inner.blocks] if inner.blocks else [])]))
            self._levels[-1].blocks.append(_table(inner.rows))
        while len(self._levels) - 1 < depth:
            self._levels.append(_Level())
        return self._levels[-1]


def _table(rows: Sequence[tuple[RowShape, list[list[Block]]]]) -> Table:
    edges = _edges([shape for shape, cells in rows if len(shape.cells) >= len(cells)])
    return Table([_row(shape, cells, edges) for shape, cells in rows])


def _edges(shapes: Sequence[RowShape]) -> list[int]:
    """The distinct edges of all cells from left to right; of those that are near to each other the first."""
    places = sorted({place for shape in shapes for place in (shape.left, *(cell.right for cell in shape.cells))})
    distinct: list[int] = []
    for place in places:
        if not distinct or place - distinct[-1] > _NEAR:
            distinct.append(place)
    return distinct[:_MOST_COLUMNS]


def _row(shape: RowShape, contents: list[list[Block]], edges: list[int]) -> Row:
    if len(shape.cells) < len(contents):
        return Row([Cell(content) for content in contents], shape.header)
    row = Row(header=shape.header, before=_column(shape.left, edges))
    at = row.before
    for cell, content in zip(shape.cells, [*contents, *[[]] * len(shape.cells)], strict=False):
        end = max(_column(cell.right, edges), at)
        if cell.continues_left and row.cells:
            row.cells[-1].columns += end - at
            row.cells[-1].blocks.extend(content)
        elif end > at or content:
            row.cells.append(Cell(list(content), max(1, end - at), 1, cell.continues_above))
        at = end
    return row


def _column(place: int, edges: list[int]) -> int:
    """The number of the edge at or near a place."""
    return min(bisect_left(edges, place - _NEAR), max(0, len(edges) - 1))
