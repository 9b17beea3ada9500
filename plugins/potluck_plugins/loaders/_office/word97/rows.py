"""The shape of a row of a table, which stands in the modifiers of its last paragraph.

Source: [MS-DOC] 2.6.3 (table properties), 2.9.319 (``TDefTableOperand``), 2.9.314 (``TCGRF``).
"""

from __future__ import annotations

from dataclasses import replace

from potluck_plugins.loaders._office.story import CellShape, RowShape
from potluck_plugins.loaders._office.word97 import sprms as codes
from potluck_plugins.loaders._office.word97.file import i16, u16
from potluck_plugins.loaders._office.word97.sprms import sprms

_CELL = 20
_CONTINUES, _RESTARTS = 1, 3


def row_shape(group: bytes) -> RowShape:
    """The cells of a row, from its modifiers."""
    shape = RowShape()
    for sprm in sprms(group):
        operand = sprm.operand
        if sprm.code == codes.TABLE and operand:
            shape = _define_row(operand, shape.header)
        elif sprm.code == codes.HEADER:
            shape = replace(shape, header=sprm.value == 1)
        elif sprm.code == codes.MERGE and len(operand) == 2:
            shape = _merge_cells(shape, operand[0] + 1, operand[1])
        elif sprm.code == codes.MERGE_DOWN and len(operand) == 2 and operand[0] < len(shape.cells):
            cells = list(shape.cells)
            cells[operand[0]] = replace(cells[operand[0]], continues_above=operand[1] == _CONTINUES)
            shape = replace(shape, cells=tuple(cells))
    return shape


def _define_row(operand: bytes, header: bool) -> RowShape:
    count = operand[0]
    edges = [i16(operand, 1 + 2 * index) for index in range(count + 1)]
    at = 1 + 2 * (count + 1)
    flags = [
        u16(operand, at + _CELL * index) if at + _CELL * index + 2 <= len(operand) else 0 for index in range(count)
    ]
    across = _across([one & 3 for one in flags])
    down = [one >> 5 & 3 == _CONTINUES for one in flags]
    cells = [CellShape(right, *how) for right, *how in zip(edges[1:], across, down, strict=True)]
    return RowShape(tuple(cells), edges[0], header)


def _across(flags: list[int]) -> list[bool]:
    """Which cells continue the one before them: of a set of merged ones all but the first, which has another flag."""
    continues: list[bool] = []
    first = 0
    for flag in flags:
        continues.append(bool(flag and first and flag != first))
        first = flag if flag and not continues[-1] else first if flag else 0
    return continues


def _merge_cells(shape: RowShape, first: int, end: int) -> RowShape:
    """The row with the cells from ``first`` up to ``end`` as continuations of the one before them."""
    cells = [
        replace(cell, continues_left=True) if first <= index < end else cell for index, cell in enumerate(shape.cells)
    ]
    return replace(shape, cells=tuple(cells))
