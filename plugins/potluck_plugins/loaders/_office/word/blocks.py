"""The blocks of a text: paragraphs with the numbers that Word counts, and tables; text boxes behind their anchors."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from potluck_plugins.loaders._office.numbering import Numbering, W
from potluck_plugins.loaders._office.package import read_children
from potluck_plugins.loaders._office.word.chunks import read_chunk
from potluck_plugins.loaders._office.word.fields import Fields
from potluck_plugins.loaders._office.word.paragraph import BULLET, Block, Paragraph
from potluck_plugins.loaders._office.word.runs import Line, LineReader, Source
from potluck_plugins.loaders._office.word.styles import Style, number, value
from potluck_plugins.loaders._office.word.tables import read_table

_WRAPPERS = {f"{W}{name}" for name in ("sdtContent", "ins", "customXml", "moveTo", "smartTag")}


class BlockReader:
    """Reads the blocks of one text: the body, a note, a header."""

    def __init__(
        self,
        source: Source,
        part: str,
        root: Any,
        *,
        numbering: Numbering | None = None,
        page_marks: bool = False,
    ) -> None:
        """``root`` is the whole text in a ``part``; its lists are counted by ``numbering``, else from the start."""
        self._source = source
        self._document = source.document
        self._part = part
        self._numbering = source.document.numbering.fresh_copy() if numbering is None else numbering
        self.fields = Fields(root, page_marks)
        self._lines = LineReader(source, part, self.fields)
        self._unfinished: Line | None = None

    def blocks(self, element: Any) -> Iterator[Block]:
        """The blocks in a body, a cell, a text box or a content control, in order."""
        for child in read_children(element):
            if child.tag == f"{W}p":
                yield from self._paragraph(child)
            elif child.tag == f"{W}tbl":
                yield from self._finish()
                yield from read_table(self, child)
            elif child.tag == f"{W}sdt":
                yield from self._control(child)
            elif child.tag == f"{W}altChunk":
                yield from read_chunk(self._document, self._part, child)
            elif child.tag in _WRAPPERS:
                yield from self.blocks(child)
        yield from self._finish()

    def open(self, element: Any) -> Iterator[Any]:
        """The rows of a table, or the cells of a row, those in content controls among them."""
        for child in read_children(element):
            if child.tag == f"{W}sdt":
                with self._lines.control(child):
                    yield from self.open(child)
            elif child.tag in _WRAPPERS:
                yield from self.open(child)
            else:
                yield child

    def leave_out(self, what: str, characters: int) -> None:
        """Count what is not read."""
        if characters:
            self._document.flow.leave_out(what, characters)

    def _control(self, element: Any) -> Iterator[Block]:
        content = element.find(f"{W}sdtContent")
        if content is not None:
            with self._lines.control(element):
                yield from self.blocks(content)

    def _paragraph(self, element: Any) -> Iterator[Block]:
        properties = element.find(f"{W}pPr")
        mark = None if properties is None else properties.find(f"{W}rPr")
        name = value(properties, "pStyle")
        line = self._lines.read(element, name, self._unfinished)
        self._unfinished = None
        ends = properties is not None and properties.find(f"{W}sectPr") is not None
        if not ends and (_is_deleted(mark) or _is_drop_cap(properties)):
            self._unfinished = line
            return
        text = str(line.text).strip()
        style, level = self._style(properties, name)
        hidden = not text and not self._document.options.hidden and self._document.styles.run_format(name, mark).hidden
        label = None if hidden else self._label(style)
        yield Paragraph(text, label, level, not style.contents, ends)
        yield from self._read_anchored(line)

    def _finish(self) -> Iterator[Block]:
        """A paragraph that no other follows, though its end is deleted."""
        line, self._unfinished = self._unfinished, None
        if line is not None:
            yield Paragraph(str(line.text).strip())
            yield from self._read_anchored(line)

    def _read_anchored(self, line: Line) -> Iterator[Block]:
        """The text of drawings, text boxes and notes, which follow the paragraph that they belong to."""
        yield from (Paragraph(words, clauses=False) for words in line.drawn)
        for box in line.boxes:
            yield from self.blocks(box)
        yield from (Paragraph(words, clauses=False, note=True) for words in self._source.take_notes())

    def _style(self, properties: Any, name: str | None) -> tuple[Style, int | None]:
        """The paragraph's own place in a list and heading level, else those of its style."""
        inherited = self._document.styles.style(name)
        by_style = self._document.lists_by_style.get(name or "")
        if by_style is not None and inherited.number_id is None:
            inherited = Style(inherited.level, *by_style, inherited.run, inherited.contents)
        own = properties.find(f"{W}numPr") if properties is not None else None
        outline = number(value(properties, "outlineLvl"))
        level = outline + 1 if outline is not None and 0 <= outline < 9 else inherited.level
        if own is None:
            return inherited, level
        place = number(value(own, "ilvl"))
        number_id = value(own, "numId") or inherited.number_id
        place = inherited.list_level if place is None else place
        return Style(level, number_id, place, inherited.run, inherited.contents), level

    def _label(self, style: Style) -> str | None:
        """The number that Word shows before the paragraph; None if there is none."""
        if style.number_id is None or style.number_id == "0":
            return None
        counted = self._numbering.next(style.number_id, style.list_level or 0)
        if counted is None:
            return None
        label, bullet = counted
        return BULLET if bullet else label or None


def _is_deleted(mark: Any) -> bool:
    """Whether the end of a paragraph is deleted: its text stands before that of the next."""
    return mark is not None and any(mark.find(f"{W}{name}") is not None for name in ("del", "moveFrom"))


def _is_drop_cap(properties: Any) -> bool:
    """Whether a paragraph is a large letter, with which the next one begins."""
    frame = None if properties is None else properties.find(f"{W}framePr")
    return frame is not None and frame.get(f"{W}dropCap", "none") != "none"
