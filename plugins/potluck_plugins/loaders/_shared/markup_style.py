"""The effect of an element's tag and style attribute on its text: hidden, struck out, raised, its font.

Source: HTML Living Standard, 15 (rendering).
"""

from __future__ import annotations

import re
from typing import Any

from potluck_plugins.loaders._shared.raised import Position
from potluck_plugins.loaders._shared.symbols import is_symbol_font

NOT_TEXT = frozenset(
    {"canvas", "iframe", "noscript", "object", "script", "style", "template", "title", "en-crypt"}
    | {"datalist", "mjx-math", "rp"}
)
"""Elements whose content is shown in another way or never; ``mjx-math`` of MathJax is shown beside its MathML.

The head is none of them: the parser puts the text of a page that begins with ``main`` and has no ``body`` into it.
"""

HELD_BACK = frozenset({"canvas", "iframe", "noscript", "object", "template"})
"""Those of them that may hold text for readers, shown where something fails or once a script asks for it."""

_STRUCK = frozenset({"del", "s", "strike"})
_POSITIONS: dict[str, Position] = {"sup": "raised", "sub": "lowered"}
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*(?:hidden|collapse)", re.IGNORECASE)
_MAY_HIDE = re.compile(r"display|visibility|opacity|height|font-size|mso-hide", re.IGNORECASE)
_DISPLAYED = re.compile(r"(?:^|;)\s*display\s*:", re.IGNORECASE)
_NOUGHT = r"0*\.?0*(?:[a-z]{2,4}|%)?\s*(?:!important\s*)?(?:;|$)"
_NO_OPACITY = re.compile(rf"(?:^|;)\s*opacity\s*:\s*(?=[0.]){_NOUGHT}", re.IGNORECASE)
_MOVING = re.compile(r"transform|transition|animation|will-change|filter", re.IGNORECASE)
_NO_HEIGHT = re.compile(rf"(?:^|;)\s*(?:max-)?height\s*:\s*(?=[0.]){_NOUGHT}", re.IGNORECASE)
_CUT_OFF = re.compile(r"(?:^|;)\s*overflow(?:-y)?\s*:\s*(?:hidden|clip)", re.IGNORECASE)
_NO_SIZE = re.compile(
    rf"(?:^|;)\s*font-size\s*:\s*(?:(?=[0.]){_NOUGHT}|(?:0?\.\d+|1(?:\.0+)?)(?:px|pt)\b)", re.IGNORECASE
)
_SIZE = re.compile(r"(?:^|;)\s*font(?:-size)?\s*:", re.IGNORECASE)
_NOT_IN_WORD = re.compile(r"(?:^|;)\s*mso-hide\s*:\s*all", re.IGNORECASE)
_LINE_THROUGH = re.compile(r"text-decoration[\w-]*\s*:[^;]*line-through", re.IGNORECASE)
_ALIGNED = re.compile(r"(?:vertical-align|font-variant-position)\s*:\s*(super|sub)\b", re.IGNORECASE)
_SHIFTED = re.compile(
    r"(?:^|;)\s*(mso-text-raise|vertical-align|top|bottom)\s*:\s*([+-]?\d*\.?\d+)(em|ex|pt|px|%)", re.IGNORECASE
)
_POINTS = {"em": 12.0, "ex": 6.0, "pt": 1.0, "px": 0.75, "%": 0.12}
"""Units in text of 12 points."""

_LEAST_SHIFT = 2.0
_MOST_SHIFT = 9.0
"""Points: what is moved by less is put straight, what is moved by more stands elsewhere."""

_LONGEST_MOVED = 6
_EDGE_OF_LINE = re.compile(r"(?:^|;)\s*vertical-align\s*:\s*(?:text-)?(top|bottom)\b", re.IGNORECASE)
_SMALL = re.compile(
    r"font-size\s*:\s*(?:0?\.\d+r?em|[1-9]?\d(?:\.\d+)?%|[1-8](?:\.\d+)?pt|(?:x?x-)?small(?:er)?)", re.IGNORECASE
)
_FONT = re.compile(r"(?:^|;)\s*font(?:-family\s*:|\s*:(?:[^;]{0,99}?\d[^\s;]{0,20}\s)?)([^;]*)", re.IGNORECASE)
_NO_FONT = ("", "inherit", "initial", "unset")
_RELATIVE = re.compile(r"position\s*:\s*relative", re.IGNORECASE)
_BLOCKS = frozenset({"td", "th", "tr", "tbody", "thead", "tfoot", "table", "div", "p", "img", "svg", "mjx-container"})
_KATEX = "katex-html"
_NOTE_ROLES = frozenset({"noteref", "doc-noteref"})


def is_hidden(tag: str, attributes: Any) -> bool:
    """Whether an element says that it is not shown, or is a dialog that is not open."""
    style = attributes.get("style") or ""
    closed = tag == "dialog" and attributes.get("open") is None and not _DISPLAYED.search(style)
    if closed or attributes.get("hidden") is not None:
        return True
    return _MAY_HIDE.search(style) is not None and _hides(tag, style, attributes)


def _hides(tag: str, style: str, element: Any) -> bool:
    """Whether a style keeps the text of an element from sight."""
    if _HIDDEN.search(style):
        return True
    if _NOT_IN_WORD.search(style) and tag != "a":  # a button that Word draws from a comment instead
        return True
    if _NO_OPACITY.search(style) and not _MOVING.search(style):
        return True
    return bool(_NO_HEIGHT.search(style) and _CUT_OFF.search(style)) or _has_no_size(style, element)


def _has_no_size(style: str, element: Any) -> bool:
    """Whether all text of an element of a tree is shrunk to a dot at most: nothing in it has a size of its own."""
    if not _NO_SIZE.search(style) or not hasattr(element, "iterdescendants"):
        return False
    sizes = (one.get("style") or "" for one in element.iterdescendants() if isinstance(one.tag, str))
    return not any(_SIZE.search(size) and not _NO_SIZE.search(size) for size in sizes)


def is_repeated(attributes: Any) -> bool:
    """Whether an element shows what is read elsewhere: KaTeX writes each formula as MathML and as boxes."""
    return _KATEX in (attributes.get("class") or "").split()


def is_struck(tag: str, attributes: Any) -> bool:
    """Whether an element's text is deleted or struck out."""
    return tag in _STRUCK or _LINE_THROUGH.search(attributes.get("style") or "") is not None


def position_of(tag: str, attributes: Any) -> Position | None:
    """Where an element puts its text on the line; None if it does not say so."""
    if tag in _POSITIONS:
        return _POSITIONS[tag]
    style = attributes.get("style") or ""
    aligned = _ALIGNED.search(style)
    if aligned:
        return _POSITIONS["sup" if aligned.group(1).lower() == "super" else "sub"]
    return _shift_of(style, attributes) if tag not in _BLOCKS else None


def _shift_of(style: str, element: Any) -> Position | None:
    """The position of characters that are moved up or down by a length: what is not small must be moved visibly."""
    shifts = {found[1].lower(): float(found[2]) * _POINTS[found[3].lower()] for found in _SHIFTED.finditer(style)}
    is_small = _SMALL.search(style) is not None
    up = shifts.get("mso-text-raise", shifts.get("vertical-align"))
    if is_small and (edge := _EDGE_OF_LINE.search(style)):
        return "raised" if edge.group(1).lower() == "top" else "lowered"
    if up is None and _RELATIVE.search(style) and (is_small or _is_short(element)):
        moved = shifts.get("bottom", -shifts.get("top", 0.0))
        up = moved if is_small or abs(moved) <= _MOST_SHIFT else None
    if not up or (abs(up) < _LEAST_SHIFT and not is_small):
        return None
    return "raised" if up > 0 else "lowered"


def _is_short(element: Any) -> bool:
    """Whether an element of a tree holds no more than an exponent or a mark."""
    if not hasattr(element, "itertext"):
        return False
    return 0 < len("".join(element.itertext()).strip()) <= _LONGEST_MOVED


def font_of(tag: str, attributes: Any) -> str | None:
    """The font of an element's text: the first that shows symbols, else the first; None if it says none."""
    declared = [found.group(1) for found in _FONT.finditer(attributes.get("style") or "")]
    declared += [attributes.get("face") or ""] if tag == "font" else []
    families = [family.strip(" '\"") for value in declared for family in value.split(",")]
    fonts = [family for family in families if family.lower() not in _NO_FONT]
    return next(filter(is_symbol_font, fonts), fonts[0] if fonts else None)


def leads_to_note(tag: str, attributes: Any) -> bool | None:
    """Whether a link says that it leads to a note; None for a link that may: it leads to a place in a page."""
    if tag != "a":
        return False
    roles = f"{attributes.get('epub:type') or ''} {attributes.get('role') or ''} {_epub_type(attributes)}".split()
    if not _NOTE_ROLES.isdisjoint(roles):
        return True
    return None if "#" in (attributes.get("href") or "") else False


def _epub_type(attributes: Any) -> str:
    """The attribute when it is read with its namespace."""
    return attributes.get("{http://www.idpf.org/2007/ops}type") or ""
