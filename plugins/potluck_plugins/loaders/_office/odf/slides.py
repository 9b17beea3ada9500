"""OpenDocument presentations and drawings (``.odp``): a page for each slide, its title as a heading, its notes.

Source: OpenDocument 1.2 part 1, 10.2.4 (``draw:page``), 16.39 (presentation notes), 20.291
(``presentation:visibility``).
"""

from __future__ import annotations

from typing import Any

from potluck.documents import Json
from potluck.errors import UnreadableDocument
from potluck_plugins.loaders._office.blocks import Line, text_of, write_blocks
from potluck_plugins.loaders._office.odf.blocks import BlockReader
from potluck_plugins.loaders._office.odf.lists import ShapeCounter
from potluck_plugins.loaders._office.odf.names import DRAW, OFFICE, PRESENTATION, STYLE, TEXT
from potluck_plugins.loaders._office.odf.package import Package, metadata
from potluck_plugins.loaders._office.odf.text import block_reader
from potluck_plugins.loaders._office.options import ReadOptions
from potluck_plugins.loaders._shared.archive import Archive
from potluck_plugins.loaders._shared.flow import Flow

_FOOTERS = ("date-time", "footer", "header")
_PLACEHOLDERS = (*_FOOTERS, "page-number", "page")
_FILLED_IN = [f"{TEXT}{name}" for name in ("page-number", "page-count", "date", "time")]
_FILLED_IN += [f"{PRESENTATION}{name}" for name in _FOOTERS]


def read_odp(archive: Archive, flow: Flow, options: ReadOptions) -> dict[str, Json]:
    """Write a presentation into a flow; returns its metadata.

    Raises ``PasswordNeeded``, or ``UnreadableDocument`` if there is no presentation.
    """
    package = Package(archive)
    content = package.part("content.xml")
    body = content.find(f"{OFFICE}body") if content is not None else None
    pages = list(body.iterfind(f"*/{DRAW}page")) if body is not None else []
    if not pages:
        raise UnreadableDocument("it is an OpenDocument file without slides")
    hidden = _styles_with(content, "visibility", "hidden")
    margins = _Margins(package, content, flow, options)
    for number, page in enumerate(pages, 1):
        if page.get(f"{DRAW}style-name") in hidden and not options.hidden:
            aside = Flow()
            _write(page, block_reader(package, aside, options, content), aside)
            flow.leave_out("text of hidden slides", len(aside.document("").text))
            continue
        flow.page(number)
        reader = block_reader(package, flow, options, content)
        _write(page, reader, flow)
        margins.write(page, reader)
    return metadata(package)


def _write(page: Any, reader: BlockReader, flow: Flow) -> None:
    reader.lists.shape = ShapeCounter()
    titles = [one for one in page if one.get(f"{PRESENTATION}class") == "title"]
    for title in titles:
        flow.heading(text_of(list(reader.read([title]))), 1)
    notes = page.findall(f"{PRESENTATION}notes")
    shown = [one for one in page if one not in titles and one not in notes and not _is_placeholder(one)]
    write_blocks(reader.read(shown), flow)
    for note in notes:
        blocks = list(reader.read([one for one in note if not _is_placeholder(one)]))
        write_blocks([Line(f"[notes] {text}", clauses=False) for text in filter(None, [text_of(blocks)])], flow)


def _is_placeholder(element: Any) -> bool:
    return element.get(f"{PRESENTATION}class") in _PLACEHOLDERS


class _Margins:
    """Text on many slides, written where it occurs first: footers, fixed dates, the text of master pages."""

    def __init__(self, package: Package, content: Any, flow: Flow, options: ReadOptions) -> None:
        self._flow = flow
        self._written: set[str] = set()
        self._declared = {
            one.get(f"{PRESENTATION}name") or "": (one.text or "").strip()
            for kind in ("header", "footer", "date-time")
            for one in content.iter(f"{PRESENTATION}{kind}-decl")
            if one.get(f"{PRESENTATION}source") != "current-date"
        }
        styles = package.part("styles.xml")
        pages = styles.iter(f"{STYLE}master-page") if styles is not None else ()
        self._masters = {one.get(f"{STYLE}name"): one for one in pages}
        self._reader = block_reader(package, flow, options)
        self._bare = _styles_with(content, "background-objects-visible", "false")

    def write(self, page: Any, reader: BlockReader) -> None:
        """Write what a slide is the first to show."""
        names = (page.get(f"{PRESENTATION}use-{kind}-name") or "" for kind in ("date-time", "header", "footer"))
        footers = [self._declared.get(name, "") for name in names]
        footers += [_text(one, reader) for one in page if one.get(f"{PRESENTATION}class") in _FOOTERS]
        for text in filter(None, footers):
            self._once(f"[footer] {text}")
        master = self._masters.get(page.get(f"{DRAW}master-page-name"))
        if master is not None and page.get(f"{DRAW}style-name") not in self._bare:
            shapes = [one for one in master if not one.get(f"{PRESENTATION}class") and str(one.tag).startswith(DRAW)]
            for shape in shapes:
                if text := _text(shape, self._reader):
                    self._once(f"[layout] {text}")

    def _once(self, line: str) -> None:
        if line not in self._written:
            self._written.add(line)
            self._flow.paragraph(line, clauses=False)


def _text(shape: Any, reader: BlockReader) -> str:
    """The text of a shape, without parts that programs fill in themselves."""
    for field in shape.iter(*_FILLED_IN):
        field.text = None
    return text_of(list(reader.read([shape])))


def _styles_with(content: Any, name: str, value: str) -> set[str]:
    """The names of the styles of slides with a property."""
    return {
        style.get(f"{STYLE}name") or ""
        for style in content.iter(f"{STYLE}style")
        for properties in style.iterfind(f"{STYLE}drawing-page-properties")
        if properties.get(f"{PRESENTATION}{name}") == value
    }
