"""Fields: what a reader sees of them, which is their result and not their instruction; boxes and lists of forms.

Source: ECMA-376 part 1, 17.16 (fields and hyperlinks), 17.16.9 and 17.16.17 (check boxes and lists of forms).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, NamedTuple

from potluck_plugins.loaders._office.fields import instruction_text, is_equation
from potluck_plugins.loaders._office.numbering import W
from potluck_plugins.loaders._office.word.styles import number, switch, value
from potluck_plugins.loaders._shared.check_boxes import check_box
from potluck_plugins.loaders._shared.raised import Position

PAGE_MARK = "\ue000"
"""Stands for a page number while a header or footer is read."""

_PAGE_FIELDS = {"PAGE", "NUMPAGES", "SECTIONPAGES"}
_DRAWN_FIELDS = {"EQ", "SYMBOL"}
_COUNTING_FIELDS = {"AUTONUM", "AUTONUMLGL", "AUTONUMOUT", "LISTNUM"}


class Drawn(NamedTuple):
    """The text that a field shows instead of its result."""

    text: str
    position: Position = "base"


@dataclass(slots=True)
class _Field:
    instruction: list[str] = field(default_factory=list)
    form: Any = None
    separated: bool = False
    shown: Drawn | None = None


class Fields:
    """The fields that are open at a place of a text; they may go on over paragraphs."""

    def __init__(self, root: Any, page_marks: bool = False) -> None:
        """``root`` is the whole text; with ``page_marks``, page numbers are read as ``PAGE_MARK``."""
        self._open: list[_Field] = []
        self._page_marks = page_marks
        self._unclosed = _find_unclosed(root)
        self.uncounted = 0

    @property
    def is_instruction(self) -> bool:
        """Whether what stands here is an instruction, or a result that something else stands for."""
        return any(not one.separated or one.shown is not None for one in self._open)

    def instruct(self, text: str) -> None:
        """Add to the instruction of the innermost field."""
        if self._open and not self._open[-1].separated:
            self._open[-1].instruction.append(text)

    def mark(self, element: Any) -> Drawn:
        """Go past a ``w:fldChar``; returns what a field that ends there shows instead of its result."""
        kind = element.get(f"{W}fldCharType")
        if kind == "begin" and element not in self._unclosed:
            self._open.append(_Field(form=element.find(f"{W}ffData")))
        elif kind == "separate" and self._open:
            innermost = self._open[-1]
            innermost.separated = True
            innermost.shown = self._replacement("".join(innermost.instruction), innermost.form)
        elif kind == "end" and self._open:
            return self._end(self._open.pop()) or Drawn("")
        return Drawn("")

    def _end(self, ended: _Field) -> Drawn | None:
        if self.is_instruction:
            return None
        return ended.shown if ended.separated else self._replacement("".join(ended.instruction), ended.form, False)

    def simple(self, element: Any) -> Drawn | None:
        """The text that a ``w:fldSimple`` shows instead of its result; None if the result is read."""
        return self._replacement(element.get(f"{W}instr") or "", None, bool(len(element)))

    def _replacement(self, instruction: str, form: Any, result: bool = True) -> Drawn | None:
        name = instruction.split(maxsplit=1)[0].upper() if instruction.strip() else ""
        if name in _PAGE_FIELDS and self._page_marks:
            return Drawn(PAGE_MARK)
        box = None if form is None else form.find(f"{W}checkBox")
        if box is not None:
            return Drawn(_check_box(box))
        choices = None if form is None else form.find(f"{W}ddList")
        if choices is not None:
            return Drawn(_choice(choices))
        if name in _DRAWN_FIELDS:
            shown = instruction_text(instruction)
            return None if shown is None else Drawn(shown, "equation" if is_equation(instruction) else "base")
        if name in _COUNTING_FIELDS and not result:
            self.uncounted += 1
        return None


def _check_box(box: Any) -> str:
    checked = switch(box, "checked")
    return check_box(bool(switch(box, "default")) if checked is None else checked)


def _choice(choices: Any) -> str:
    """The entry that is chosen, else the one by default, else the first."""
    entries = [one.get(f"{W}val") or "" for one in choices.findall(f"{W}listEntry")]
    place = number(value(choices, "result"))
    place = number(value(choices, "default")) if place is None else place
    place = place or 0
    return entries[place].strip() if 0 <= place < len(entries) else ""


def _find_unclosed(root: Any) -> set[Any]:
    """The marks that begin a field which never ends: what follows them is not an instruction."""
    begun: list[Any] = []
    for mark in root.iter(f"{W}fldChar"):
        kind = mark.get(f"{W}fldCharType")
        if kind == "begin":
            begun.append(mark)
        elif kind == "end" and begun:
            begun.pop()
    return set(begun)
