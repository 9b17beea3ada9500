"""Pages whose characters PDFium does not know, by pdfminer.six (MIT), which has the tables for Chinese encodings.

A font that is not embedded and is encoded by a table such as UniCNS-UTF16-V gives PDFium nothing.
"""

from __future__ import annotations

from io import BytesIO
from typing import Any

from potluck_plugins.loaders._shared.lines import Line


def has_text_objects(page: Any) -> bool:
    """Whether a page of pypdfium2 draws text, readable or not."""
    from pypdfium2 import raw

    return any(one.type == raw.FPDF_PAGEOBJ_TEXT for one in page.get_objects(max_depth=4))


def lines_by_pdfminer(content: bytes, index: int) -> list[Line]:
    """The lines of a page, from 0, in reading order; nothing if pdfminer cannot read it either.

    The places of a column that is written from top to bottom are those of a line on a page that is turned.
    """
    from pdfminer.high_level import extract_pages
    from pdfminer.layout import LAParams, LTTextLine, LTTextLineVertical

    try:
        pages = list(extract_pages(BytesIO(content), page_numbers=[index], laparams=LAParams(detect_vertical=True)))
    except Exception:  # pdfminer raises whatever a damaged file makes its parsers raise; the page stays empty
        return []
    lines = [line for page in pages for box in page if hasattr(box, "get_text") for line in _lines(box, LTTextLine)]
    columns = [line for line in lines if isinstance(line, LTTextLineVertical)]
    if len(columns) * 2 > len(lines):
        lines.sort(key=lambda line: (not isinstance(line, LTTextLineVertical), -line.x0))
    return [_line(line, isinstance(line, LTTextLineVertical)) for line in lines]


def _lines(box: Any, kind: type) -> list[Any]:
    return [line for line in box if isinstance(line, kind)] if hasattr(box, "__iter__") else []


def _line(line: Any, vertical: bool) -> Line:
    text = " ".join(line.get_text().split())
    if vertical:
        return Line(text, -line.y1, -line.y0, line.x0, max(1.0, line.x1 - line.x0))
    return Line(text, line.x0, line.x1, line.y0, max(1.0, line.y1 - line.y0))
