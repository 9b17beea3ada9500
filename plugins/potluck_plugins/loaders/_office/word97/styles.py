"""The style sheet of a Word file, and what modifiers make of a run or a paragraph.

Source: [MS-DOC] 2.4.6.5 (style properties), 2.9.271 (``STSH``), 2.9.260 (``STD``), 2.9.327 (``ToggleOperand``).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from potluck_plugins.loaders._office.paragraph import PLAIN, Look
from potluck_plugins.loaders._office.word97 import sprms as codes
from potluck_plugins.loaders._office.word97.file import STYLES, WordFile, u16
from potluck_plugins.loaders._office.word97.sprms import Sprm, sprms
from potluck_plugins.loaders._shared.raised import Position

_DEEPEST = 64
_NO_STYLE = 0x0FFF
_PARAGRAPH, _CHARACTER = 1, 2
_LEAST_SHIFT = 4
"""Characters that are shifted by less than this, in half points, are not superscripts."""

_POSITIONS: dict[int, Position] = {1: "raised", 2: "lowered"}
_SAME, _OPPOSITE = 0x80, 0x81
_BODY = 9


@dataclass(frozen=True, slots=True)
class Run:
    """How a run is shown, and what it is beside text."""

    look: Look = PLAIN
    shifted: bool = False
    special: bool = False
    symbol: tuple[int, int] | None = None
    """The number of a font, and a character of it."""

    picture: int | None = None
    is_data: bool = False
    font: int = 0


@dataclass(frozen=True, slots=True)
class Properties:
    """The role of a paragraph: a heading (level from 1), an item of a list, a part of a table."""

    level: int | None = None
    list: int = 0
    list_level: int = 0
    depth: int = 0
    ends_cell: bool = False
    ends_row: bool = False


@dataclass(slots=True)
class _Style:
    kind: int
    base: int
    built_in: int
    paragraph: bytes = b""
    characters: bytes = b""


@dataclass(slots=True)
class Styles:
    """The styles by their numbers."""

    styles: dict[int, _Style]
    _runs: dict[int, Run] = field(default_factory=dict)
    _paragraphs: dict[int, Properties] = field(default_factory=dict)

    def run(self, number: int, group: bytes) -> Run:
        """A run with modifiers, in a paragraph of a style."""
        if number not in self._runs:
            run = Run()
            for style in self._ancestry(number):
                run = self._change(run, run, style.characters)
            self._runs[number] = run
        base = self._runs[number]
        return self._change(base, base, group)

    def paragraph(self, number: int, group: bytes) -> Properties:
        """A paragraph of a style, with modifiers."""
        if number not in self._paragraphs:
            found = Properties()
            for style in self._ancestry(number):
                if 1 <= style.built_in <= _BODY:
                    found = replace(found, level=style.built_in)
                found = _describe(found, style.paragraph)
            self._paragraphs[number] = found
        return _describe(self._paragraphs[number], group)

    def _change(self, run: Run, base: Run, group: bytes) -> Run:
        for sprm in sprms(group):
            if sprm.code == codes.CHARACTER_STYLE:
                for style in self._ancestry(sprm.value):
                    run = self._change(run, base, style.characters) if style.kind == _CHARACTER else run
                base = run
            elif sprm.code == codes.PLAIN:
                run = replace(base, special=run.special)
            else:
                run = _modify(run, base.look, sprm)
        return run

    def _ancestry(self, number: int) -> list[_Style]:
        """A style after those that it is based on; a circle of styles ends."""
        found: list[_Style] = []
        while number != _NO_STYLE and number in self.styles and len(found) < _DEEPEST:
            found.append(self.styles[number])
            number = self.styles[number].base
        return found[::-1]


def read_styles(file: WordFile) -> Styles:
    """The style sheet. Raises ``EOFError`` if it is cut off."""
    sheet = file.part(STYLES)
    head = u16(sheet, 0)
    count, base_size = u16(sheet, 2), u16(sheet, 4)
    found: dict[int, _Style] = {}
    at = 2 + head
    for number in range(count):
        size = u16(sheet, at)
        if size >= 10:
            found[number] = _style(sheet[at + 2 : at + 2 + size], base_size)
        at += 2 + size
    return Styles(found)


def _style(content: bytes, base_size: int) -> _Style:
    kind, base = u16(content, 2) & 0xF, u16(content, 2) >> 4
    style = _Style(kind, base, u16(content, 0) & 0x0FFF)
    groups = list(_groups(content, base_size, u16(content, 4) & 0xF))
    if kind == _PARAGRAPH and groups:
        style.paragraph = groups[0][2:]
        style.characters = groups[1] if len(groups) > 1 else b""
    elif kind == _CHARACTER and groups:
        style.characters = groups[0]
    return style


def _groups(content: bytes, base_size: int, count: int) -> Iterator[bytes]:
    """The groups of modifiers of a style, which follow its name."""
    at = base_size + 2 + 2 * (u16(content, base_size) + 1)
    for _ in range(count):
        if at + 2 > len(content):
            return
        size = u16(content, at)
        yield content[at + 2 : at + 2 + size]
        at += 2 + size + size % 2


def _modify(run: Run, base: Look, sprm: Sprm) -> Run:
    look, code = run.look, sprm.code
    if code == codes.POSITION:
        position = _POSITIONS.get(sprm.value, look.position if run.shifted else "base")
        return replace(run, look=replace(look, position=position))
    if code == codes.SHIFT:
        return _shift(run, sprm.signed_value)
    if code in (codes.STRUCK, codes.STRUCK_TWICE):
        return replace(run, look=replace(look, struck=_toggle(sprm.value, base.struck)))
    if code == codes.HIDDEN:
        return replace(run, look=replace(look, hidden=_toggle(sprm.value, base.hidden)))
    if code == codes.DELETED:
        return replace(run, look=replace(look, deleted=sprm.value == 1))
    if code == codes.SYMBOL:
        return replace(run, symbol=(sprm.value & 0xFFFF, sprm.value >> 16))
    if code == codes.PICTURE:
        return replace(run, picture=sprm.value)
    if code in (codes.SPECIAL, codes.IS_DATA):
        on = sprm.value == 1
        return replace(run, special=on) if code == codes.SPECIAL else replace(run, is_data=on)
    return replace(run, font=sprm.value) if code == codes.FONT else run


def _shift(run: Run, shift: int) -> Run:
    if abs(shift) >= _LEAST_SHIFT:
        return replace(run, shifted=True, look=replace(run.look, position="raised" if shift > 0 else "lowered"))
    return replace(run, shifted=False, look=replace(run.look, position="base")) if run.shifted else run


def _toggle(value: int, inherited: bool) -> bool:
    return {_SAME: inherited, _OPPOSITE: not inherited}.get(value, value == 1)


def _describe(found: Properties, group: bytes) -> Properties:
    for sprm in sprms(group):
        code, value = sprm.code, sprm.value
        if code == codes.OUTLINE:
            found = replace(found, level=value + 1 if value < _BODY else None)
        elif code == codes.LIST:
            found = replace(found, list=value if value < 0x7FFF else 0)
        elif code == codes.LEVEL:
            found = replace(found, list_level=min(value, 8))
        elif code == codes.IN_TABLE:
            found = replace(found, depth=max(found.depth, 1) if value else 0)
        elif code == codes.DEPTH:
            found = replace(found, depth=max(0, sprm.signed_value))
        elif code == codes.DEEPER:
            found = replace(found, depth=max(0, found.depth + sprm.signed_value))
        elif code in (codes.ROW_END, codes.INNER_ROW_END):
            found = replace(found, ends_row=value == 1)
        elif code == codes.INNER_CELL:
            found = replace(found, ends_cell=value == 1)
    return found
