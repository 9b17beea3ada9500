"""Word's ``.docx``, ``.docm`` and Strict Open XML: what a page shows, with the numbers that Word counts.

Source: ECMA-376 part 1, 17 (WordprocessingML).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from potluck.documents import Json
from potluck.errors import UnreadableDocument
from potluck_plugins.loaders._office.numbering import W
from potluck_plugins.loaders._office.options import ReadOptions
from potluck_plugins.loaders._office.package import Package
from potluck_plugins.loaders._office.word.blocks import BlockReader
from potluck_plugins.loaders._office.word.comments import Comments, introduction
from potluck_plugins.loaders._office.word.controls import Controls
from potluck_plugins.loaders._office.word.document import WordDocument
from potluck_plugins.loaders._office.word.graphics import Graphics
from potluck_plugins.loaders._office.word.margins import Margins, fold
from potluck_plugins.loaders._office.word.notes import Kind, NoteMarks
from potluck_plugins.loaders._office.word.paragraph import Block, Paragraph, inline
from potluck_plugins.loaders._shared.archive import Archive
from potluck_plugins.loaders._shared.flow import Flow
from potluck_plugins.loaders._shared.grid import Grid
from potluck_plugins.loaders._shared.raised import note_mark

_PROPERTIES = {
    "title": "title",
    "creator": "author",
    "created": "created",
    "modified": "modified",
    "subject": "subject",
}


def read_docx(archive: Archive, flow: Flow, options: ReadOptions | None = None) -> dict[str, Json]:
    """Write a document into a flow; returns its metadata. Raises ``UnreadableDocument``."""
    document = WordDocument(archive, flow, options or ReadOptions())
    body = document.root.find(f"{W}body")
    if body is None:
        raise UnreadableDocument(f"it is damaged: {document.main} holds no text")
    _Reader(document).write(body)
    return core_properties(archive)


def core_properties(archive: Archive) -> dict[str, Json]:
    """Title, author and dates of an office file."""
    package = Package(archive)
    part = next(iter(package.related_parts("", "core-properties")), "docProps/core.xml")
    root = package.find(part)
    found: dict[str, Json] = {}
    for element in root if root is not None else ():
        name = _PROPERTIES.get(str(element.tag).rpartition("}")[2])
        if name and element.text and element.text.strip():
            found[name] = element.text.strip()
    return found


class _Reader:
    """Reads the texts of a document: its body, and what marks in the body lead to."""

    def __init__(self, document: WordDocument) -> None:
        self.document = document
        self.controls = Controls(document)
        self.graphics = Graphics(document)
        self._notes = NoteMarks(document)
        self._comments = Comments(document)
        self._waiting: list[str] = []

    def write(self, body: Any) -> None:
        """Write the whole document, section by section."""
        sections = list(self._sections(body))
        said = {fold(line) for _, blocks in sections for block in blocks for line in _lines(block)}
        margins = Margins(self._margin, self.document.settings)
        for properties, blocks in sections:
            for block in (*margins.blocks(properties, said), *blocks):
                block.write(self.document.flow)
        self.graphics.tell()
        self._count_left()

    def _sections(self, body: Any) -> Iterator[tuple[Any, list[Block]]]:
        """The blocks of each section of the body, with its properties (``w:sectPr`` or None)."""
        properties = [one for one in body.iter(f"{W}sectPr") if one.getparent().tag in (f"{W}pPr", f"{W}body")]
        reader = BlockReader(self, self.document.main, body, numbering=self.document.numbering)
        blocks: list[Block] = []
        place = 0
        self._notes.begin_section(properties[0] if properties else None)
        for block in reader.blocks(body):
            blocks.append(block)
            if isinstance(block, Paragraph) and block.ends_section and place < len(properties):
                yield properties[place], blocks
                blocks, place = [], place + 1
                self._notes.begin_section(properties[place] if place < len(properties) else None)
        yield properties[place] if place < len(properties) else None, blocks
        self._note_uncounted(reader)

    def note(self, kind: Kind, identity: str, custom: str | None) -> str:
        """The mark of a note; its text waits until it is taken."""
        note = self._notes.refer(kind, identity, custom)
        if note is None:
            return ""
        mark = note_mark(note.mark)
        if note.element is not None:
            text = self._text_of(note.element, f"{kind}s")
            if custom and text.startswith(custom):
                text = text.removeprefix(custom).lstrip()
            self._waiting.append(f"{mark} {text}")
        return mark

    def take_notes(self) -> list[str]:
        """The texts of notes, with their marks, that wait; they come behind the paragraph or table."""
        notes, self._waiting = self._waiting, []
        return notes

    def comment(self, identity: str) -> str:
        """A comment, where the reader asked for comments; otherwise it is counted at the end."""
        if not self.document.options.comments:
            return ""
        element = self._comments.take(identity)
        return "" if element is None else f" [{introduction(element)}: {self._text_of(element, 'comments')}]"

    def page(self) -> None:
        """Go on to the next page."""
        self._notes.begin_page()

    def _text_of(self, element: Any, kind: str) -> str:
        """The text of a note or comment, in a part of a kind, as one line."""
        waiting = self.take_notes()
        reader = BlockReader(self, self.document.part_name(kind) or "", element)
        text = " ".join(filter(None, map(inline, reader.blocks(element))))
        self._waiting = waiting
        return text

    def _margin(self, relationship: str) -> list[Block]:
        """The blocks of a header or footer."""
        link = self.document.links.get(relationship)
        root = None if link is None or link.external else self.document.tree(link.target)
        if link is None or root is None:
            return []
        return list(BlockReader(self, link.target, root, page_marks=True).blocks(root))

    def _note_uncounted(self, reader: BlockReader) -> None:
        for _ in range(reader.fields.uncounted):
            self.document.flow.leave_out("a number that a field counts", 0)

    def _count_left(self) -> None:
        for what, elements in (
            ("text of comments", self._comments.find_unanchored()),
            ("a note that the text does not refer to", self._notes.unused_notes()),
        ):
            for element in elements:
                characters = sum(len(one.text or "") for one in element.iter(f"{W}t"))
                if characters:
                    self.document.flow.leave_out(what, characters)


def _lines(block: Block) -> Iterator[str]:
    """The lines that a block is written as."""
    if isinstance(block, Grid):
        yield from block.lines()
    else:
        yield block.shown_text
        yield block.text
