"""The running text of an OpenDocument paragraph: runs, spaces, fields, notes, ruby, check boxes.

Source: OpenDocument 1.2 part 1, 6 (paragraph elements), 7 (text fields).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, Protocol

from potluck_plugins.loaders._office.odf.names import FIELD, OFFICE, TEXT, number
from potluck_plugins.loaders._office.paragraph import PLAIN, Look, Paragraph
from potluck_plugins.loaders._shared.check_boxes import check_box
from potluck_plugins.loaders._shared.raised import note_mark

_MOST_SPACES = 200
_FORM_FIELD = "vnd.oasis.opendocument.field."
_SOFT_HYPHEN = "\u00ad"
_WHITE = re.compile(r"[ \t\r\n]+")
_SKIPPED = {f"{TEXT}alphabetical-index-mark", f"{TEXT}script", f"{OFFICE}annotation-end", f"{FIELD}param"}
_BREAKS = {f"{TEXT}line-break": "\n", f"{TEXT}tab": "\t", f"{FIELD}fieldmark-end": ""}


class Host(Protocol):
    """Who reads the paragraph: what stands beside its line is handed to it."""

    def text_look(self, name: str | None, look: Look) -> Look:
        """The look of a run in the text style of this name."""

    def note(self, element: Any) -> str:
        """Keep a note; returns its label."""

    def comment(self, element: Any) -> None:
        """Keep a comment, or count it."""

    def shape(self, element: Any) -> str:
        """Keep a frame or drawing; returns what of it stands on the line."""


class Inline:
    """Reads running text."""

    def __init__(self, host: Host) -> None:
        """The host takes what is not running text."""
        self._host = host
        self._elements: dict[str, Callable[[Any, Paragraph, Look], None]] = {
            f"{TEXT}span": self._span,
            f"{TEXT}s": lambda element, to, look: to.add(" " * number(element, f"{TEXT}c", 1, _MOST_SPACES), look),
            f"{TEXT}note": lambda element, to, _: to.add(note_mark(self._host.note(element))),
            f"{TEXT}ruby": self._ruby,
            f"{TEXT}hidden-text": self._write_hidden,
            f"{TEXT}conditional-text": self.read,
            f"{FIELD}fieldmark": self._form_field,
            f"{FIELD}fieldmark-start": self._form_field,
            f"{OFFICE}annotation": lambda element, *_: self._host.comment(element),
        }

    def read(self, element: Any, to: Paragraph, look: Look) -> None:
        """Add what an element shows to a paragraph."""
        to.add_in_font(_fold_spaces(element.text), look)
        for child in element:
            self._child(child, to, look)
            to.add_in_font(_fold_spaces(child.tail), look)

    def _child(self, child: Any, to: Paragraph, look: Look) -> None:
        tag = str(child.tag)
        if tag in _BREAKS:
            to.add(_BREAKS[tag], look)
        elif tag in self._elements:
            self._elements[tag](child, to, look)
        elif tag.startswith("{urn:oasis:names:tc:opendocument:xmlns:drawing:"):
            to.add(self._host.shape(child), PLAIN.of_equation())
        elif tag not in _SKIPPED:
            self.read(child, to, look)

    def _span(self, element: Any, to: Paragraph, look: Look) -> None:
        self.read(element, to, self._host.text_look(element.get(f"{TEXT}style-name"), look))

    def _ruby(self, element: Any, to: Paragraph, look: Look) -> None:
        base, reading = element.find(f"{TEXT}ruby-base"), element.find(f"{TEXT}ruby-text")
        if base is not None:
            self.read(base, to, look)
        if reading is not None and "".join(reading.itertext()).strip():
            to.add(f"({''.join(reading.itertext()).strip()})", look)

    def _write_hidden(self, element: Any, to: Paragraph, look: Look) -> None:
        """A field that shows its text if a condition holds."""
        shown = element.get(f"{TEXT}is-hidden") == "false"
        text = element.text or element.get(f"{TEXT}string-value") or ""
        to.add(text, look if shown else Look(hidden=True))

    def _form_field(self, element: Any, to: Paragraph, look: Look) -> None:
        kind = (element.get(f"{FIELD}type") or "").removeprefix(_FORM_FIELD)
        given = [(one.get(f"{FIELD}name"), one.get(f"{FIELD}value") or "") for one in element.iterfind(f"{FIELD}param")]
        if kind == "FORMCHECKBOX":
            to.add(f"{check_box(('Checkbox_Checked', 'true') in given)} ", look)
        elif kind == "FORMDROPDOWN":
            to.add(_chosen_entry(given), look)
        self.read(element, to, look)


def _chosen_entry(given: list[tuple[str | None, str]]) -> str:
    """The entry of a drop-down list that is shown."""
    entries = [value for name, value in given if name == "Dropdown_ListEntry"]
    chosen = next((value for name, value in given if name == "Dropdown_Selected"), "0")
    return entries[int(chosen)] if chosen.isdigit() and int(chosen) < len(entries) else ""


def _fold_spaces(text: str | None) -> str:
    """White space in the file is a single space (OpenDocument 1.2, 6.1.2); places to break a word are none."""
    return _WHITE.sub(" ", text.replace(_SOFT_HYPHEN, "")) if text else ""
