"""Word 97 to 2003: the text, then its notes, headers and footers.

Source: [MS-DOC] 2.4.2 (paragraph boundaries), 2.4.3 (cells and rows).
"""

from __future__ import annotations

import re

from potluck.documents import Json
from potluck_plugins.loaders._office.blocks import BULLET, Block, Line, margin, text_of, write_blocks
from potluck_plugins.loaders._office.options import ReadOptions
from potluck_plugins.loaders._office.paragraph import PLAIN, Paragraph
from potluck_plugins.loaders._office.story import Story
from potluck_plugins.loaders._office.word97 import notes
from potluck_plugins.loaders._office.word97.file import WordFile
from potluck_plugins.loaders._office.word97.line import Lines
from potluck_plugins.loaders._office.word97.lists import read_lists
from potluck_plugins.loaders._office.word97.pieces import Text
from potluck_plugins.loaders._office.word97.properties import properties
from potluck_plugins.loaders._office.word97.rows import row_shape
from potluck_plugins.loaders._office.word97.styles import Properties, Run, read_styles
from potluck_plugins.loaders._shared.flow import Flow
from potluck_plugins.loaders._shared.raised import note_mark

_END = re.compile("[\r\x07\x0c]")
_CELL = "\x07"
_NOTE, _COMMENT, _DRAWING = "\x02", "\x05", "\x08"


def read_doc(content: bytes, flow: Flow, options: ReadOptions) -> dict[str, Json]:
    """Write a file into a flow; returns its metadata.

    Raises ``PasswordNeeded``, ``UnreadableDocument`` for a file of an older Word, ``EOFError`` or an error of an index
    where its parts contradict each other.
    """
    file = WordFile(content)
    reader = _Reader(file, flow, options)
    write_blocks(reader.story(*file.stories["text"]), flow)
    for span in reader.other_boxes:
        write_blocks(reader.story(*span), flow)
    write_blocks(reader.notes, flow)
    seen: set[str] = set()
    for what, span in notes.margins(file):
        write_blocks(margin(what, text_of(reader.story(*span)), seen), flow)
    return properties(file.summary)


class _Reader:
    """Reads the stories of a file."""

    def __init__(self, file: WordFile, flow: Flow, options: ReadOptions) -> None:
        self._file, self._flow, self._options = file, flow, options
        self._text = Text(file)
        self._styles = read_styles(file)
        self._numbering = read_lists(file)
        self._marks = notes.notes(file)
        self._comments = notes.comments(file)
        self._boxes, self.other_boxes = notes.boxes(file)
        self._beside: list[Block] = []
        self._runs: dict[tuple[int, bytes], Run] = {}
        self.notes: list[Line] = []

    def story(self, start: int, end: int) -> list[Block]:
        """The blocks of the text between two positions."""
        story, lines = Story(), Lines(self._file, self._read_anchored)
        outer, self._beside = self._beside, []
        while start < end:
            found = _END.search(self._text.text, start, end)
            last = found.start() if found else end
            style, group = self._text.paragraph(min(last, end - 1))
            properties = self._styles.paragraph(style, group)
            is_cell = found is not None and (found[0] == _CELL or properties.ends_cell)
            depth = max(properties.depth, 1) if is_cell or properties.ends_row else properties.depth
            if properties.ends_row:
                story.end_row(depth, row_shape(group))
            else:
                self._paragraph(start, last, style, properties, depth, lines, story)
                if is_cell:
                    story.end_cell(depth)
            start = last + 1
        self._beside = outer
        return story.finish()

    def _paragraph(
        self, start: int, end: int, style: int, properties: Properties, depth: int, lines: Lines, story: Story
    ) -> None:
        paragraph = Paragraph(self._flow, self._options)
        for first, last, group in self._text.runs(start, end):
            if (style, group) not in self._runs:
                self._runs[style, group] = self._styles.run(style, group)
            lines.add(self._text.text[first:last], first, self._runs[style, group], paragraph)
        label = self._label(properties) if paragraph.is_shown else ""
        if text := paragraph.finish():
            story.add(Line(text, label, properties.level), depth)
        beside, self._beside = self._beside, []
        for block in beside:
            story.add(block, depth)

    def _label(self, properties: Properties) -> str:
        if not properties.list:
            return ""
        counted = self._numbering.next(str(properties.list), properties.list_level)
        if counted is None:
            return ""
        label, bullet = counted
        return BULLET if bullet else label

    def _read_anchored(self, position: int, mark: str, paragraph: Paragraph) -> None:
        """The text anchored at a position: the mark of a note goes into the paragraph, the rest beside it."""
        if mark == _NOTE and (note := self._marks.pop(position, None)):
            if note.label:
                paragraph.add(note_mark(note.label), PLAIN)
            if text := text_of(self.story(*note.span)):
                self.notes.append(Line(f"[{note.kind} {note.label}".rstrip() + f"] {text}", clauses=False))
        elif mark == _COMMENT and (comment := self._comments.pop(position, None)):
            self._comment(comment)
        elif mark == _DRAWING:
            for span in self._boxes.pop(position, []):
                blocks = self.story(*span)
                self._beside.extend(blocks)

    def _comment(self, comment: notes.Comment) -> None:
        text = text_of(self.story(*comment.span))
        signed = (f" by {comment.author}" if comment.author else "") + (f", {comment.day}" if comment.day else "")
        if self._options.comments:
            self._beside.append(Line(f"[comment{signed}] {text}", clauses=False))
        elif text:
            self._flow.leave_out("the text of comments", len(text))
