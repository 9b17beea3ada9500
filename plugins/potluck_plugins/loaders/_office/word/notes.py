"""Footnotes and endnotes: their marks in the text, numbered as Word numbers them, and their own text.

Source: ECMA-376 part 1, 17.11.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

from potluck_plugins.loaders._office.numbering import W
from potluck_plugins.loaders._office.word.document import WordDocument
from potluck_plugins.loaders._office.word.styles import number, value
from potluck_plugins.loaders._shared.numerals import format_number

Kind: TypeAlias = Literal["footnote", "endnote"]

_SEPARATORS = ("separator", "continuationSeparator", "continuationNotice")
_SYMBOLS = "*†‡§"


@dataclass(frozen=True, slots=True)
class _Counting:
    """How notes are numbered in a section."""

    format: str
    start: int
    restart: str


@dataclass(slots=True)
class _Notes:
    elements: dict[str, Any]
    counting: _Counting
    next: int
    marks: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Note:
    """A note that the text refers to: its mark, and the element that holds its paragraphs; None if given before."""

    mark: str
    element: Any


class NoteMarks:
    """The notes of a document, counted while the text is read."""

    def __init__(self, document: WordDocument) -> None:
        """Read the parts; ``begin_section`` must come before the first reference."""
        self._document = document
        self._notes: dict[Kind, _Notes] = {}
        kinds: tuple[tuple[Kind, str], ...] = (("footnote", "decimal"), ("endnote", "lowerRoman"))
        for kind, usual in kinds:
            root = document.part(f"{kind}s")
            notes = () if root is None else root.findall(f"{W}{kind}")
            elements = {one.get(f"{W}id") or "": one for one in notes if one.get(f"{W}type") not in _SEPARATORS}
            counting = _read_counting(_Counting(usual, 1, "continuous"), document.settings, kind)
            self._notes[kind] = _Notes(elements, counting, counting.start)

    def begin_section(self, properties: Any) -> None:
        """Go on to a section; ``properties`` are its ``w:sectPr`` or None."""
        for kind, notes in self._notes.items():
            notes.counting = _read_counting(notes.counting, properties, kind)
            if notes.counting.restart == "eachSect" or not notes.marks:
                notes.next = notes.counting.start

    def begin_page(self) -> None:
        """Go on to a page, as Word laid the text out when it saved it."""
        for notes in self._notes.values():
            if notes.counting.restart == "eachPage":
                notes.next = notes.counting.start

    def refer(self, kind: Kind, identity: str, custom: str | None = None) -> Note | None:
        """The note that a reference stands for; ``custom`` is a mark that the author wrote. None if it is missing."""
        notes = self._notes[kind]
        element = notes.elements.get(identity)
        if element is None:
            return None
        mark = custom
        if mark is None:
            mark = _label(notes.next, notes.counting.format)
            notes.next += 1
        note = Note(mark, None if identity in notes.marks else element)
        notes.marks.setdefault(identity, mark)
        return note

    def unused_notes(self) -> list[Any]:
        """The elements of notes that nothing refers to, which no page shows."""
        return [
            element
            for notes in self._notes.values()
            for identity, element in notes.elements.items()
            if identity not in notes.marks
        ]


def _read_counting(before: _Counting, properties: Any, kind: Kind) -> _Counting:
    """The numbering that ``w:footnotePr`` or ``w:endnotePr`` gives, else the one before."""
    own = None if properties is None else properties.find(f"{W}{kind}Pr")
    start = number(value(own, "numStart"))
    return _Counting(
        value(own, "numFmt") or before.format,
        before.start if start is None else start,
        value(own, "numRestart") or before.restart,
    )


def _label(count: int, kind: str) -> str:
    if kind == "chicago" and count > 0:
        return _SYMBOLS[(count - 1) % 4] * ((count - 1) // 4 + 1)
    return format_number(count, kind) or str(count)
