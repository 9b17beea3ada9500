"""The destinations of RTF: groups whose text is not running text of the document.

Source: Rich Text Format specification 1.9.1, "Destinations"; its appendix C lists them.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from potluck.documents import Json
from potluck_plugins.loaders._office.blocks import Block, Line, text_of
from potluck_plugins.loaders._office.fields import instruction_text, is_equation, is_page_number
from potluck_plugins.loaders._office.options import ReadOptions
from potluck_plugins.loaders._office.packed import day
from potluck_plugins.loaders._office.paragraph import PLAIN, Look
from potluck_plugins.loaders._office.rtf.fonts import Font, Fonts
from potluck_plugins.loaders._office.rtf.math import Equation
from potluck_plugins.loaders._office.rtf.part import Capture, Part
from potluck_plugins.loaders._office.rtf.state import Field, State
from potluck_plugins.loaders._office.rtf.styles import Style, Styles
from potluck_plugins.loaders._office.rtf.tokens import Tokens
from potluck_plugins.loaders._shared.flow import Flow
from potluck_plugins.loaders._shared.numerals import format_number
from potluck_plugins.loaders._shared.raised import note_mark

_SKIPPED = frozenset(
    {"colortbl", "filetbl", "shprslt", "pict", "nonshppict", "nonesttables", "sp", "sn", "sv", "xe", "tc", "tcn", "rxe"}
    | {"bxe", "txe", "private", "template", "ftnsep", "ftnsepc", "ftncn", "aftnsep", "aftnsepc", "aftncn", "mmathPict"}
    | {"operator", "keywords", "comment", "doccomm", "company", "manager", "category", "hlinkbase", "printim", "buptim"}
)
_CONTAINERS = frozenset({"shpinst", "do", "ud", "shpgrp", "mmath", "moMathPara"})
_NUMBERS = {"ar": "decimal", "alc": "lowerLetter", "auc": "upperLetter", "rlc": "lowerRoman", "ruc": "upperRoman"}
_INFORMATION = {"title": "title", "author": "author", "subject": "subject"}
_TIMES = {"creatim": "created", "revtim": "modified"}


class Destinations:
    """Where the text of groups goes, and what becomes of it at their ends."""

    def __init__(self, tokens: Tokens, flow: Flow, options: ReadOptions) -> None:
        """Text goes to the body."""
        self.tokens, self.flow, self.options = tokens, flow, options
        self.body = Part(flow, options)
        self.state = State(self.body, self.body)
        self.stack: list[State] = []
        self.fonts = Fonts()
        self.styles = Styles()
        self.style = Style()
        self.notes: list[Line] = []
        self.margins: list[tuple[str, list[Block]]] = []
        self.metadata: dict[str, Json] = {}
        self.skips_next_group = False
        self._counts = {"footnote": 0, "endnote": 0}
        self._formats = {"footnote": "decimal", "endnote": "decimal"}
        self._author = self._day = ""
        self._date: dict[str, int] = {}

    def enter(self, word: str, starred: bool) -> bool:
        """Begin a destination; False where the word does not name one."""
        fresh, self.state.is_fresh = self.state.is_fresh, False
        equation = self.state.math
        if word in _SKIPPED:
            self.tokens.skip_group()
        elif equation is not None and fresh and equation.enter(word):
            self.state.at_end = equation.leave
        elif word in _DESTINATIONS:
            _DESTINATIONS[word](self, word)
        elif starred and isinstance(self.state.to, _StyleName) and word == "cs":
            return False
        elif starred and word not in _CONTAINERS:
            self.tokens.skip_group()
        elif word in ("shpinst", "do"):
            self.state.to = None
        elif word not in _CONTAINERS:
            return False
        return True

    def write(self, text: str) -> None:
        """Characters go where those of the group go."""
        if self.state.to is not None:
            self.state.to.write(text, self.state.look)

    def detail(self, word: str, number: int) -> None:
        """A control word that describes fonts, notes, forms or dates."""
        kind, _, format_ = ("endnote", "", word[4:]) if word.startswith("aftnn") else ("footnote", "", word[3:])
        if word == "chftn":
            self.state.part.has_mark = not self.state.part.note
        elif word == "ftnalt":
            self.state.part.is_endnote = True
        elif word == "upr":
            self.skips_next_group = True
        elif word in ("fcharset", "cpg"):
            font = self.fonts.fonts.setdefault(self.state.font, Font())
            font.charset, font.page = (number, font.page) if word == "fcharset" else (font.charset, number)
        elif word in ("yr", "mo", "dy"):
            self._date[word] = number
        elif word in ("fftype", "ffres", "ffdefres") and self.state.field is not None:
            form = self.state.field.form
            name = {"fftype": "kind", "ffres": "result", "ffdefres": "default"}[word]
            setattr(form, name, number)
        elif word.startswith(("ftnn", "aftnn")) and format_[1:] in _NUMBERS:
            self._formats[kind] = _NUMBERS[format_[1:]]

    def _capture(self, at_end: Callable[[str], None]) -> None:
        capture = Capture()
        self.state.to = capture
        self.state.at_end = lambda: at_end(str(capture))

    def _part(self, at_end: Callable[[list[Block], Part], None], note: bool = False) -> None:
        part = Part(self.flow, self.options, note)
        self.state.part = self.state.to = part
        self.state.look, self.state.level, self.state.in_table, self.state.depth = PLAIN, None, False, 1
        self.state.at_end = lambda: at_end(part.finish(), part)

    def decode(self, content: bytes) -> str:
        """The characters that bytes stand for in the font of the run; a symbol font has its name in letters."""
        if isinstance(self.state.to, _FontNames):
            return content.decode("ascii", "replace")
        return self.fonts.decode(content, self.state.font)

    def open_group(self) -> None:
        """Within a style sheet, each group is a style."""
        if not isinstance(self.state.to, _StyleName):
            return
        name, self.style = _StyleName(), Style()
        self.state.to, self.state.look = name, PLAIN
        self.state.at_end = lambda: self._end_style(str(name))

    def _end_style(self, name: str) -> None:
        self.style.name(name)
        self.styles.add(self.style)

    def _font_table(self, _: str) -> None:
        self.state.to = _FontNames(self)

    def _style_sheet(self, _: str) -> None:
        self.state.to = _StyleName()

    def _label(self, _: str) -> None:
        self.state.look = PLAIN
        self._capture(self.state.part.set_label)

    def _note(self, _: str) -> None:
        self._part(self._end_note, note=True)

    def _end_note(self, blocks: list[Block], part: Part) -> None:
        kind = "endnote" if part.is_endnote else "footnote"
        outer = self.state.part
        label = ""
        if outer.has_mark:
            self._counts[kind] += 1
            label = format_number(self._counts[kind], self._formats[kind])
            outer.write(note_mark(label), PLAIN)
        outer.has_mark = False
        if text := text_of(blocks):
            self.notes.append(Line(f"[{kind} {label}] {text}" if label else f"[{kind}] {text}", clauses=False))

    def _comment(self, _: str) -> None:
        self._part(self._end_comment, note=True)

    def _end_comment(self, blocks: list[Block], _: Part) -> None:
        text = text_of(blocks)
        signed = (f" by {self._author}" if self._author else "") + (f", {self._day}" if self._day else "")
        self._author = self._day = ""
        if self.options.comments:
            self.state.part.put_beside([Line(f"[comment{signed}] {text}", clauses=False)])
        elif text:
            self.flow.leave_out("the text of comments", len(text))

    def _comment_author(self, _: str) -> None:
        self._capture(self._set_author)

    def _set_author(self, author: str) -> None:
        self._author = author

    def _comment_date(self, _: str) -> None:
        self._capture(self._set_day)

    def _set_day(self, packed: str) -> None:
        self._day = day(int(packed)) if packed.lstrip("-").isdigit() else ""

    def _box(self, _: str) -> None:
        self._part(lambda blocks, _: self.state.part.put_beside(blocks))

    def _margin(self, word: str) -> None:
        what = "header" if word.startswith("header") else "footer"
        self._part(lambda blocks, _: self.margins.append((what, blocks)))

    def _field(self, _: str) -> None:
        self.state.field = Field()

    def _instruction(self, _: str) -> None:
        field = self.state.field or Field()
        to, look = self.state.to, self.state.look

        def finish(text: str) -> None:
            field.instruction = text
            if to is not None:
                shown = look.of_equation() if is_equation(text) else look
                to.write(str(field.form) or instruction_text(text) or "", shown)

        self._capture(finish)

    def _result(self, _: str) -> None:
        if self.state.field is not None and is_page_number(self.state.field.instruction):
            self.state.to = None

    def _entry(self, _: str) -> None:
        field = self.state.field or Field()
        self._capture(field.form.entries.append)

    def _nested_row(self, _: str) -> None:
        self.state.describes_nested_row = True

    def _ignore(self, _: str) -> None:
        self.state.to = None

    def _information(self, word: str) -> None:
        name = _INFORMATION[word]
        self._capture(lambda text: self.metadata.update({name: text} if text else {}))

    def _time(self, word: str) -> None:
        self._date = {}
        self.state.at_end = lambda: self._end_time(_TIMES[word])

    def _end_time(self, name: str) -> None:
        try:
            when = date(self._date.get("yr", 0), self._date.get("mo", 1), self._date.get("dy", 1))
        except ValueError:
            return
        self.metadata[name] = when.isoformat()

    def _equation(self, _: str) -> None:
        equation = Equation()
        self.state.math = self.state.to = equation
        self.state.at_end = lambda: self._end_equation(str(equation))

    def _end_equation(self, equation: str) -> None:
        if self.state.to is not None:
            self.state.to.write(equation, self.state.look.of_equation())


class _StyleName(Capture):
    """The name of a style."""


class _FontNames:
    """The names of the fonts, each of which goes to the font whose number was told last."""

    def __init__(self, reader: Destinations) -> None:
        self._reader = reader

    def write(self, text: str, _: Look) -> None:
        font = self._reader.fonts.fonts.setdefault(self._reader.state.font, Font())
        font.name += text.replace(";", "")


_DESTINATIONS: dict[str, Callable[[Destinations, str], None]] = {
    "fonttbl": Destinations._font_table,
    "stylesheet": Destinations._style_sheet,
    "info": Destinations._ignore,
    "formfield": Destinations._ignore,
    "listtext": Destinations._label,
    "pntext": Destinations._label,
    "footnote": Destinations._note,
    "annotation": Destinations._comment,
    "atnauthor": Destinations._comment_author,
    "atndate": Destinations._comment_date,
    "shptxt": Destinations._box,
    "dptxbxtext": Destinations._box,
    "field": Destinations._field,
    "fldinst": Destinations._instruction,
    "fldrslt": Destinations._result,
    "ffl": Destinations._entry,
    "nesttableprops": Destinations._nested_row,
    "moMath": Destinations._equation,
    **dict.fromkeys(("header", "headerl", "headerr", "headerf"), Destinations._margin),
    **dict.fromkeys(("footer", "footerl", "footerr", "footerf"), Destinations._margin),
    **dict.fromkeys(_INFORMATION, Destinations._information),
    **dict.fromkeys(_TIMES, Destinations._time),
}
