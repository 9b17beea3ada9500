"""Exports of Notion (``.zip`` of Markdown, CSV and HTML): a document per page. Nothing is unpacked to the disk."""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Iterator
from pathlib import PurePosixPath

from potluck.documents import Document, Source
from potluck.errors import DocumentLimit, UnreadableDocument
from potluck_plugins.loaders._shared.archive import Archive, open_archive, read_member
from potluck_plugins.loaders._shared.decoding import decode
from potluck_plugins.loaders._shared.flow import Flow
from potluck_plugins.loaders._shared.markdown import write_markdown
from potluck_plugins.loaders._shared.markup import read_html
from potluck_plugins.loaders._shared.table import read_table, write_table

_ID = re.compile(r"[ _-][0-9a-f]{32}(?=$|_all$)")
_PAGES = (".md", ".csv", ".html")
_ALL = "_all.csv"
_PART = re.compile(r"(?:ExportBlock|Export)-[0-9a-f-]{8,}.*\.zip$", re.IGNORECASE)


def is_export(names: Iterable[str]) -> bool:
    """Whether the members of an archive are those of an export: most pages end in the number that Notion gives them."""
    paths = [PurePosixPath(name.replace("\\", "/")) for name in names if not name.endswith("/")]
    if paths and all(_PART.fullmatch(path.name) for path in paths):
        return True
    pages = [path for path in paths if path.suffix.lower() in _PAGES]
    return bool(pages) and sum(_ID.search(path.stem) is not None for path in pages) * 2 > len(pages)


def pages_of_export(source: Source) -> Iterator[Document]:
    """A document for each page or table. Raises ``UnreadableDocument`` if there is none."""
    losses: list[str] = []
    pages = [(name, content) for name, content in _members(source, losses) if content.strip()]
    if not pages:
        raise UnreadableDocument("it is a zip archive without Markdown, HTML or CSV in it, so no Notion export")
    for name, content in pages:
        yield _page(name, content, source.name, losses)
        losses = []


def _members(source: Source, losses: list[str]) -> Iterator[tuple[str, bytes]]:
    """Names and contents of the pages; what else there is goes into ``losses``."""
    damaged: list[str] = []
    skipped: list[str] = []
    with open_archive(source.path) as archive:
        yield from _pages(archive, damaged, skipped)
        for name in sorted(name for name in archive.namelist() if name.lower().endswith(".zip")):
            content = _content(archive, name, damaged)
            if content is not None:
                with open_archive(io.BytesIO(content)) as part:
                    yield from _pages(part, damaged, skipped)
    if damaged:
        losses.append(f"damaged, and not read: {', '.join(sorted(damaged))}")
    if skipped:
        losses.append(f"not read: {', '.join(skipped)}")


def _pages(archive: Archive, damaged: list[str], skipped: list[str]) -> Iterator[tuple[str, bytes]]:
    names = sorted(set(archive.namelist()))
    # Of a table that was filtered there are two files: what is shown, and all of it.
    whole = {name.lower() for name in names if name.lower().endswith(_ALL)}
    for name in names:
        lower = name.lower()
        if lower.endswith(_PAGES) and lower.removesuffix(".csv") + _ALL not in whole:
            content = _content(archive, name, damaged)
            if content is not None:
                yield name, content
        elif not lower.endswith((".zip", "/", *_PAGES)):
            skipped.append(PurePosixPath(name).name)


def _content(archive: Archive, name: str, damaged: list[str]) -> bytes | None:
    """The content of a member; None for one that cannot be read."""
    try:
        return read_member(archive, name)
    except (UnreadableDocument, DocumentLimit):
        damaged.append(name)
        return None


def _page(name: str, content: bytes, export: str, losses: list[str]) -> Document:
    """A page under its own name, without the number that Notion adds to it."""
    path = PurePosixPath(name.replace("\\", "/"))
    parts = [_ID.sub("", part) for part in (*path.parent.parts, path.stem) if part not in ("..", ".", "/")]
    title = parts[-1].removesuffix("_all")
    decoded = decode(content)
    flow, lost = Flow(), [*losses, *decoded.losses]
    if path.suffix.lower() == ".md":
        write_markdown(decoded.text.split("\n"), flow)
    elif path.suffix.lower() == ".html":
        read_html(decoded.text, flow)
    else:
        flow.heading(title, 1)
        table = read_table(decoded.text)
        write_table(table, flow)
        lost += table.losses
    return flow.document(f"{export}#{'/'.join([*parts[:-1], title])}", {"title": title}, lost)
