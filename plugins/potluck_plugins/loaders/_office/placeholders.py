"""The properties that placeholders of a slide inherit from its layout and its master: their place, and the styles of
their lists.

Source: ECMA-376 part 1, 19.3.1.36 (placeholder) and 19.3.1.51 (text styles of the master).
"""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite
from typing import Any

from potluck_plugins.loaders._office.bullets import A
from potluck_plugins.loaders._office.package import read_children
from potluck_plugins.loaders._office.reading_order import Box

P = "{http://schemas.openxmlformats.org/presentationml/2006/main}"
TITLES = ("title", "ctrTitle")
MARGINS = ("dt", "ftr", "sldNum", "hdr")
"""Kinds of placeholders for the date, the footer, the number of the slide, and the header of notes."""


@dataclass(frozen=True, slots=True)
class Placeholder:
    """Its kind (``ST_PlaceholderType``; ``obj`` if it names none) and its number on the layout."""

    kind: str
    index: str


def placeholder_of(shape: Any) -> Placeholder | None:
    """The placeholder that a shape fills; None for any other shape."""
    found = next(shape.iterfind(f"*/{P}nvPr/{P}ph"), None)
    return None if found is None else Placeholder(found.get("type") or "obj", found.get("idx") or "0")


def box_of(shape: Any) -> Box | None:
    """The place of a shape or a group by itself; None if it takes that from its placeholder."""
    frame = shape.find(f"{P}xfrm")
    if frame is None:
        frame = next((one for one in shape.iterfind(f"*/{A}xfrm") if one.find(f"{A}off") is not None), None)
    offset, size = (frame.find(f"{A}off"), frame.find(f"{A}ext")) if frame is not None else (None, None)
    if offset is None or size is None:
        return None
    try:
        left, top, width, height = map(float, (offset.get("x"), offset.get("y"), size.get("cx"), size.get("cy")))
    except (TypeError, ValueError):
        return None
    return Box(left, top, left + width, top + height) if all(map(isfinite, (left, top, width, height))) else None


class Inheritance:
    """The layout and the master of a slide, and the presentation."""

    def __init__(self, layout: Any = None, master: Any = None, presentation: Any = None) -> None:
        """Any of the three may be missing (None)."""
        self._layout = _placeholders(layout)
        self._master = _placeholders(master)
        self._master_styles = master.find(f"{P}txStyles") if master is not None else None
        self._default = presentation.find(f"{P}defaultTextStyle") if presentation is not None else None

    def box(self, shape: Any) -> Box | None:
        """The place of a shape, its own or that of its placeholder; None if it is not known."""
        own = box_of(shape)
        found = placeholder_of(shape)
        if own is not None or found is None:
            return own
        return next((box for one in self._ancestors(found) if (box := box_of(one)) is not None), None)

    def styles(self, shape: Any) -> list[Any]:
        """The list styles that the text of a shape inherits from, the nearest first."""
        found = placeholder_of(shape)
        chain: list[Any] = []
        if found is not None:
            chain = [one.find(f"{P}txBody/{A}lstStyle") for one in self._ancestors(found)]
            name = "title" if found.kind in TITLES else "other" if found.kind in MARGINS else "body"
            chain.append(self._master_styles.find(f"{P}{name}Style") if self._master_styles is not None else None)
        return [style for style in (*chain, self._default) if style is not None]

    def _ancestors(self, found: Placeholder) -> list[Any]:
        """The placeholders of the layout and of the master that one on a slide stands for."""
        on_layout = [one for one in self._layout if one[0].index == found.index and found.index != "0"]
        on_layout = on_layout or [one for one in self._layout if _alike(one[0], found)]
        kind = on_layout[0][0].kind if on_layout else found.kind
        wanted = "title" if kind in TITLES else kind if kind in MARGINS else "body"
        on_master = [one for one in self._master if one[0].kind == wanted]
        return [shape for _, shape in (*on_layout[:1], *on_master[:1])]


def _placeholders(root: Any) -> list[tuple[Placeholder, Any]]:
    tree = root.find(f"{P}cSld/{P}spTree") if root is not None else None
    pairs = [(placeholder_of(shape), shape) for shape in (read_children(tree) if tree is not None else ())]
    return [(found, shape) for found, shape in pairs if found is not None]


def _alike(one: Placeholder, other: Placeholder) -> bool:
    return one.kind == other.kind or (one.kind in TITLES and other.kind in TITLES)
