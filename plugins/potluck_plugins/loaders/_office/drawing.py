"""DrawingML: text, lists and tables as PowerPoint, charts and diagrams hold them (ECMA-376 part 1, 21.1)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from potluck_plugins.loaders._office.bullets import A, AutoNumbers, Bullet, bullet_of
from potluck_plugins.loaders._office.package import read_children
from potluck_plugins.loaders._shared.flow import Flow, one_line
from potluck_plugins.loaders._shared.grid import Grid
from potluck_plugins.loaders._shared.omml import omml_text
from potluck_plugins.loaders._shared.raised import Position, ScriptedText
from potluck_plugins.loaders._shared.symbols import in_font, is_symbol_font, private_in_font, unknown_symbol

_A14_MATH = "{http://schemas.microsoft.com/office/drawing/2010/main}m"
_ESCAPED_CONTROL = re.compile("_x00[01][0-9A-Fa-f]_")


def text_of(paragraph: Any, flow: Flow, slide: int | None = None) -> str:
    """The text of a paragraph, its line breaks as newlines; what is struck out is left out and counted.

    ``slide`` is what a field for the number of the slide shows.
    """
    line = ScriptedText()
    for child in read_children(paragraph):
        if child.tag in (f"{A}r", f"{A}fld"):
            _add_run(line, child, flow, slide)
        elif child.tag == f"{A}br":
            line.add("\n")
        elif child.tag == _A14_MATH:
            line.add(" ".join(map(omml_text, child)), "equation")
    return str(line)


def paragraphs(
    body: Any, flow: Flow, styles: Sequence[Any] = (), slide: int | None = None
) -> Iterator[tuple[str, Bullet]]:
    """The text and the bullet or number of each paragraph of a text body; paragraphs without text are passed over.

    ``styles`` are the list styles that the body inherits from, the nearest first.
    """
    own = body.find(f"{A}lstStyle")
    chain = [*([own] if own is not None else []), *styles]
    numbers = AutoNumbers()
    for paragraph in body.iter(f"{A}p"):
        text = text_of(paragraph, flow, slide).strip()
        if text:
            level, element = bullet_of(paragraph, chain)
            yield text, numbers.next(level, element)


def one_line_of(body: Any, flow: Flow) -> str:
    """The text of a text body as one line, with its numbers."""
    return one_line("\n".join(bullet.before(text) for text, bullet in paragraphs(body, flow)))


def read_table(table: Any, flow: Flow) -> Grid:
    """A table (``a:tbl``); text in cells that a merged cell covers is left out and counted."""
    grid = Grid()
    cells = [row.findall(f"{A}tc") for row in table.findall(f"{A}tr")]
    headers = _header_rows(table, cells)
    covered: set[tuple[int, int]] = set()
    for y, row in enumerate(cells):
        grid.row(header=y < headers)
        for x, cell in enumerate(row):
            body = cell.find(f"{A}txBody")
            text = one_line_of(body, flow) if body is not None else ""
            if (y, x) in covered:
                if text:
                    flow.leave_out("text in cells that a merged cell covers", len(text))
                continue
            columns, rows = _span(cell, "gridSpan", len(row) - x), _span(cell, "rowSpan", len(cells) - y)
            covered.update((y + down, x + right) for down in range(rows) for right in range(columns))
            grid.cell(text, columns, rows, continues=is_on(cell.get("vMerge")) and not text)
    return grid


def _header_rows(table: Any, cells: Sequence[Sequence[Any]]) -> int:
    """The number of rows in the header: those that the cells of a first row that is called one reach.

    A first row that is divided below is left to what can be seen.
    """
    properties = table.find(f"{A}tblPr")
    if properties is None or not is_on(properties.get("firstRow")) or not cells:
        return 0
    spans = [_span(cell, "gridSpan", len(cells[0])) for cell in cells[0]]
    if max(spans, default=1) == len(cells[0]) > 1:
        return 1
    return 0 if max(spans, default=1) > 1 else max((_span(cell, "rowSpan", len(cells)) for cell in cells[0]), default=0)


def is_on(value: str | None) -> bool:
    """The value of an attribute that is true or false (``xsd:boolean``)."""
    return value in ("1", "true", "on")


def without_controls(text: str) -> str:
    """Text with blanks for the control characters that it escapes as ``_x000D_`` (ECMA-376 part 1, 22.9.2.19)."""
    return _ESCAPED_CONTROL.sub(" ", text)


def _span(cell: Any, name: str, most: int) -> int:
    value = cell.get(name) or ""
    return max(1, min(int(value), most)) if value.isdecimal() and len(value) < 9 else 1


def _add_run(line: ScriptedText, run: Any, flow: Flow, slide: int | None) -> None:
    text = without_controls("".join(one.text or "" for one in run.findall(f"{A}t")))
    if run.get("type") == "slidenum" and slide is not None:
        text = str(slide)
    properties = run.find(f"{A}rPr")
    if properties is None:
        line.add(_in_font(text, None, None, flow))
    elif properties.get("strike") in ("sngStrike", "dblStrike"):
        flow.leave_out("struck-out text", len(text))
    else:
        letters, symbols = (_typeface(properties.find(f"{A}{name}")) for name in ("latin", "sym"))
        line.add(_in_font(text, letters, symbols, flow), _position(properties.get("baseline")))


def _in_font(text: str, letters: str | None, symbols: str | None, flow: Flow) -> str:
    """A text as its fonts show it: that of its letters, and that of characters that are symbols."""
    font = letters if is_symbol_font(letters) else symbols or letters
    shown, unknown = in_font(text, font) if font == letters and is_symbol_font(font) else private_in_font(text, font)
    if unknown:
        flow.leave_out(unknown_symbol(font), unknown)
    return shown


def _typeface(font: Any) -> str | None:
    return None if font is None else font.get("typeface")


def _position(baseline: str | None) -> Position:
    """Where a run stands, by the part of its height (in thousandths of a per cent, or ``30%``) that it is shifted."""
    try:
        shift = float((baseline or "0").rstrip("%"))
    except ValueError:
        return "base"
    return "raised" if shift > 0 else "lowered" if shift < 0 else "base"
