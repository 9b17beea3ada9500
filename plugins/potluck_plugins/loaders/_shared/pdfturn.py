"""Turning a PDF's page until its text stands upright.

``/Rotate`` of a page and the matrices of its text say how a reader sees it; PDFium finds lines, words and the order of
both in the coordinates of the page as it was drawn.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple, TypeAlias

from potluck_plugins.loaders._shared.pdfchars import Box, address, quarters

_Matrix: TypeAlias = tuple[float, float, float, float, float, float]

_DEEPEST = 15


class Turn(NamedTuple):
    """A turn of a page by ``quarters`` against the clock; ``area`` is the part of the page that is seen."""

    quarters: int
    area: Box

    @property
    def matrix(self) -> _Matrix:
        """The turn as a PDF matrix; a turned page begins at 0."""
        left, bottom, right, top = self.area
        return (
            (1, 0, 0, 1, 0, 0),
            (0, 1, -1, 0, top, -left),
            (-1, 0, 0, -1, right, top),
            (0, -1, 1, 0, -bottom, right),
        )[self.quarters]

    @property
    def back(self) -> _Matrix:
        """The inverse of the turn."""
        a, b, c, d, e, f = self.matrix
        return a, c, b, d, -(a * e + b * f), -(c * e + d * f)

    def box(self, box: Box) -> Box:
        """Where a box lies on the page that is turned."""
        a, b, c, d, e, f = self.matrix
        xs = sorted(a * x + c * y + e for x, y in (box[:2], box[2:]))
        ys = sorted(b * x + d * y + f for x, y in (box[:2], box[2:]))
        return Box(xs[0], ys[0], xs[1], ys[1])


def text_objects(page: Any) -> dict[int | None, int]:
    """By how many quarters each text of a page is turned with the clock, in the order in which a page draws them.

    The keys are their addresses in PDFium.
    """
    from pypdfium2 import raw

    count = raw.FPDFPage_CountObjects(page.raw)
    return dict(_texts((raw.FPDFPage_GetObject(page.raw, index) for index in range(count)), (1, 0, 0, 1), _DEEPEST))


def _texts(objects: Iterable[Any], outer: tuple[float, ...], depth: int) -> Iterator[tuple[int | None, int]]:
    """The texts among objects and in the forms (XObjects) among them, which a matrix enlarges and turns."""
    from pypdfium2 import raw

    matrix = raw.FS_MATRIX()
    for one in objects:
        kind = raw.FPDFPageObj_GetType(one)
        if kind not in (raw.FPDF_PAGEOBJ_TEXT, raw.FPDF_PAGEOBJ_FORM):
            continue
        raw.FPDFPageObj_GetMatrix(one, matrix)
        a, c = (across * outer[0] + up * outer[2] for across, up in ((matrix.a, matrix.b), (matrix.c, matrix.d)))
        b, d = (across * outer[1] + up * outer[3] for across, up in ((matrix.a, matrix.b), (matrix.c, matrix.d)))
        if kind == raw.FPDF_PAGEOBJ_TEXT:
            yield address(one), quarters(a, b, d)
        elif depth:
            inner = (raw.FPDFFormObj_GetObject(one, index) for index in range(raw.FPDFFormObj_CountObjects(one)))
            yield from _texts(inner, (a, b, c, d), depth - 1)


def seen_area(page: Any) -> Box:
    """The part of a page (``pypdfium2.PdfPage``) that is shown."""
    crop, media = page.get_cropbox(), page.get_mediabox()
    found = Box(*map(max, crop[:2], media[:2]), *map(min, crop[2:], media[2:]))
    return found if found.left < found.right and found.bottom < found.top else Box(*media)


@contextmanager
def turn_page(page: Any, turn: Turn) -> Iterator[None]:
    """Turn what is drawn on a page, and its edges with it; ``/Rotate`` does not count meanwhile."""
    rotation, media, crop = page.get_rotation(), page.get_mediabox(), page.get_cropbox()
    if rotation:
        page.set_rotation(0)
    if turn.quarters:
        _transform(page, turn.matrix)
        area = turn.box(turn.area)
        page.set_mediabox(*area)
        page.set_cropbox(*area)
    try:
        yield
    finally:
        if turn.quarters:
            _transform(page, turn.back)
            page.set_mediabox(*media)
            page.set_cropbox(*crop)
        if rotation:
            page.set_rotation(rotation)


def _transform(page: Any, matrix: _Matrix) -> None:
    from pypdfium2 import raw

    for index in range(raw.FPDFPage_CountObjects(page.raw)):
        raw.FPDFPageObj_Transform(raw.FPDFPage_GetObject(page.raw, index), *matrix)
