"""Text of a PDF that is struck out by a line drawn over it: the page knows the line and the text, not their tie.

A line strikes out what it crosses at half the height of its letters, if it is about as long as they are. Lines under
and over words, rules of tables and lines of charts are none.
"""

from __future__ import annotations

import ctypes
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from potluck_plugins.loaders._shared.pdfchars import Box, Character, PageCharacters

_MIDDLE = 0.15, 0.52
"""Where a line crosses a letter, as parts of the height from its baseline to the ascent of its font."""

_OVERHANG = 0.7
"""How far a line may reach beyond its letters at either end, in heights of a letter."""

_COVERED = 0.6
"""The part of a line that must lie on letters: lines that cross several cells of a table lie between them mostly."""

_THIN = 0.2
_MOST_SEGMENTS = 2_000
_MOST_LINES = 20_000


class Rule(NamedTuple):
    """A horizontal line on the page, in points."""

    y: float
    left: float
    right: float
    width: float


def struck_by_rules(page: Any, characters: PageCharacters) -> set[int]:
    """The numbers of the characters that lines on a page (``pypdfium2.PdfPage``) strike out."""
    rules = sorted(_rules(page))
    if not rules:
        return set()
    crossed = _find_crossed(rules, characters)
    return {one.number for place, found in crossed.items() if _strikes(rules[place], found) for one, _ in found}


def _find_crossed(rules: Sequence[Rule], characters: PageCharacters) -> dict[int, list[tuple[Character, Box]]]:
    """The characters that each rule crosses in the middle, by the place of the rule."""
    heights = [rule.y for rule in rules]
    found: dict[int, list[tuple[Character, Box]]] = {}
    for one in characters.all:
        if not one.is_seen:
            continue
        box = characters.box(one)
        ascent, middle = box.top - one.y, (box.left + box.right) / 2
        first, last = (one.y + part * ascent for part in _MIDDLE)
        for place in range(bisect_left(heights, first), bisect_right(heights, last)):
            if rules[place].left <= middle <= rules[place].right:
                found.setdefault(place, []).append((one, box))
    return found


def _strikes(rule: Rule, crossed: Sequence[tuple[Character, Box]]) -> bool:
    boxes = [box for _, box in crossed]
    height = max(box.top - box.bottom for box in boxes)
    left, right = min(box.left for box in boxes), max(box.right for box in boxes)
    covered = sum(box.right - box.left for box in boxes)
    return (
        rule.width <= _THIN * height
        and abs(rule.left - left) <= _OVERHANG * height
        and abs(rule.right - right) <= _OVERHANG * height
        and covered >= _COVERED * (rule.right - rule.left)
    )


def _rules(page: Any) -> Iterator[Rule]:
    """The horizontal lines and thin filled rectangles that a page draws."""
    count = 0
    for path in drawn_paths(page):
        stroke = stroke_of(path)
        if stroke is None:
            continue
        for points in subpaths(path):
            xs, ys = [x for x, _ in points], [y for _, y in points]
            thickness = max(ys) - min(ys) + stroke
            if max(xs) - min(xs) > 2 * thickness:
                count += 1
                yield Rule((min(ys) + max(ys)) / 2, min(xs), max(xs), thickness)
            if count > _MOST_LINES:
                return


def drawn_paths(page: Any) -> Iterator[Any]:
    """The paths of a page, without those that are pictures."""
    from pypdfium2 import raw

    for path in page.get_objects(filter=[raw.FPDF_PAGEOBJ_PATH], max_depth=4):
        if raw.FPDFPath_CountSegments(path.raw) <= _MOST_SEGMENTS:
            yield path


def stroke_of(path: Any) -> float | None:
    """The width of a path's line, 0 of one that is only filled; None of one that draws nothing."""
    from pypdfium2 import raw

    fill, stroke, width = ctypes.c_int(), ctypes.c_int(), ctypes.c_float()
    raw.FPDFPath_GetDrawMode(path.raw, fill, stroke)
    if not stroke.value:
        return 0.0 if fill.value else None
    raw.FPDFPageObj_GetStrokeWidth(path.raw, width)
    return width.value


def subpaths(path: Any) -> Iterator[list[tuple[float, float]]]:
    """The points of each part of a path, as they lie on the page; parts with curves are left out."""
    from pypdfium2 import raw

    matrix, holder = path.get_matrix(), path.container
    while holder is not None:
        matrix, holder = matrix.multiply(holder.get_matrix()), holder.container
    points: list[tuple[float, float]] = []
    is_straight = True
    x, y = ctypes.c_float(), ctypes.c_float()
    for index in range(raw.FPDFPath_CountSegments(path.raw)):
        segment = raw.FPDFPath_GetPathSegment(path.raw, index)
        kind = raw.FPDFPathSegment_GetType(segment)
        if kind == raw.FPDF_SEGMENT_MOVETO:
            if len(points) > 1 and is_straight:
                yield points
            points, is_straight = [], True
        is_straight = is_straight and kind != raw.FPDF_SEGMENT_BEZIERTO
        if raw.FPDFPathSegment_GetPoint(segment, x, y):
            points.append(matrix.on_point(x.value, y.value))
    if len(points) > 1 and is_straight:
        yield points
