"""The content of a frame on a slide: a table, a chart, a diagram, or an object of another program."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

from potluck_plugins.loaders._office.bullets import A
from potluck_plugins.loaders._office.chartex import CX, read_chartex
from potluck_plugins.loaders._office.charts import C, read_chart
from potluck_plugins.loaders._office.diagrams import DGM, diagram_items
from potluck_plugins.loaders._office.drawing import one_line_of, read_table
from potluck_plugins.loaders._office.package import DamagedPart, Package, R, read_children
from potluck_plugins.loaders._office.placeholders import P
from potluck_plugins.loaders._shared.flow import Flow, one_line


class FrameReader:
    """Writes the frames of one part into a flow."""

    def __init__(self, package: Package, part: str, flow: Flow, objects: Counter[str]) -> None:
        """Count embedded objects in ``objects``, by their programs."""
        self._package = package
        self._part = part
        self._flow = flow
        self._objects = objects

    def write(self, frame: Any) -> None:
        """Write what a frame (``p:graphicFrame``) holds; an object of another program is counted."""
        data = frame.find(f"{A}graphic/{A}graphicData")
        for element in read_children(data) if data is not None else ():
            if element.tag == f"{A}tbl":
                read_table(element, self._flow).write(self._flow)
            elif element.tag in (f"{C}chart", f"{CX}chart"):
                self._write_linked(element.get(f"{R}id"), "chart", self._chart)
            elif element.tag == f"{DGM}relIds":
                self._write_linked(element.get(f"{R}dm"), "diagram", self._diagram)
            elif element.tag == f"{P}oleObj":
                self._objects[element.get("progId") or element.get("name") or "of an unknown program"] += 1
            else:
                self._bodies(element, "")

    def _write_linked(self, link: str | None, what: str, write: Callable[[Any, str], None]) -> None:
        """Write the part that a frame links to; one that cannot be read is noted."""
        target = self._package.relationships(self._part).get(link or "")
        name = target.target if target is not None else f"the part of the link {link}"
        try:
            write(self._package.tree(name), name)
        except DamagedPart as error:
            self._flow.lose(f"a {what} in {self._part} was not read: {error}")

    def _chart(self, root: Any, part: str) -> None:
        (read_chartex(root) if root.tag == f"{CX}chartSpace" else read_chart(root)).write(self._flow)
        for shapes in self._package.related_parts(part, "chartUserShapes"):
            drawn = self._package.find(shapes)
            if drawn is not None:
                self._bodies(drawn, "[chart] ")

    def _diagram(self, root: Any, part: str) -> None:
        for text, level in diagram_items(root, self._flow):
            self._flow.paragraph(f"{'  ' * level}• {text}", clauses=False)

    def _bodies(self, element: Any, prefix: str) -> None:
        """Write each text body below an element of a kind that is not known, a line each."""
        for name in ("txBody", "txSp"):
            for body in (one for one in element.iter() if str(one.tag).endswith("}" + name)):
                text = one_line(one_line_of(body, self._flow))
                if text:
                    self._flow.paragraph(prefix + text, clauses=False)
