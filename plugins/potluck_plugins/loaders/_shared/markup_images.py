"""The pictures of a page of HTML: what describes them, and the labels in drawings.

Source: HTML Living Standard, 4.7 (``alt``) and 13.2.6.5 (tags that end a drawing); SVG 2, 11 (text).
"""

from __future__ import annotations

import re
from typing import Any

from potluck_plugins.loaders._shared.alt_text import is_description, is_generated
from potluck_plugins.loaders._shared.flow import Flow, one_line
from potluck_plugins.loaders._shared.raised import Position

LABELS = frozenset({"text", "foreignobject"})
"""The elements of a drawing that hold text."""

_PAGE = frozenset(
    {f"h{level}" for level in range(1, 7)} | {"body", "div", "dl", "img", "li", "ol", "p", "pre", "table"}
)
_PAGE |= {"blockquote", "br", "center", "code", "em", "hr", "menu", "nobr", "ruby", "span", "strong", "sup", "ul"}
"""Elements of a page that end an unclosed drawing."""

_SHIFT = re.compile(r"baseline-shift\s*:\s*(super|sub)", re.IGNORECASE)
_POSITIONS: dict[str, Position] = {"super": "raised", "sub": "lowered"}
_LONGEST_SIGN = 12
_NOT_NOUGHT = re.compile(r"\s*[+-]?0*\.?0*[1-9]")


class Images:
    """The pictures that come by while a page is read."""

    def __init__(self, flow: Flow) -> None:
        """None has come by; what a program wrote about one is counted in the flow."""
        self._flow = flow
        self._drawings = 0
        self._labels = 0
        self._waiting: list[str] = []
        self._described: set[str] = set()

    @property
    def is_drawing(self) -> bool:
        """Whether what comes by belongs to a drawing."""
        return self._drawings > 0

    @property
    def is_label(self) -> bool:
        """Whether it is the text of a label."""
        return self._labels > 0

    def start(self, tag: str, attributes: Any) -> None:
        """Begin an element."""
        if self.is_drawing and not self.is_label and tag in _PAGE:
            self._drawings = 0
        if tag == "svg":
            self._drawings += 1
            self._describe(attributes, "aria-label")
        elif self.is_drawing:
            self._labels += tag in LABELS
        elif tag == "img":
            self._describe(attributes, "alt")

    def end(self, tag: str) -> None:
        """End an element."""
        if tag in LABELS:
            self._labels = max(0, self._labels - 1)
        elif tag == "svg" and self.is_drawing:
            self._drawings -= 1
            self._labels = 0

    def take(self) -> list[str]:
        """The descriptions that wait for the end of their paragraph, each as a line and once in a page."""
        waiting, self._waiting = self._waiting, []
        return waiting

    def _describe(self, attributes: Any, name: str) -> None:
        text = one_line(attributes.get(name) or "")
        if _is_ornament(attributes):
            return
        if is_generated(text):
            self._flow.leave_out("text that a program wrote about pictures", len(text))
        elif is_description(text) and text not in self._described:
            self._described.add(text)
            self._waiting.append(f"[image] {text}")


def sign_of(attributes: Any) -> str:
    """The sign that a picture on a line stands for, such as ``×`` or a figure; nothing if it stands for words."""
    text = one_line(attributes.get("alt") or "")
    if _is_ornament(attributes) or len(text) > _LONGEST_SIGN or any(c.isalpha() for c in text):
        return ""
    return f"[image: {text}]" if any(c.isdigit() for c in text) else text


def _is_ornament(attributes: Any) -> bool:
    return attributes.get("aria-hidden") == "true" or attributes.get("role") in ("presentation", "none")


def label_position(attributes: Any) -> Position | None:
    """Where a part of a label (``tspan``) stands on its line; None if it does not say so."""
    named = _SHIFT.search(attributes.get("style") or "")
    shift = named.group(1).lower() if named else (attributes.get("baseline-shift") or "").strip()
    if shift in _POSITIONS:
        return _POSITIONS[shift]
    is_small = attributes.get("font-size") is not None or "font-size" in (attributes.get("style") or "")
    if not is_small or attributes.get("x") is not None or not is_moved(attributes):
        return None
    return "raised" if attributes.get("dy").strip().startswith("-") else "lowered"


def is_moved(attributes: Any) -> bool:
    """Whether a part of a label stands apart from what comes before it."""
    return attributes.get("x") is not None or _NOT_NOUGHT.match(attributes.get("dy") or "") is not None
