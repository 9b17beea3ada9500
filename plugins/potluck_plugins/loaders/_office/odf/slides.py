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
from potluck_plugins.loaders._office.odf.names import DRAW, OFFICE, PRESENTATION, STYLE
from potluck_plugins.loaders._office.odf.package import Package, metadata
from potluck_plugins.loaders._office.odf.text import block_reader
from potluck_plugins.loaders._office.options import ReadOptions
from potluck_plugins.loaders._shared.archive import Archive
from potluck_plugins.loaders._shared.flow import Flow

_PLACEHOLDERS = ("date-time", "footer", "header", "page-number", "page")


def read_odp(archive: Archive, flow: Flow, options: ReadOptions) -> dict[str, Json]:
    """Write a presentation into a flow; returns its metadata.

    Raises ``PasswordNeeded``, or ``UnreadableDocument`` where there is no presentation.
    """
    package = Package(archive)
    content = package.part("content.xml")
    body = content.find(f"{OFFICE}body") if content is not None else None
    pages = list(body.iterfind(f"*/{DRAW}page")) if body is not None else []
    if not pages:
        raise UnreadableDocument("it is an OpenDocument file without slides")
    hidden = _hidden_styles(content)
    for number, page in enumerate(pages, 1):
        if page.get(f"{DRAW}style-name") in hidden and not options.hidden:
            aside = Flow()
            _write(page, block_reader(package, aside, options, content), aside)
            flow.leave_out("text of hidden slides", len(aside.document("").text))
            continue
        flow.page(number)
        _write(page, block_reader(package, flow, options, content), flow)
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


def _hidden_styles(content: Any) -> set[str]:
    """The names of the styles whose slides are not shown."""
    return {
        style.get(f"{STYLE}name") or ""
        for style in content.iter(f"{STYLE}style")
        for properties in style.iterfind(f"{STYLE}drawing-page-properties")
        if properties.get(f"{PRESENTATION}visibility") == "hidden"
    }
