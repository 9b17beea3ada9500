"""SmartArt: the text of a diagram's points in their order, from its data and not from the picture drawn of it.

Source: ECMA-376 part 1, 21.4 (DrawingML diagrams).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from potluck_plugins.loaders._office.drawing import one_line_of
from potluck_plugins.loaders._shared.flow import Flow

DGM = "{http://schemas.openxmlformats.org/drawingml/2006/diagram}"
_LINKS = ("parTransId", "sibTransId")
_DRAWN = ("presOf", "presParOf", "unknownRelationship")


def diagram_items(root: Any, flow: Flow) -> Iterator[tuple[str, int]]:
    """The text of each point, with its level from 0; what stands on an arrow follows the point that it comes from.

    ``root`` is a ``dgm:dataModel``; text that is struck out is counted in ``flow``.
    """
    points = {one.get("modelId"): one for one in root.iterfind(f"{DGM}ptLst/{DGM}pt")}
    children: dict[str | None, list[Any]] = {}
    for link in root.iterfind(f"{DGM}cxnLst/{DGM}cxn"):
        if link.get("type") not in _DRAWN:
            children.setdefault(link.get("srcId"), []).append(link)
    roots = [name for name, point in points.items() if point.get("type") == "doc"]
    written: set[str | None] = set()
    stack = [(name, -1) for name in reversed([*roots, *(name for name in points if name not in roots)])]
    while stack:
        name, level = stack.pop()
        if name in written or name not in points:
            continue
        written.add(name)
        if (text := _text(points[name], flow)) and points[name].get("type") != "pres":
            yield text, max(level, 0)
        links = sorted(children.get(name, ()), key=_order)
        below = [(one, level + 1) for link in links for one in (link.get("destId"), *map(link.get, _LINKS))]
        stack.extend(reversed(below))


def _text(point: Any, flow: Flow) -> str:
    body = point.find(f"{DGM}t")
    return one_line_of(body, flow).removeprefix("• ") if body is not None else ""


def _order(link: Any) -> int:
    text = link.get("srcOrd") or ""
    return int(text) if text.isdecimal() else 0
