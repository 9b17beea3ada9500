"""Notion exports (``.zip`` of Markdown, CSV and HTML): a document a page. Nothing is unpacked to the disk."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from pathlib import PurePosixPath

import potluck
from potluck.contracts import Config, Context, Loader
from potluck.documents import Document, Source
from potluck.errors import UnreadableDocument
from potluck_plugins.loaders._shared.archive import open_archive, read_member
from potluck_plugins.loaders._shared.decoding import decode
from potluck_plugins.loaders._shared.flow import Flow
from potluck_plugins.loaders._shared.markdown import write_markdown
from potluck_plugins.loaders._shared.markup import read_html
from potluck_plugins.loaders._shared.table import read_table, write_table

_ID = re.compile(r"[ _-][0-9a-f]{32}(?=$|_all$)")
_PAGES = (".md", ".csv", ".html")
_ALL = "_all.csv"


class NotionConfig(Config):
    """The Notion loader has nothing to set."""


class NotionLoader(Loader):
    """Reads an export, and the archives in it: Notion cuts a large export into parts."""

    def __init__(self, config: NotionConfig, context: Context) -> None:
        """Read nothing yet."""

    def load(self, source: Source) -> Iterator[Document]:
        """Yield a document for each page or table."""
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
    with open_archive(source.path, damaged) as archive:
        yield from _pages(archive, damaged, skipped)
        for name in sorted(
            name for name in archive.namelist() if name.lower().endswith(".zip") and name not in damaged
        ):
            with open_archive(io.BytesIO(read_member(archive, name)), damaged) as part:
                yield from _pages(part, damaged, skipped)
    if damaged:
        losses.append(f"damaged, and not read: {', '.join(sorted(damaged))}")
    if skipped:
        losses.append(f"not read: {', '.join(skipped)}")


def _pages(archive: zipfile.ZipFile, damaged: list[str], skipped: list[str]) -> Iterator[tuple[str, bytes]]:
    names = sorted(set(archive.namelist()) - set(damaged))
    # Of a table that was filtered there are two files: what is shown, and all of it.
    whole = {name.lower() for name in names if name.lower().endswith(_ALL)}
    for name in names:
        lower = name.lower()
        if lower.endswith(_PAGES) and lower.removesuffix(".csv") + _ALL not in whole:
            yield name, read_member(archive, name)
        elif not lower.endswith((".zip", "/", *_PAGES)):
            skipped.append(PurePosixPath(name).name)


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


@potluck.hookimpl
def potluck_loader() -> potluck.Offer[NotionLoader]:
    """Offer the loader."""
    return potluck.Offer("Notion exports", NotionConfig, NotionLoader, requires=("lxml",), extra="html")
