"""OpenDocument texts (``.odt``): the body, then what stands in notes, headers and footers.

Source: OpenDocument 1.2 part 1, 3.4 (text documents), 16.9 (master pages).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from potluck.documents import Json
from potluck.errors import UnreadableDocument
from potluck_plugins.loaders._office.blocks import Block, margin, says_more_than_pages, text_of, write_blocks
from potluck_plugins.loaders._office.odf.blocks import BlockReader, Lists
from potluck_plugins.loaders._office.odf.lists import list_styles, outline_style
from potluck_plugins.loaders._office.odf.names import OFFICE, STYLE, TEXT
from potluck_plugins.loaders._office.odf.package import Package, metadata
from potluck_plugins.loaders._office.odf.styles import read_styles
from potluck_plugins.loaders._office.options import ReadOptions
from potluck_plugins.loaders._shared.archive import Archive
from potluck_plugins.loaders._shared.flow import Flow
from potluck_plugins.loaders._shared.xml import parse_xml

_NO_STYLES = f'<s xmlns="{OFFICE[1:-1]}"/>'.encode()
_MARGINS = {f"{STYLE}{name}{which}": name for name in ("header", "footer") for which in ("", "-left", "-first")}
_REGIONS = {f"{STYLE}region-{name}" for name in ("left", "center", "right")}
_FILLED_IN = (f"{TEXT}page-number", f"{TEXT}page-count", f"{TEXT}sheet-name")


def read_odt(archive: Archive, flow: Flow, options: ReadOptions) -> dict[str, Json]:
    """Write a text document into a flow; returns its metadata.

    Raises ``PasswordNeeded``, or ``UnreadableDocument`` if there is no text document.
    """
    package = Package(archive)
    content = package.part("content.xml")
    body = content.find(f"{OFFICE}body/{OFFICE}text") if content is not None else None
    if body is None:
        raise UnreadableDocument("it is an OpenDocument file without a text")
    reader = block_reader(package, flow, options, content)
    write_blocks(reader.read(body), flow)
    write_blocks(reader.notes, flow)
    write_margins(package, flow, options)
    return metadata(package)


def block_reader(package: Package, flow: Flow, options: ReadOptions, *parts: Any) -> BlockReader:
    """A reader of parts that have the common styles and their own."""
    styles = _styles(package)
    lists = Lists(list_styles(styles, *parts), outline_style(styles))
    return BlockReader(flow, options, read_styles(styles, *parts), lists, package)


def write_margins(package: Package, flow: Flow, options: ReadOptions) -> None:
    """Write the headers and footers of all pages, each text once."""
    write_blocks(_margins(_styles(package), block_reader(package, flow, options)), flow)


def _styles(package: Package) -> Any:
    styles = package.part("styles.xml")
    return styles if styles is not None else parse_xml(_NO_STYLES)


def _margins(styles: Any, reader: BlockReader) -> Iterator[Block]:
    """The headers and footers that pages show, without what programs fill in themselves."""
    for field in [one for name in _FILLED_IN for one in styles.iter(name)]:
        field.text = None
    seen: set[str] = set()
    for element in styles.iter(*_MARGINS):
        if element.get(f"{STYLE}display") == "false":
            continue
        parts = [one for one in element if one.tag in _REGIONS] or [element]  # of a sheet: left, middle, right
        texts = filter(says_more_than_pages, [text_of(list(reader.read(part))) for part in parts])
        yield from margin(_MARGINS[element.tag], " | ".join(texts), seen)
