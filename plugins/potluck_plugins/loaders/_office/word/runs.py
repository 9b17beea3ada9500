"""The runs of a paragraph as one text: what a page shows of them.

Superscripts, marks of notes, equations, results of fields and boxes of forms are written where they stand; what is
deleted, struck out or hidden is left out and counted. Source: ECMA-376 part 1, 17.3.2 and 17.3.3.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Protocol

from potluck_plugins.loaders._office.numbering import W
from potluck_plugins.loaders._office.package import read_children
from potluck_plugins.loaders._office.word.controls import Control, Controls
from potluck_plugins.loaders._office.word.document import WordDocument
from potluck_plugins.loaders._office.word.fields import PAGE_MARK, Fields
from potluck_plugins.loaders._office.word.graphics import Graphics
from potluck_plugins.loaders._office.word.notes import Kind
from potluck_plugins.loaders._office.word.styles import RunFormat, is_on, value
from potluck_plugins.loaders._shared.omml import NAMESPACES, omml_text
from potluck_plugins.loaders._shared.raised import Position, ScriptedText
from potluck_plugins.loaders._shared.symbols import is_symbol_font, symbol, unknown_symbol

M = f"{{{NAMESPACES[0]}}}"
_DELETED = {f"{W}del", f"{W}moveFrom"}
_PROPERTIES = {f"{W}pPr", f"{W}rPr", f"{W}sdtPr", f"{W}sdtEndPr"}
_SPACES = str.maketrans({"\n": " ", "\r": " ", "\u00ad": None, "\u2011": "-"})
_PRIVATE = re.compile("[\ue000-\uf8ff]")
_FORM_BLANK = "\u2002"
_PLACEHOLDER_STYLE = "PlaceholderText"


class Source(Protocol):
    """The data that the texts of a document share, and the targets of their marks."""

    document: WordDocument
    controls: Controls
    graphics: Graphics

    def note(self, kind: Kind, identity: str, custom: str | None) -> str:
        """The mark of a note, as it is written in the text."""

    def take_notes(self) -> list[str]:
        """The texts of the notes that were referred to since this was last asked."""

    def comment(self, identity: str) -> str:
        """The mark at the anchor of a comment."""

    def page(self) -> None:
        """A page ends here."""


@dataclass(slots=True)
class Line:
    """The content of a paragraph: its text, its text boxes (``w:txbxContent``), and the text of its other drawings."""

    text: ScriptedText = field(default_factory=ScriptedText)
    boxes: list[Any] = field(default_factory=list)
    drawn: list[str] = field(default_factory=list)


@dataclass(slots=True)
class _Open:
    """A control that is being read; its value is written once, in place of its content."""

    control: Control
    given: bool = False

    def take(self) -> str:
        value, self.given = "" if self.given else self.control.value or "", True
        return value


class LineReader:
    """Reads paragraphs of one text: the body, a note, a header."""

    def __init__(self, source: Source, part: str, fields: Fields) -> None:
        """``part`` is the name of the part that holds the text."""
        self._source = source
        self._document = source.document
        self._part = part
        self._fields = fields
        self._line = Line()
        self._style: str | None = None
        self._size: int | None = None
        self._controls_open: list[_Open] = []
        self._left: tuple[str, int] = ("", 0)

    def read(self, paragraph: Any, style: str | None, line: Line | None = None) -> Line:
        """Read a paragraph that has a style; ``line`` is one that goes on with it."""
        self._line = line or Line()
        self._style = style
        self._size = self._document.styles.run_format(style).size
        self._children(paragraph)
        self._count_left()
        return self._line

    @contextmanager
    def control(self, element: Any) -> Iterator[Control]:
        """Read what is in a content control (``w:sdt``)."""
        control = self._source.controls.read(element)
        self._controls_open.append(_Open(control))
        try:
            yield control
        finally:
            self._controls_open.pop()

    def _children(self, element: Any) -> None:
        for child in read_children(element):
            self._element(child)

    def _element(self, element: Any) -> None:
        tag = element.tag
        if tag == f"{W}r":
            self._run(element)
        elif tag in _DELETED:
            self._leave_out("deleted text", _characters(element))
        elif tag == f"{W}sdt":
            self._inline_control(element)
        elif tag == f"{W}fldSimple":
            self._simple_field(element)
        elif tag in (f"{M}oMath", f"{M}oMathPara"):
            self._equation(element)
        elif tag not in _PROPERTIES:
            self._children(element)

    def _inline_control(self, element: Any) -> None:
        content = element.find(f"{W}sdtContent")
        with self.control(element) as control:
            if control.value is not None:
                self._add(control.value)
            elif content is not None:
                self._children(content)

    def _simple_field(self, element: Any) -> None:
        shown = self._fields.simple(element)
        if shown is None:
            self._children(element)
        else:
            self._add(*shown)

    def _equation(self, element: Any) -> None:
        for deleted in element.iter(*_DELETED):
            self._leave_out("deleted text", _characters(deleted))
        self._add(omml_text(element), "equation")

    def _run(self, run: Any) -> None:
        properties = run.find(f"{W}rPr")
        look = self._document.styles.run_format(self._style, properties)
        state = self._unread(look, properties)
        if state is not None:
            self._leave_out(state, _characters(run))
            self._pass_over(run)
            return
        position = look.position(self._size)
        custom = _custom_mark(run)
        for child in read_children(run):
            if custom is None or child.tag not in (f"{W}t", f"{W}sym"):
                self._content(child, custom, look, position)

    def _unread(self, look: RunFormat, properties: Any) -> str | None:
        """Why a run is not read; None if it is."""
        if self._fields.is_instruction:
            return None
        if self._controls_open and self._is_placeholder(properties):
            return "text that asks for an entry where there is none"
        if look.hidden and not self._document.options.hidden:
            return "hidden text"
        return "struck-out text" if look.is_struck else None

    def _is_placeholder(self, properties: Any) -> bool:
        """Whether a run within a control asks for an entry; some programs say so by its style only."""
        if any(one.control.placeholder for one in self._controls_open):
            return True
        return self._controls_open[-1].control.value is None and value(properties, "rStyle") == _PLACEHOLDER_STYLE

    def _pass_over(self, run: Any) -> None:
        """Keep the account of fields in a run that is not read."""
        for mark in run.iter(f"{W}fldChar", f"{W}instrText"):
            if mark.tag == f"{W}fldChar":
                self._fields.mark(mark)
            else:
                self._fields.instruct(mark.text or "")

    def _content(self, element: Any, custom: str | None, look: RunFormat, position: Position) -> None:
        tag = element.tag
        if tag == f"{W}t":
            self._text(element.text or "", look, position)
        elif tag == f"{W}fldChar":
            self._add(*self._fields.mark(element))
        elif tag == f"{W}instrText":
            self._fields.instruct(element.text or "")
        elif tag in _CHARACTERS:
            self._add(_CHARACTERS[tag], position)
        elif tag == f"{W}sym":
            self._character(element.get(f"{W}font"), _code(element), position)
        elif tag in (f"{W}footnoteReference", f"{W}endnoteReference"):
            self._reference(element, custom)
        elif tag == f"{W}commentReference":
            self._add(self._source.comment(element.get(f"{W}id") or ""))
        elif tag == f"{W}ruby":
            self._ruby(element)
        elif tag in (f"{W}drawing", f"{W}pict", f"{W}object"):
            self._read_drawing(element)
        elif tag == f"{W}lastRenderedPageBreak":
            self._source.page()
        elif tag == f"{W}delText":
            self._leave_out("deleted text", len(element.text or ""))

    def _text(self, text: str, look: RunFormat, position: Position) -> None:
        text = text.translate(_SPACES)
        if is_symbol_font(look.font) or _PRIVATE.search(text):
            for character in text:
                self._character(look.font, ord(character), position)
        else:
            self._add(text.replace(_FORM_BLANK, " "), position)

    def _character(self, font: str | None, code: int, position: Position) -> None:
        character = symbol(code, font)
        if character is None:
            self._leave_out(unknown_symbol(font), 1)
        else:
            self._add(character, position)

    def _reference(self, element: Any, custom: str | None) -> None:
        if self._fields.is_instruction:
            return
        kind: Kind = "footnote" if element.tag == f"{W}footnoteReference" else "endnote"
        self._add(self._source.note(kind, element.get(f"{W}id") or "", custom))

    def _ruby(self, element: Any) -> None:
        """The base, and its reading in brackets."""
        for part in element.findall(f"{W}rubyBase"):
            self._children(part)
        reading = _visible_text(element.find(f"{W}rt"))
        if reading:
            self._add(f"({reading})")

    def _read_drawing(self, element: Any) -> None:
        if self._fields.is_instruction:
            return
        self._line.boxes += _outermost(element, f"{W}txbxContent")
        self._line.drawn += filter(None, self._source.graphics.lines(element, self._part))

    def _add(self, text: str, position: Position = "base") -> None:
        if not text or self._fields.is_instruction:
            return
        if self._controls_open and self._controls_open[-1].control.value is not None:
            text = self._controls_open[-1].take()
        if text:
            self._count_left()
            self._line.text.add(text, position)

    def _leave_out(self, what: str, characters: int) -> None:
        if not characters:
            return
        if self._left[0] != what:
            self._count_left()
        self._left = (what, self._left[1] + characters)

    def _count_left(self) -> None:
        what, characters = self._left
        if characters:
            self._document.flow.leave_out(what, characters)
        self._left = ("", 0)


_CHARACTERS = {
    f"{W}tab": "\t",
    f"{W}ptab": "\t",
    f"{W}br": "\n",
    f"{W}cr": "\n",
    f"{W}noBreakHyphen": "-",
    f"{W}pgNum": PAGE_MARK,
}


def _custom_mark(run: Any) -> str | None:
    """The mark that the author wrote for a note, which follows its reference in the same run; None for one counted."""
    footnote = run.find(f"{W}footnoteReference")
    reference = run.find(f"{W}endnoteReference") if footnote is None else footnote
    if reference is None or not is_on(reference, "customMarkFollows"):
        return None
    symbols = (symbol(_code(one), one.get(f"{W}font")) for one in run.iter(f"{W}sym"))
    return (_visible_text(run) or "".join(filter(None, symbols))).strip() or "*"


def _code(element: Any) -> int:
    """The place of ``w:sym`` in its font; 0 for one that says none."""
    try:
        return int(element.get(f"{W}char") or "", 16)
    except ValueError:
        return 0


def _visible_text(element: Any) -> str:
    return "" if element is None else "".join(one.text or "" for one in element.iter(f"{W}t"))


def _characters(element: Any) -> int:
    """How many characters of text an element holds."""
    return sum(len(one.text or "") for one in element.iter(f"{W}t", f"{W}delText", f"{M}t"))


def _outermost(element: Any, tag: str) -> Iterator[Any]:
    """The elements of a tag below an element that stand in no other of that tag; of alternatives the first only."""
    for child in read_children(element):
        if child.tag == tag:
            yield child
        else:
            yield from _outermost(child, tag)
