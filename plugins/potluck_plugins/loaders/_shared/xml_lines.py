"""The lines of an XML tree of any kind: one for each element that holds words, with its name; one for each row.

An element in which words and elements are mixed is one line. What stands in attributes is read for elements that hold
nothing else.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from typing import Any, NamedTuple

from potluck_plugins.loaders._shared.flow import Flow, one_line
from potluck_plugins.loaders._shared.mathml import mathml_text
from potluck_plugins.loaders._shared.raised import Position, ScriptedText, could_be_mark, note_mark
from potluck_plugins.loaders._shared.xml_names import (
    BLOCKS,
    BREAKS,
    TEXTS,
    bare,
    is_deleted,
    is_footnote,
    is_formula,
    is_source_of_formula,
    label_of,
    leads_to_note,
    name_of,
    position_of,
)
from potluck_plugins.loaders._shared.xml_tables import besides_rows, is_table, read_table

_DEEPEST = 20
"""Tables and notes within lines that are nested more deeply are read as part of the line."""


def xml_lines(root: Any, flow: Flow, depth: int = 0) -> Iterator[str]:
    """The lines of elements in their order, with a blank one where an element of elements has ended.

    What is deleted is left out and counted in the flow.
    """
    from lxml import etree

    blank, begun, read = False, False, False
    walk = etree.iterwalk(root, events=("start", "end"), tag="*")
    for event, element in walk:
        if event == "end":
            blank = blank or (not read and len(element) > 0)
            read = False
            continue
        is_rows = is_table(element)
        found = _table(element, flow, depth) if is_rows else _own_lines(element, flow, depth)
        read = found is not None and not is_rows
        if found is not None:
            walk.skip_subtree()
        for line in found if found is not None else [_facts(element)]:
            if line and blank and begun:
                yield ""
            if line:
                yield line
                blank, begun = False, True


def _own_lines(element: Any, flow: Flow, depth: int) -> Iterator[str] | None:
    """The lines of an element that is one line; None for one whose elements are lines of their own."""
    name = bare(element.tag)
    if is_formula(element):
        return iter([f"{name}: {mathml_text(element)}"])
    if not _is_mixed(element):
        return None
    line = _Line(flow, depth)
    text = line.read(element)
    return chain([f"{name}: {text}" if text else ""], line.beside())


def _table(table: Any, flow: Flow, depth: int) -> Iterator[str]:
    """The title of a table, its rows, then the notes in them."""
    for child in besides_rows(table):
        yield from filter(None, xml_lines(child, flow, depth + 1))
    lines: list[_Line] = []

    def text(cell: Any) -> str:
        lines.append(_Line(flow, _DEEPEST))
        return lines[-1].read(cell)

    yield from read_table(table, text)


def _facts(element: Any) -> str:
    text = element.text or ""
    if text.strip():
        return f"{bare(element.tag)}: {one_line(text)}"
    facts = [f"{bare(key)}: {one_line(value)}" for key, value in element.items() if value.strip()]
    return f"{bare(element.tag)}: {'; '.join(facts)}" if facts and len(element) == 0 else ""


def _is_mixed(element: Any) -> bool:
    """Whether words stand beside elements in it, or it is text in which something is raised, lowered or deleted."""
    beside = [element.text, *(child.tail for child in element)] if len(element) else []
    if any(text and text.strip() for text in beside):
        return True
    return name_of(element) in TEXTS and any(position_of(child) or is_deleted(child) for child in element)


class _Open(NamedTuple):
    """An element within a line; ``note`` as ``leads_to_note`` tells it."""

    element: Any
    position: Position | None
    note: bool | None


class _Line:
    """Reads an element as one line."""

    def __init__(self, flow: Flow, depth: int) -> None:
        """It is empty."""
        self._flow = flow
        self._depth = depth
        self._text = ScriptedText()
        self._open: list[_Open] = []
        self._brackets = 0
        self._beside: list[Any] = []

    def read(self, root: Any) -> str:
        """The text of an element."""
        from lxml import etree

        self._words(root.text)
        apart = not _is_mixed(root)
        walk = etree.iterwalk(root, events=("start", "end"))
        for event, element in walk:
            if element is root:
                continue
            if event == "end":
                self._end(element)
            elif self._is_read_otherwise(element):
                walk.skip_subtree()
            else:
                self._start(element, apart and element.getparent() is root)
        return one_line(str(self._text))

    def beside(self) -> Iterator[str]:
        """The lines of the tables and notes that stand in it, which follow it."""
        for element in self._beside:
            if is_footnote(element):
                yield self._footnote(element)
            else:
                yield from filter(None, xml_lines(element, self._flow, self._depth + 1))

    def _footnote(self, element: Any) -> str:
        label, text = label_of(element), _Line(self._flow, _DEEPEST).read(element)
        return f"[footnote {label}] {text.removeprefix(label).strip()}" if label else f"[footnote] {text}"

    def _start(self, element: Any, apart: bool) -> None:
        position, note = position_of(element), leads_to_note(element)
        if (apart and position is None) or name_of(element) in BLOCKS | BREAKS:
            self._text.add(" ")
        self._open.append(_Open(element, position, note))
        self._words(element.text)

    def _end(self, element: Any) -> None:
        if self._open and self._open[-1].element is element:
            self._open.pop()
        if name_of(element) in BLOCKS:
            self._text.add(" ")
        self._words(element.tail)

    def _is_read_otherwise(self, element: Any) -> bool:
        """Write, keep or count what is not words of the line; False for what is."""
        if not isinstance(element.tag, str):
            self._words(element.text)  # a reference to an entity, which is not followed
        elif is_source_of_formula(element):
            return True
        elif is_deleted(element):
            self._flow.leave_out("deleted text", len("".join(element.itertext()).strip()))
        elif is_formula(element):
            self._text.add(mathml_text(element), *self._positions(), "equation")
        elif self._depth < _DEEPEST and (is_table(element) or is_footnote(element)):
            self._beside.append(element)
            if is_footnote(element) and label_of(element):
                self._text.add(note_mark(label_of(element)))
        else:
            return False
        return True

    def _words(self, text: str | None) -> None:
        if not text:
            return
        notes = {one.note for one in self._open}
        is_raised = self._positions()[-1:] == ["raised"]
        is_mark = (True in notes and not self._brackets) or (is_raised and not notes.isdisjoint((True, None)))
        if is_mark and could_be_mark(text):
            self._text.add(note_mark(text))
        else:
            self._text.add(text, *self._positions())
        self._brackets = max(0, self._brackets + text.count("[") - text.count("]"))

    def _positions(self) -> list[Position]:
        return [one.position for one in self._open if one.position]
