"""The order in which shapes on a page are read: from top to bottom and from left to right, column by column.

Shapes are divided along the empty bands between them, first the horizontal ones, then the vertical ones, until each
part holds a single shape: the recursive X-Y cut (Nagy, Seth and Viswanathan, "A prototype document image analysis
system for technical journals", Computer 25(7), 1992).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

_OVERLAP = 0.1
"""How much of their height or width shapes may overlap and still stand one below or beside the other."""

_DEEPEST = 50


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle, in any unit; ``bottom`` is larger than ``top``."""

    left: float
    top: float
    right: float
    bottom: float


def reading_order(boxes: Sequence[Box | None]) -> list[int]:
    """The numbers of the boxes, from 0, in reading order; those whose place is not known come last, as they are."""
    placed = [(number, box) for number, box in enumerate(boxes) if box is not None]
    return [*_divide(placed, 0), *(number for number, box in enumerate(boxes) if box is None)]


def _divide(boxes: Sequence[tuple[int, Box]], depth: int) -> list[int]:
    if len(boxes) > 1 and depth < _DEEPEST:
        for horizontally in (True, False):
            parts = _parts(boxes, horizontally)
            if len(parts) > 1:
                return [number for part in parts for number in _divide(part, depth + 1)]
    return [number for number, _ in sorted(boxes, key=lambda one: (one[1].top, one[1].left))]


def _parts(boxes: Sequence[tuple[int, Box]], horizontally: bool) -> list[list[tuple[int, Box]]]:
    """The boxes above, between and below (or left of, between and right of) the empty bands."""

    def extent(box: Box) -> tuple[float, float]:
        start, end = (box.top, box.bottom) if horizontally else (box.left, box.right)
        margin = _OVERLAP * (end - start)
        return start + margin, end - margin

    parts: list[list[tuple[int, Box]]] = []
    reached = float("-inf")
    for number, box in sorted(boxes, key=lambda one: extent(one[1])):
        start, end = extent(box)
        if start >= reached:
            parts.append([])
        parts[-1].append((number, box))
        reached = max(reached, end)
    return parts
