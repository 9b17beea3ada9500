"""The running text of a paragraph of a Word file: characters that are not text, and fields.

Source: [MS-DOC] 2.4.1 (characters with a meaning of their own), 2.8.25 (fields).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from potluck_plugins.loaders._office.fields import FormField, instruction_text, is_equation, is_page_number
from potluck_plugins.loaders._office.paragraph import Look, Paragraph
from potluck_plugins.loaders._office.word97.file import FONTS, WordFile, u16
from potluck_plugins.loaders._office.word97.forms import form_field
from potluck_plugins.loaders._office.word97.styles import Run
from potluck_plugins.loaders._shared.symbols import is_symbol_font, symbol

_MARKS = re.compile("[\x00-\x1f\uf000-\uf0ff(]")
_SHOWN = {"\t": "\t", "\x0b": "\n", "\x0e": "\n", "\x1e": "-"}
_BEGIN, _RESULT, _END = "\x13", "\x14", "\x15"
_PICTURE = "\x01"


@dataclass(slots=True)
class _Field:
    instruction: str = ""
    in_result: bool = False
    hides_result: bool = False
    form: FormField = field(default_factory=FormField)


class Lines:
    """Reads runs; fields may go on over several paragraphs."""

    def __init__(self, file: WordFile, anchored: Callable[[int, str, Paragraph], None]) -> None:
        """``anchored`` takes the position and the character of a mark of a note, comment or drawing."""
        self._data = file.data
        self._fonts = _font_names(file)
        self._anchored = anchored
        self._fields: list[_Field] = []

    def add(self, text: str, position: int, run: Run, to: Paragraph) -> None:
        """Add a run that begins at a position of the text."""
        at = 0
        for mark in _MARKS.finditer(text):
            self._write(text[at : mark.start()], run.look, to)
            self._mark(mark[0], position + mark.start(), run, to)
            at = mark.end()
        self._write(text[at:], run.look, to)

    def _mark(self, mark: str, position: int, run: Run, to: Paragraph) -> None:
        if mark in _SHOWN:
            self._write(_SHOWN[mark], run.look, to)
        elif mark in (_BEGIN, _RESULT, _END):
            self._field(mark, run, to)
        elif mark == "(":
            special = run.symbol if run.special else None
            self._write(self._symbol(special[1], special[0]) if special else mark, run.look, to)
        elif mark >= "\uf000":
            self._write(self._symbol(ord(mark), run.font), run.look, to)
        elif mark == _PICTURE and run.picture is not None and self._fields and run.is_data:
            self._fields[-1].form = form_field(self._data, run.picture)
        elif run.special:
            self._anchored(position, mark, to)

    def _symbol(self, code: int, font: int) -> str:
        name = self._fonts[font] if font < len(self._fonts) else ""
        if not 0xF000 <= code <= 0xF0FF and not is_symbol_font(name):
            return chr(code)
        return symbol(code, name if is_symbol_font(name) else "Symbol") or ""

    def _field(self, mark: str, run: Run, to: Paragraph) -> None:
        if mark == _BEGIN:
            self._fields.append(_Field())
        elif self._fields and mark == _RESULT:
            self._fields[-1].in_result = True
            self._fields[-1].hides_result = is_page_number(self._fields[-1].instruction)
        elif self._fields:
            ended = self._fields.pop()
            look = run.look.of_equation() if is_equation(ended.instruction) else run.look
            self._write(str(ended.form) or instruction_text(ended.instruction) or "", look, to)

    def _write(self, text: str, look: Look, to: Paragraph) -> None:
        """To the innermost instruction, else to the paragraph, unless a field around it hides its result."""
        for one in reversed(self._fields):
            if not one.in_result:
                one.instruction += text
                return
            if one.hides_result:
                return
        to.add(text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace"), look)


def _font_names(file: WordFile) -> list[str]:
    """The names of the fonts ([MS-DOC] 2.9.286, ``SttbfFfn``)."""
    table = file.part(FONTS)
    names: list[str] = []
    at = 4
    for _ in range(u16(table, 0) if len(table) >= 4 else 0):
        if at >= len(table):
            break
        record = table[at + 1 : at + 1 + table[at]]
        names.append(record[39:].decode("utf-16-le", "replace").split("\0")[0])
        at += 1 + table[at]
    return names
