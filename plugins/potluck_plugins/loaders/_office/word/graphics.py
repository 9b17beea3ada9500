"""The text of drawings besides their text boxes: charts, diagrams, words drawn as pictures, descriptions of images."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

from potluck_plugins.loaders._office.chartex import CX, read_chartex
from potluck_plugins.loaders._office.charts import C, read_chart
from potluck_plugins.loaders._office.diagrams import DGM, diagram_items
from potluck_plugins.loaders._office.numbering import W
from potluck_plugins.loaders._office.package import DamagedPart, R, descendants, read_children
from potluck_plugins.loaders._office.word.document import WordDocument
from potluck_plugins.loaders._shared.alt_text import is_description, is_generated
from potluck_plugins.loaders._shared.flow import one_line

_V = "{urn:schemas-microsoft-com:vml}"
_O = "{urn:schemas-microsoft-com:office:office}"
_WP = "{http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing}"
_PICTURE = "{http://schemas.openxmlformats.org/drawingml/2006/picture}pic"
_TEXT = f"{W}txbxContent"


class Graphics:
    """Reads drawings; objects of other programs are counted."""

    def __init__(self, document: WordDocument) -> None:
        """Nothing is counted yet."""
        self._document = document
        self._objects: Counter[str] = Counter()

    def lines(self, drawing: Any, part: str) -> Iterator[str]:
        """The lines that a drawing (``w:drawing``, ``w:pict``, ``w:object``) in a part says."""
        for element in _outside_boxes(drawing):
            if element.tag == f"{_V}textpath":
                yield one_line(element.get("string") or "")
            elif element.tag in (f"{C}chart", f"{CX}chart"):
                yield from self._read_linked(element.get(f"{R}id"), part, "chart")
            elif element.tag == f"{DGM}relIds":
                yield from self._read_linked(element.get(f"{R}dm"), part, "diagram")
            elif element.tag == f"{_O}OLEObject":
                self._objects[element.get("ProgID") or "of an unknown program"] += 1
            elif element.tag == f"{W}control":
                self._objects["ActiveX control"] += 1
            elif element.tag == f"{_WP}docPr" and next(descendants(drawing, _PICTURE), None) is not None:
                yield from self._description(element.get("descr") or "")

    def tell(self) -> None:
        """Tell which objects were not read."""
        if self._objects:
            names = ", ".join(f"{name} ({count})" for name, count in sorted(self._objects.items()))
            self._document.flow.lose(f"embedded objects were not read: {names}")

    def _read_linked(self, link: str | None, part: str, what: str) -> Iterator[str]:
        target = self._document.package.relationships(part).get(link or "")
        name = target.target if target is not None else f"the part of the link {link}"
        try:
            root = self._document.package.tree(name)
        except DamagedPart as error:
            self._document.flow.lose(f"a {what} in {part} was not read: {error}")
            return
        if what == "diagram":
            yield from (f"{'  ' * level}• {text}" for text, level in diagram_items(root, self._document.flow))
            return
        chart = read_chartex(root) if root.tag == f"{CX}chartSpace" else read_chart(root)
        yield from chart.lines(self._document.flow)

    def _description(self, text: str) -> Iterator[str]:
        if is_generated(text):
            self._document.flow.leave_out("text that a program wrote about pictures", len(text))
        elif is_description(text):
            yield f"[image] {one_line(text)}"


def _outside_boxes(element: Any) -> Iterator[Any]:
    """The elements below a drawing, without what is in its text boxes; of alternatives the first only."""
    for child in read_children(element):
        if child.tag != _TEXT:
            yield child
            yield from _outside_boxes(child)
