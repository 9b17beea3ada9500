"""PowerPoint's ``.pptx``: a page for each slide, its title as a heading, and all that it shows in reading order.

Source: ECMA-376 part 1, 19 (PresentationML).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from potluck.documents import Json
from potluck.errors import UnreadableDocument
from potluck_plugins.loaders._office.docx import core_properties
from potluck_plugins.loaders._office.options import ReadOptions
from potluck_plugins.loaders._office.package import DamagedPart, Package, R
from potluck_plugins.loaders._office.placeholders import Inheritance, P
from potluck_plugins.loaders._office.shapes import Canvas, ShapeReader
from potluck_plugins.loaders._office.slide_comments import Comments
from potluck_plugins.loaders._shared.archive import Archive
from potluck_plugins.loaders._shared.flow import Flow


def read_pptx(archive: Archive, flow: Flow, options: ReadOptions) -> dict[str, Json]:
    """Write a presentation into a flow; returns its metadata. Raises ``UnreadableDocument``."""
    package = Package(archive)
    presentation = next(iter(package.related_parts("", "officeDocument")), "ppt/presentation.xml")
    try:
        root = package.tree(presentation)
    except DamagedPart as error:
        raise UnreadableDocument(f"the list of its slides cannot be read: {error}") from error
    _Deck(package, presentation, root, flow, options).write()
    return core_properties(archive)


@dataclass(frozen=True, slots=True)
class _Slide:
    """A slide with its part; layout and master are None if they are missing or damaged."""

    number: int
    part: str
    root: Any
    layout: Any
    master: Any
    background_parts: tuple[str, str]

    @property
    def is_hidden(self) -> bool:
        return self.root.get("show") in ("0", "false")

    def backgrounds(self) -> Iterator[str]:
        """The parts of the layout and the master as far as the slide shows their shapes."""
        roots = (self.layout, self.root), (self.master, self.layout)
        for part, (root, owner) in zip(self.background_parts, roots, strict=True):
            if root is None or owner is None or owner.get("showMasterSp") in ("0", "false"):
                return
            yield part


class _Deck:
    """A presentation while it is read."""

    def __init__(self, package: Package, part: str, root: Any, flow: Flow, options: ReadOptions) -> None:
        self._package = package
        self._part = part
        self._root = root
        self._flow = flow
        self._options = options
        self._comments = Comments(package, part)
        self._backgrounds: dict[str, Any] = {}
        self._written: set[str] = set()
        self._objects: Counter[str] = Counter()

    def write(self) -> None:
        """Write the slides in their order. Raises ``UnreadableDocument`` if none of them can be read."""
        links = self._package.relationships(self._part)
        ids = [one.get(f"{R}id") for one in self._root.iterfind(f"{P}sldIdLst/{P}sldId")]
        damaged: list[str] = []
        for number, name in enumerate(ids, 1):
            try:
                self._write(self._slide(number, links[name].target if name in links else f"its part ({name})"))
            except DamagedPart as error:
                damaged.append(f"slide {number} was not read: {error}")
        if damaged and len(damaged) == len(ids):
            raise UnreadableDocument(f"none of its slides can be read ({damaged[0]}); get the file again")
        for sentence in damaged:
            self._flow.lose(sentence)
        if self._objects.total():
            names = ", ".join(f"{name} ({count})" for name, count in sorted(self._objects.items()) if count)
            self._flow.lose(f"embedded objects were not read: {names}")

    def _slide(self, number: int, part: str) -> _Slide:
        root = self._package.tree(part)
        layout, layout_part = self._background(part, "slideLayout")
        master, master_part = self._background(layout_part, "slideMaster")
        return _Slide(number, part, root, layout, master, (layout_part, master_part))

    def _background(self, part: str, kind: str) -> tuple[Any, str]:
        """The layout of a slide or the master of a layout, each parsed once, and the name of its part."""
        name = next(iter(self._package.related_parts(part, kind)), "") if part else ""
        if name not in self._backgrounds:
            self._backgrounds[name] = self._package.find(name) if name else None
        return self._backgrounds[name], name

    def _write(self, slide: _Slide) -> None:
        hidden = slide.is_hidden and not self._options.hidden
        flow = Flow() if hidden else self._flow
        flow.page(slide.number)
        content = self._content(slide, flow)
        self._objects.update(content.objects)
        if hidden:
            self._flow.leave_out("text of hidden slides", len(flow.document("").text))
        else:
            self._once(slide, content.margins)
        for line in self._comments.on(slide.part, self._flow):
            if self._options.comments and not hidden:
                self._flow.paragraph(line)
            else:
                self._flow.leave_out("text of comments", len(line))

    def _content(self, slide: _Slide, flow: Flow) -> ShapeReader:
        """Write what stands on a slide and in its notes."""
        inheritance = Inheritance(slide.layout, slide.master, self._root)
        reader = self._read(Canvas(slide.root, slide.part, inheritance, slide.number), flow)
        for part in self._package.related_parts(slide.part, "notesSlide"):
            try:
                notes = Canvas(self._package.tree(part), part, Inheritance(), prefix="[notes] ")
                reader.objects.update(self._read(notes, flow).objects)
            except DamagedPart as error:
                flow.lose(f"the notes of slide {slide.number} were not read: {error}")
        return reader

    def _read(self, canvas: Canvas, flow: Flow) -> ShapeReader:
        reader = ShapeReader(self._package, canvas, flow, self._options)
        reader.write()
        return reader

    def _once(self, slide: _Slide, margins: Sequence[str]) -> None:
        """Write what stands on many slides where it stands first: footers, and the text of layouts and masters."""
        for text in margins:
            if text not in self._written:
                self._written.add(text)
                self._flow.paragraph(f"[footer] {text}")
        for part in slide.backgrounds():
            if part not in self._written:
                self._written.add(part)
                root = self._backgrounds[part]
                self._read(Canvas(root, part, Inheritance(), prefix="[layout] ", placeholders=False), self._flow)
