"""A Word document: its parts, opened, and where what is left out is counted."""

from __future__ import annotations

from typing import Any

from potluck.errors import UnreadableDocument
from potluck_plugins.loaders._office.numbering import Numbering, read_numbering
from potluck_plugins.loaders._office.options import ReadOptions
from potluck_plugins.loaders._office.package import DamagedPart, Package
from potluck_plugins.loaders._office.word.styles import Styles
from potluck_plugins.loaders._shared.archive import Archive
from potluck_plugins.loaders._shared.flow import Flow

_MAIN = "word/document.xml"


class WordDocument:
    """The parts that readers of a document share. Raises ``UnreadableDocument`` if the text itself is damaged."""

    def __init__(self, archive: Archive, flow: Flow, options: ReadOptions) -> None:
        """Open the main part, and the styles and lists that it names."""
        self.package = Package(archive)
        self.flow = flow
        self.options = options
        self.main = next(iter(self.package.related_parts("", "officeDocument")), _MAIN)
        try:
            self.root = self.package.tree(self.main)
        except DamagedPart as error:
            raise UnreadableDocument(f"its text is damaged ({error})") from error
        self.links = self.package.relationships(self.main)
        self.styles = Styles(self.part("styles"))
        self.settings = self.part("settings")
        numbering = self.part("numbering")
        self.numbering = read_numbering(numbering) if numbering is not None else Numbering()
        self.lists_by_style = self.numbering.by_style()

    def part(self, kind: str) -> Any:
        """The root of a part that the text is linked to; None if there is none. A damaged one is a loss."""
        name = self.part_name(kind)
        return None if name is None else self.tree(name)

    def part_name(self, kind: str) -> str | None:
        """The name of the part of a kind that the text is linked to."""
        return next((link.target for link in self.links.values() if link.kind == kind and not link.external), None)

    def tree(self, part: str) -> Any:
        """The root of a part; None for a damaged one, which is a loss."""
        try:
            return self.package.tree(part)
        except DamagedPart as error:
            self.flow.lose(f"{error}; the rest was read")
            return None
