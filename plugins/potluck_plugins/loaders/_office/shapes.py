"""The content of a slide: its title, the text of shapes and groups, frames, and the descriptions of pictures."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from potluck_plugins.loaders._office.bullets import A, Bullet
from potluck_plugins.loaders._office.drawing import is_on, one_line_of, paragraphs
from potluck_plugins.loaders._office.frames import FrameReader
from potluck_plugins.loaders._office.options import ReadOptions
from potluck_plugins.loaders._office.package import Package, descendants, read_children
from potluck_plugins.loaders._office.placeholders import MARGINS, TITLES, Inheritance, P, placeholder_of
from potluck_plugins.loaders._office.reading_order import reading_order
from potluck_plugins.loaders._shared.alt_text import is_description, is_generated
from potluck_plugins.loaders._shared.flow import Flow, one_line

_LONGEST_TITLE = 60


@dataclass(frozen=True, slots=True)
class Canvas:
    """A slide, a page of notes, a layout or a master: the root element and the name of its part.

    ``prefix`` stands before each paragraph; ``number`` is that of a slide. ``placeholders`` says whether what they hold
    is text, and not a prompt.
    """

    root: Any
    part: str
    inheritance: Inheritance
    number: int | None = None
    prefix: str = ""
    placeholders: bool = True


class ShapeReader:
    """Writes the shapes of one canvas into a flow.

    ``margins`` are the texts of footers and fixed dates, which stand on many slides alike; ``objects`` are embedded
    objects, counted by their programs.
    """

    def __init__(self, package: Package, canvas: Canvas, flow: Flow, options: ReadOptions) -> None:
        """Write nothing yet."""
        self.margins: list[str] = []
        self.objects: Counter[str] = Counter()
        self._package = package
        self._canvas = canvas
        self._flow = flow
        self._options = options
        self._frames = FrameReader(package, canvas.part, flow, self.objects)
        self._needs_heading = False

    def write(self) -> None:
        """Write all shapes; of a slide the title, or its first text if it has none, as a heading."""
        tree = self._canvas.root.find(f"{P}cSld/{P}spTree")
        shapes = list(read_children(tree)) if tree is not None else []
        title = None
        if self._canvas.number is not None:
            title = next((one for one in shapes if _is_title(one) and self._title(one)), None)
            self._needs_heading = title is None
        self._write([one for one in shapes if one is not title])
        self.objects["ActiveX control"] += _controls(self._canvas.root)

    def _title(self, shape: Any) -> bool:
        """Write a title as a heading, unless it is empty or hidden."""
        body = shape.find(f"{P}txBody")
        text = one_line_of(body, self._flow) if body is not None and not _is_hidden(shape) else ""
        self._flow.heading(text, 1)
        return bool(text)

    def _write(self, shapes: Sequence[Any]) -> None:
        """Write shapes: placeholders before others, both in the order in which they are read."""
        held = [one for one in shapes if placeholder_of(one) is not None]
        for group in (held, [one for one in shapes if placeholder_of(one) is None]):
            for place in reading_order([self._canvas.inheritance.box(one) for one in group]):
                self._shape(group[place])

    def _shape(self, shape: Any) -> None:
        found = placeholder_of(shape)
        if found is not None and found.kind in MARGINS:
            self._margin(shape, found.kind)
        elif found is not None and not self._canvas.placeholders:
            return
        elif _is_hidden(shape) and not self._options.hidden:
            self._note_hidden(shape)
        elif shape.tag == f"{P}grpSp":
            self._write(list(read_children(shape)))
            self._describe(shape)
        elif shape.tag == f"{P}graphicFrame":
            self._frames.write(shape)
            self._describe(shape)
        elif shape.tag == f"{P}pic":
            self._describe(shape)
        elif (body := shape.find(f"{P}txBody")) is not None:
            styles = self._canvas.inheritance.styles(shape)
            for text, bullet in paragraphs(body, self._flow, styles, self._canvas.number):
                self._text(text, bullet)

    def _text(self, text: str, bullet: Bullet) -> None:
        line = self._canvas.prefix + bullet.before(text)
        if self._needs_heading:
            self._needs_heading = False
            self._flow.heading(line, 1, title=text.partition("\n")[0][:_LONGEST_TITLE].strip())
        else:
            indent = "  " * bullet.level if bullet.label else ""
            self._flow.paragraph(indent + line, clauses=not (bullet.label or self._canvas.prefix))

    def _margin(self, shape: Any, kind: str) -> None:
        """Keep a footer or a fixed date; what a field shows, programs fill in again each time."""
        if kind == "sldNum" or not self._canvas.placeholders or _is_hidden(shape):
            return
        runs = [one.findtext(f"{A}t") or "\n" for one in shape.iter(f"{A}r", f"{A}br")]
        if text := one_line("".join(runs)):
            self.margins.append(text)

    def _note_hidden(self, shape: Any) -> None:
        flow = Flow()
        reader = ShapeReader(self._package, self._canvas, flow, ReadOptions(hidden=True))
        reader._shape(shape)
        self.objects.update(reader.objects)
        characters = len(flow.document("").text)
        if characters:
            self._flow.leave_out("text of hidden shapes", characters)

    def _describe(self, shape: Any) -> None:
        """Write the description of a picture or another object, if a person wrote one."""
        properties = next(shape.iterfind(f"*/{P}cNvPr"), None)
        if properties is None:
            return
        text = (properties.get("descr") or "").strip()
        if not text or any(is_on(one.get("val")) for one in properties.iter("{*}decorative")):
            return
        if is_generated(text):
            self._flow.leave_out("text that a program wrote about pictures", len(text))
        elif is_description(text):
            self._flow.paragraph(f"{self._canvas.prefix}[image] {one_line(text)}", clauses=False)


def _controls(root: Any) -> int:
    """The number of form controls on a slide, which lie beside its shapes."""
    content = root.find(f"{P}cSld")
    holders = [one for one in (read_children(content) if content is not None else ()) if one.tag == f"{P}controls"]
    return sum(1 for holder in holders for _ in descendants(holder, f"{P}control"))


def _is_title(shape: Any) -> bool:
    found = placeholder_of(shape)
    return found is not None and found.kind in TITLES


def _is_hidden(shape: Any) -> bool:
    properties = next(shape.iterfind(f"*/{P}cNvPr"), None)
    return properties is not None and is_on(properties.get("hidden"))
