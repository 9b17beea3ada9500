"""Notion exports (``.zip`` of Markdown and CSV): a section a page. Nothing is unpacked to the disk."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import PurePosixPath

import potluck
from potluck.contracts import Config, Context, Loader
from potluck.documents import Document, Source
from potluck.errors import UnreadableDocument

from potluck_plugins.loaders._shared.archive import open_archive
from potluck_plugins.loaders._shared.decoding import decode
from potluck_plugins.loaders._shared.flow import Flow

_ID = re.compile(r"[ _-][0-9a-f]{32}(?=\.|$)")
_HEADING = re.compile(r"(#{1,6})\s+(.*)")
_READ = (".md", ".csv", ".txt")


class NotionConfig(Config):
    """The Notion loader has nothing to set."""


class NotionLoader(Loader):
    """Reads an export."""

    def __init__(self, config: NotionConfig, context: Context) -> None:
        """Read nothing yet."""

    def load(self, source: Source) -> Iterator[Document]:
        """Yield the one document of an export."""
        flow, skipped = Flow(), []
        with open_archive(source.path) as archive:
            names = sorted(name for name in archive.namelist() if not name.endswith("/"))
            pages = [name for name in names if PurePosixPath(name).suffix.lower() in _READ]
            if not pages:
                raise UnreadableDocument("it is a zip archive without Markdown or CSV in it, so no Notion export")
            for name in names:
                if name in pages:
                    _page(name, decode(archive.read(name)).text, flow)
                else:
                    skipped.append(PurePosixPath(name).name)
        losses = [f"not read: {', '.join(skipped)}"] if skipped else []
        yield flow.document(source.name, {"pages": len(pages)}, losses)


def _page(name: str, text: str, flow: Flow) -> None:
    """A page under its name, without the number that Notion adds."""
    title = _ID.sub("", PurePosixPath(name).name).rpartition(".")[0]
    flow.heading(title, 1)
    for line in text.split("\n"):
        found = _HEADING.fullmatch(line.strip())
        if found and found.group(2).strip() != title:
            flow.heading(line, len(found.group(1)) + 1, title=found.group(2))
        elif not found:
            flow.paragraph(line)


@potluck.hookimpl
def potluck_loader() -> potluck.Offer[NotionLoader]:
    """Offer the loader."""
    return potluck.Offer("Notion exports", NotionConfig, NotionLoader)
