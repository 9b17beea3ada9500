"""The text of an HTML page, written while its elements are read in order."""

from __future__ import annotations

from typing import Any, NamedTuple

from potluck_plugins.loaders._shared.check_boxes import check_box
from potluck_plugins.loaders._shared.flow import Flow, one_line
from potluck_plugins.loaders._shared.grid import Grid
from potluck_plugins.loaders._shared.markup_boxes import (
    APART,
    BREAK,
    CELL,
    INLINE,
    edge_of,
    follows_cell,
    is_cell,
    without_marks,
)
from potluck_plugins.loaders._shared.markup_images import LABELS, Images, is_moved, label_position, sign_of
from potluck_plugins.loaders._shared.markup_lists import Lists
from potluck_plugins.loaders._shared.markup_style import font_of, is_struck, leads_to_note, position_of
from potluck_plugins.loaders._shared.raised import Position, ScriptedText, could_be_mark, note_mark
from potluck_plugins.loaders._shared.symbols import private_in_font, unknown_symbol

_HEADINGS = {f"h{level}": level for level in range(1, 7)}
_SOFT_HYPHEN = "\u00ad"
_WITH_VALUE = frozenset({"text", "email", "tel", "url", "number", "date", "time", "month", "week", "datetime-local"})


class _Style(NamedTuple):
    """The effect of an open element on its text; ``note`` comes from ``leads_to_note``."""

    tag: str
    position: Position | None
    struck: bool
    note: bool | None
    font: str | None

    @property
    def says_something(self) -> bool:
        """Whether its text differs from that around it."""
        return self.position is not None or self.struck or self.note is not False or self.font is not None


class Reader:
    """Writes into a flow. ``layout`` holds the rows and cells of tables that only arrange a page."""

    def __init__(self, flow: Flow, slides: bool = False, layout: frozenset[Any] = frozenset()) -> None:
        """Write nothing yet; ``slides`` makes a page of each ``div class="slide-content"``."""
        self._flow = flow
        self._slides = slides
        self._slide = 0
        self._layout = layout
        self._text = ScriptedText()
        self._cells: list[list[str]] = []
        self._grids: list[Grid] = []
        self._spans: list[tuple[int, int]] = []
        self._lists = Lists()
        self._label = ""
        self._heading = 0
        self._preformatted = 0
        self._styles: list[_Style] = []
        self._images = Images(flow)
        self._signs = False

    def start(self, tag: str, attributes: Any, element: Any = None) -> None:
        """Begin an element, which stands in the tree as ``element`` if there is a tree."""
        if tag == "svg" and not self._images.is_drawing:
            self._edge(APART)
        self._images.start(tag, attributes)
        if self._images.is_drawing:
            self._begin_label(tag, attributes)
            return
        if tag == "br":
            self._text.add(BREAK)
        elif is_cell(element):
            self._edge(CELL if follows_cell(element) else "")
        elif tag not in INLINE:
            self._flush()
        else:
            self._edge(edge_of(tag, element))
        if tag == "img" and (sign := sign_of(attributes)):
            self._signs = True
            self.text(sign)
            self._edge(APART)
        self._begin_style(tag, attributes)
        self._begin_block(tag, attributes, element)
        self._begin_control(tag, attributes)

    def equation(self, text: str) -> None:
        """Add an equation, in the style of the elements around it."""
        self.text(text, "equation")

    def text(self, text: str | None, kind: Position = "base") -> None:
        """Add text, in the style of the elements around it."""
        if not text or (self._images.is_drawing and not self._images.is_label):
            return
        if any(style.struck for style in self._styles):
            if text.strip():
                self._flow.leave_out("struck-out text", len(text.strip()))
            return
        text = self._in_font(text.replace(_SOFT_HYPHEN, ""))
        positions: list[Position] = [style.position for style in self._styles if style.position]
        notes = {style.note for style in self._styles}
        if could_be_mark(text) and (True in notes or (None in notes and positions[-1:] == ["raised"])):
            self._text.add(note_mark(text))
        else:
            self._text.add(text, *positions, kind)

    def _edge(self, mark: str) -> None:
        """Write the edge of a box; what is raised is not divided."""
        if not any(style.position for style in self._styles):
            self._text.add(mark)

    def _in_font(self, text: str) -> str:
        """Text with the symbols that its font shows; those that are not known are counted."""
        font = next((style.font for style in reversed(self._styles) if style.font), None)
        shown, unknown = private_in_font(text, font)
        if unknown:
            self._flow.leave_out(unknown_symbol(font), unknown)
        return shown

    def end(self, tag: str, element: Any = None) -> None:
        """End an element."""
        if self._images.is_drawing:
            self._end_label(tag)
            return
        is_in_row = is_cell(element)
        if tag not in INLINE and tag != "br" and not is_in_row:
            self._flush()
        self._lists.end(tag)
        self._end_style(tag)
        if tag in INLINE and not is_in_row:
            self._edge(edge_of(tag, element))
        if tag in _HEADINGS:
            self._heading = 0
        elif tag == "rt":
            self._text.add(")")
        elif tag == "pre" and self._preformatted:
            self._preformatted -= 1
        elif tag == "li":
            self._label = ""
        elif element is None or element not in self._layout:
            self._end_table(tag)

    def finish(self) -> None:
        """Write what is left, of cells and tables that were never closed too."""
        self._flush()
        while self._cells:
            self._end_cell()
        while self._grids:
            self._write_grid()

    def _begin_label(self, tag: str, attributes: Any) -> None:
        """Begin an element of a drawing: a label is a paragraph of its own, its parts may be lines or raised."""
        if tag in LABELS:
            self._flush()
        elif not self._images.is_label:
            return
        elif tag == "br":
            self._text.add(BREAK)
        position = label_position(attributes) if tag == "tspan" else position_of(tag, attributes)
        if position is None and tag == "tspan" and is_moved(attributes):
            self._text.add(" ")
        self._styles.append(_Style(tag, position, is_struck(tag, attributes), False, font_of(tag, attributes)))

    def _end_label(self, tag: str) -> None:
        if tag in LABELS:
            self._flush()
        if self._images.is_label:
            self._end_style(tag)
        self._images.end(tag)

    def _begin_style(self, tag: str, attributes: Any) -> None:
        style = _Style(
            tag,
            position_of(tag, attributes),
            is_struck(tag, attributes),
            leads_to_note(tag, attributes),
            font_of(tag, attributes),
        )
        if style.says_something or any(outer.tag == tag for outer in self._styles):
            self._styles.append(style)

    def _end_style(self, tag: str) -> None:
        """End the style of an element, and those that were begun within it and never ended."""
        for index in range(len(self._styles) - 1, -1, -1):
            if self._styles[index].tag == tag:
                del self._styles[index:]
                return

    def _begin_block(self, tag: str, attributes: Any, element: Any) -> None:
        self._lists.start(tag, attributes, element)
        if tag in _HEADINGS:
            self._heading = 0 if "title" in (attributes.get("class") or "").split() else _HEADINGS[tag]
        elif tag == "li":
            self._label = self._lists.label(attributes)
        elif tag == "rt":
            self._text.add("(")
        elif tag == "pre":
            self._preformatted += 1
        elif tag == "div" and self._slides and (attributes.get("class") or "") == "slide-content":
            self._slide += 1
            self._flow.page(self._slide)
        elif element is None or element not in self._layout:
            self._begin_table(tag, attributes, element)

    def _begin_control(self, tag: str, attributes: Any) -> None:
        """Write what a control of a form shows: whether it is ticked, what is filled in."""
        kind = (attributes.get("type") or "text").lower()
        if tag == "en-todo":
            self._text.add(f"{check_box(attributes.get('checked') == 'true')} ")
        elif tag == "input" and kind in ("checkbox", "radio"):
            self._text.add(f" {check_box(attributes.get('checked') is not None)} ")
        elif tag == "input" and kind in _WITH_VALUE:
            self._text.add(f" {attributes.get('value') or ''} ")

    def _begin_table(self, tag: str, attributes: Any, element: Any) -> None:
        if tag == "table" or (tag in ("tr", "td", "th") and not self._grids):
            self._grids.append(Grid())
        if tag == "tr":
            self._grids[-1].row(header=_is_header(element))
        elif tag in ("td", "th"):
            self._cells.append([])
            self._spans.append((_span(attributes.get("colspan"), 1), _span(attributes.get("rowspan"), 1)))

    def _end_table(self, tag: str) -> None:
        if tag in ("td", "th") and self._cells:
            self._end_cell()
        elif tag == "table" and self._grids:
            self._write_grid()

    def _end_cell(self) -> None:
        text, (columns, rows) = " ".join(self._cells.pop()), self._spans.pop()
        if self._grids:
            self._grids[-1].cell(text, columns, rows or 10_000)
        else:
            self._emit(text, row=True)

    def _write_grid(self) -> None:
        lines = self._grids.pop().lines()
        if self._cells:
            self._emit("; ".join(line.strip("| ").replace(" | ", ", ") for line in lines), row=True)
            return
        for line in lines:
            self._emit(line, row=True)

    def _flush(self) -> None:
        written = str(self._text)
        self._text = ScriptedText()
        text = without_marks(written, self._preformatted > 0)
        text = (
            text.replace(BREAK, "\n").strip("\n")
            if self._preformatted
            else "\n".join(filter(None, map(one_line, text.split(BREAK))))
        )
        is_ornament, self._signs = self._signs and not any(c.isalnum() for c in text), False
        if text.strip() and not is_ornament:
            self._emit(text, row=CELL in written)
        for line in self._images.take():
            if self._cells:
                self._cells[-1].append(line)
            else:
                self._flow.paragraph(line, clauses=False)

    def _emit(self, text: str, row: bool = False) -> None:
        if not text.strip(" |"):
            return
        label, self._label = self._label, ""
        text = label + text
        if self._cells:
            self._cells[-1].append(" ".join(text.split("\n")))
        elif self._heading:
            self._flow.heading(" ".join(text.split()), self._heading)
        else:
            for line in [text] if self._preformatted else text.split("\n"):
                self._flow.paragraph(line, clauses=not (row or self._preformatted or label))


def _span(text: str | None, default: int) -> int:
    bare = (text or "").strip()
    return int(bare) if bare.isascii() and bare.isdigit() and len(bare) < 7 else default


def _is_header(row: Any) -> bool:
    """Whether a row of a tree stands in the header, or holds nothing but headings."""
    if row is None:
        return False
    parent = row.getparent()
    if parent is not None and _local(parent) == "thead":
        return True
    cells = [_local(one) for one in row if _local(one) in ("td", "th")]
    return bool(cells) and "td" not in cells


def _local(element: Any) -> str:
    return element.tag.rpartition("}")[2].lower() if isinstance(element.tag, str) else ""
