"""Notion exports (``.zip`` of Markdown, CSV and HTML): one document per page. Nothing is unpacked to the disk."""

from __future__ import annotations

from collections.abc import Iterator

import potluck
from potluck.contracts import Config, Context, Loader
from potluck.documents import Document, Source
from potluck_plugins.loaders._shared.notion_pages import pages_of_export


class NotionConfig(Config):
    """The Notion loader has nothing to set."""


class NotionLoader(Loader):
    """Reads an export, and the archives in it: Notion cuts a large export into parts."""

    def __init__(self, config: NotionConfig, context: Context) -> None:
        """Read nothing yet."""

    def load(self, source: Source) -> Iterator[Document]:
        """Yield a document for each page or table."""
        yield from pages_of_export(source)


@potluck.hookimpl
def potluck_loader() -> potluck.Offer[NotionLoader]:
    """Offer the loader."""
    return potluck.Offer("Notion exports", NotionConfig, NotionLoader, requires=("lxml",), extra="html")
