"""The boxes that styles make of elements which stand on the line by themselves: blocks, cells of a row, inline blocks.

Their edges are written into a line as marks, which become line breaks, ``|`` and blanks once the line is complete.
Source: CSS Display 3 (W3C), 2; CSS 2.2, 17.2 (tables).
"""

from __future__ import annotations

import re
from itertools import islice
from typing import Any

from potluck_plugins.loaders._shared.markup_style import position_of

INLINE = frozenset(
    {"a", "abbr", "acronym", "b", "bdi", "bdo", "big", "button", "cite", "code", "data", "del", "dfn", "em", "en-media"}
    | {"en-todo", "font", "i", "img", "input", "ins", "kbd", "label", "mark", "o:p", "q", "rb", "rp", "rt", "ruby"}
    | {"math", "option", "s", "samp", "select", "small", "span", "strike", "strong", "sub", "sup", "time", "tt", "u"}
    | {"var", "wbr"}
)
"""Elements that stand on the line unless a style says otherwise."""

BREAK = "\x1e"
EDGE = "\x1c"
CELL = "\x1f"
APART = "\x1d"
"""Marks in a line: a line break, the edge of a block, that between two cells, that of what stands apart on the line."""

_DISPLAY = re.compile(r"(?:^|;)\s*display\s*:\s*([\w-]+)", re.IGNORECASE)
_FLOATING = re.compile(
    r"(?:^|;)\s*(?:float\s*:\s*(?:left|right|inline-)|position\s*:\s*(?:absolute|fixed))", re.IGNORECASE
)
_MOST_IN_INITIAL = 3
_ON_LINE = frozenset({"", "inline", "contents", "none", "inherit", "initial", "unset", "revert", "ruby", "ruby-text"})
_APART = frozenset({"inline-block", "inline-flex", "inline-grid", "inline-table"})
_OF_ITEMS = frozenset({"flex", "inline-flex", "grid", "inline-grid"})
_TABLE = frozenset({"table", "thead", "tbody", "tfoot", "tr", "td", "th", "caption"})
_HAN = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\u3000-\u303f\uff00-\uffef"
_GLUED = re.compile(rf"(?<![\s(\[{{“‘/]){APART}+(?![\s,.;:!?)\]}}”’%°/]|$)")
_BETWEEN_HAN = re.compile(rf"(?<=[{_HAN}]){APART}+(?=[{_HAN}])")
_EDGES_IN_TEXT = re.compile(rf"\n?{EDGE}+\n?")


def edge_of(tag: str, element: Any) -> str:
    """The mark of the edges of an element of a tree that stands on the line by itself; nothing if it does."""
    if tag in ("button", "img"):
        return APART
    if element is None:
        return ""
    style = element.get("style")
    if style:
        shown = _display(element)
        edge = APART if shown in _APART or _FLOATING.search(style) else "" if shown in _ON_LINE else EDGE
        if edge:
            return "" if position_of(tag, element) is not None or _is_initial(element) else edge
    parent = element.getparent()
    return APART if parent is not None and _display(parent) in _OF_ITEMS else ""


def _is_initial(element: Any) -> bool:
    """Whether an element holds the first letter of a word, which books set apart by its size."""
    if sum(1 for _ in islice(element.iter(), _MOST_IN_INITIAL + 1)) > _MOST_IN_INITIAL:
        return False
    text = "".join(element.itertext()).strip()
    previous, parent = element.getprevious(), element.getparent()
    before = previous.tail if previous is not None else parent.text if parent is not None else ""
    begins = len(text) == 1 and text.isalpha() and not (before or "")[-1:].isalnum()
    return begins and (element.tail or "")[:1].isalpha()


def is_cell(element: Any) -> bool:
    """Whether an element of a tree is one of several cells of a row that a style makes, and holds nothing but words."""
    if element is None or not _may_be_cell(element):
        return False
    return any(one is not None and _may_be_cell(one) for one in (element.getprevious(), element.getnext()))


def follows_cell(element: Any) -> bool:
    """Whether the element before a cell is one too."""
    before = element.getprevious()
    return before is not None and _may_be_cell(before)


def without_marks(text: str, preformatted: bool) -> str:
    """A line whose marks are line breaks, ``|`` and blanks."""
    text = _BETWEEN_HAN.sub("", text)
    text = _GLUED.sub(" ", text).replace(APART, "").replace(CELL, " | ")
    return _EDGES_IN_TEXT.sub("\n", text) if preformatted else text.replace(EDGE, BREAK)


def _may_be_cell(element: Any) -> bool:
    if _display(element) != "table-cell" or _tag(element) in _TABLE:
        return False
    return all(_stands_on_line(one) for one in element.iterdescendants())


def _stands_on_line(element: Any) -> bool:
    return not isinstance(element.tag, str) or (_tag(element) in INLINE and _display(element) in _ON_LINE | _APART)


def _display(element: Any) -> str:
    style = element.get("style")
    found = _DISPLAY.findall(style) if style else None
    return found[-1].lower() if found else ""


def _tag(element: Any) -> str:
    return str(element.tag).rpartition("}")[2].lower()
