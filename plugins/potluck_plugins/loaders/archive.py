"""Archives (``.zip``, ``.tar``, compressed ones too) as folders: each file is read by the loader of its kind.

An export of Notion is told by its content, and read page by page.
"""

from __future__ import annotations

import zipfile
from collections.abc import Iterator

import potluck
from potluck.contracts import Config, Context, Loader
from potluck.documents import Attachment, Document, Source
from potluck.errors import NoText
from potluck_plugins.loaders._shared.members import is_zip, read_members
from potluck_plugins.loaders._shared.notion_pages import is_export, pages_of_export


class ArchiveConfig(Config):
    """The archive loader has nothing to set."""


class ArchiveLoader(Loader):
    """Hands on the files in an archive, those in archives within it too."""

    hands_on = True

    def __init__(self, config: ArchiveConfig, context: Context) -> None:
        """Read nothing yet."""

    def load(self, source: Source) -> Iterator[Document | Attachment]:
        """Yield the files in an archive, or the pages of an export of Notion."""
        if _is_notion_export(source):
            yield from pages_of_export(source)
            return
        losses: list[str] = []
        found = 0
        for name, content in read_members(source.path, source.name, losses):
            if content:
                found += 1
                yield Attachment(f"{source.name}#{name}", content)
        if not found:
            raise NoText("; ".join(["there are no files in it", *losses]))
        if losses:
            yield Document(source.name, "", losses=tuple(losses))


def _is_notion_export(source: Source) -> bool:
    try:
        with zipfile.ZipFile(source.path) as archive:
            return is_zip(source.path) and is_export(archive.namelist())
    except (zipfile.BadZipFile, OSError, ValueError):
        return False


@potluck.hookimpl
def potluck_loader() -> potluck.Offer[ArchiveLoader]:
    """Offer the loader."""
    summary = "archives as folders (.zip, .tar)"
    return potluck.Offer(summary, ArchiveConfig, ArchiveLoader, requires=("lxml",), extra="html")
