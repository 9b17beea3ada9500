"""RTF: groups and control words in, blocks out.

Source: Rich Text Format specification 1.9.1, "Document text", "Destinations", "Unicode RTF".
"""

from __future__ import annotations

from collections.abc import Callable
from copy import copy

from potluck.documents import Json
from potluck.errors import DocumentLimit
from potluck_plugins.loaders._office.blocks import margin, text_of, write_blocks
from potluck_plugins.loaders._office.options import ReadOptions
from potluck_plugins.loaders._office.paragraph import PLAIN
from potluck_plugins.loaders._office.rtf.destinations import Destinations
from potluck_plugins.loaders._office.rtf.part import RowBuilder
from potluck_plugins.loaders._office.rtf.styles import LOOK_WORDS, change_look
from potluck_plugins.loaders._office.rtf.tokens import CLOSE, OPEN, Token, Tokens
from potluck_plugins.loaders._shared.flow import Flow

_DEEPEST = 5_000
_CHARACTERS = {
    "tab": "\t",
    "line": "\n",
    "page": "\n",
    "column": "\n",
    "emdash": "—",
    "endash": "–",
    "bullet": "•",
    "lquote": "‘",
    "rquote": "’",
    "ldblquote": "“",
    "rdblquote": "”",
    "emspace": "\u2003",
    "enspace": "\u2002",
    "qmspace": "\u2005",
    "zwj": "\u200d",
    "zwnj": "\u200c",
}
_SYMBOLS = {"~": "\xa0", "_": "-", "\t": "\t"}
_ESCAPED = ("\\", "{", "}")
"""Characters that may as well be the second byte of a Chinese one."""

_PAGES = {"ansi": 1252, "mac": 10000, "pc": 437, "pca": 850}
_ROW_WORDS = frozenset({"trleft", "trhdr", "clmrg", "clvmrg", "cellx"})


def read_rtf(content: bytes, flow: Flow, options: ReadOptions) -> dict[str, Json]:
    """Write a file into a flow; returns its metadata. Raises ``DocumentLimit`` for one that is nested without end."""
    reader = _Reader(content, flow, options)
    reader.read()
    write_blocks(reader.body.finish(reader.state.level), flow)
    write_blocks(reader.notes, flow)
    seen: set[str] = set()
    for what, blocks in reader.margins:
        write_blocks(margin(what, text_of(blocks), seen), flow)
    if reader.fonts.undecodable:
        flow.leave_out("text in an unknown encoding", reader.fonts.undecodable)
    return reader.metadata


class _Reader(Destinations):
    """Reads all tokens."""

    def __init__(self, content: bytes, flow: Flow, options: ReadOptions) -> None:
        super().__init__(Tokens(content), flow, options)
        self._content = bytearray()
        self._surrogate = 0
        self._unread = 0
        self._starred = False

    def read(self) -> None:
        """Read the file."""
        for token in self.tokens:
            if token.kind == "bytes" or token.word in _ESCAPED:
                self._bytes(token.content or token.word.encode("ascii"))
                continue
            self._flush()
            if token is OPEN:
                self._open()
            elif token is CLOSE:
                self._close()
            elif token.kind == "symbol":
                self._symbol(token.word)
            else:
                self._word(token)
        self._flush()
        while self.stack:
            self._close()

    def _open(self) -> None:
        if len(self.stack) > _DEEPEST:
            raise DocumentLimit(f"its groups are nested more than {_DEEPEST:,} deep")
        self._unread = 0
        self.stack.append(self.state)
        self.state = copy(self.state)
        self.state.at_end = None
        self.state.is_fresh = True
        self.open_group()
        if self.skips_next_group:
            self.skips_next_group = False
            self.tokens.skip_group()

    def _close(self) -> None:
        self._unread = 0
        self._starred = False
        if not self.stack:
            return
        ended, self.state = self.state, self.stack.pop()
        if ended.at_end is not None:
            ended.at_end()

    def _word(self, token: Token) -> None:
        word, number = token.word, token.number
        starred, self._starred, self._unread = self._starred, False, 0
        if self.enter(word, starred):
            return
        if word in LOOK_WORDS:
            self.state.look = change_look(self.state.look, word, number)
            self.style.look = self.state.look
        elif word in _CHARACTERS:
            self._write(_CHARACTERS[word])
        elif word in _ROW_WORDS:
            self._row().word(word, number or 0)
        elif word in _WORDS:
            _WORDS[word](self, 0 if number is None else number)
        elif word in _PAGES:
            self.fonts.use_page(_PAGES[word])
        else:
            self.detail(word, number or 0)

    def _bytes(self, content: bytes) -> None:
        """Characters, less those that stand for a Unicode character before them."""
        passed = min(self._unread, len(content))
        self._unread -= passed
        self._content += content[passed:]

    def _flush(self) -> None:
        if self._content:
            text = self.decode(bytes(self._content))
            self._content.clear()
            self._write("".join(c for c in text if c >= " " or c == "\t"))

    def _write(self, text: str) -> None:
        if self._surrogate:
            text, self._surrogate = "\ufffd" + text, 0
        self.write(text)

    def _symbol(self, symbol: str) -> None:
        if symbol == "*":
            self._starred = True
        elif symbol in "\r\n":
            self.end_paragraph()
        else:
            self._write(_SYMBOLS.get(symbol, ""))

    def unicode(self, number: int) -> None:
        """A character by its UTF-16 code unit; two surrogates are one character."""
        unit = number & 0xFFFF
        if 0xD800 <= unit <= 0xDBFF:
            self._write("")
            self._surrogate = unit
        elif 0xDC00 <= unit <= 0xDFFF:
            high, self._surrogate = self._surrogate, 0
            self._write(chr(0x10000 + ((high - 0xD800) << 10) + unit - 0xDC00) if high else "\ufffd")
        else:
            self._write(self.fonts.character(unit, self.state.font))
        self._unread = self.state.fallback

    def end_paragraph(self, _: int = 0) -> None:
        if self.state.to is self.state.part:
            self.state.part.end_paragraph(self.state.level, self.state.paragraph_depth)

    def new_paragraph(self, _: int) -> None:
        self.state.level, self.state.in_table, self.state.depth = None, False, 1

    def _row(self, anew: bool = False) -> RowBuilder:
        return self.state.part.row(self.state.depth if self.state.describes_nested_row else 1, anew)

    def new_row(self, _: int) -> None:
        self._row(anew=True)

    def end_cell(self, _: int) -> None:
        self.state.part.end_cell(self.state.level, 1)

    def end_nested_cell(self, _: int) -> None:
        self.state.part.end_cell(self.state.level, max(2, self.state.depth))

    def end_row(self, _: int) -> None:
        self.state.part.end_row(1)

    def end_nested_row(self, _: int) -> None:
        self.state.part.end_row(max(2, self.state.depth))

    def paragraph_style(self, number: int) -> None:
        """The style of the paragraph, or the style that is being described."""
        self.style.number = number
        self.state.level = self.styles.level(number)

    def character_style(self, number: int) -> None:
        """The style of the run, or the style that is being described."""
        self.style.number, self.style.is_character = number, True
        self.state.look = self.styles.on(self.state.look, number)

    def outline(self, number: int) -> None:
        """A heading's level, from 0; 9 is body text."""
        self.state.level = self.style.level = number + 1 if 0 <= number < 9 else None

    def plain(self, _: int) -> None:
        """The look of characters is that of plain text."""
        self.state.look, self.state.font = PLAIN, self.fonts.default

    def font(self, number: int) -> None:
        """The font of the run, or the font that is being described."""
        self.state.font = number

    def default_font(self, number: int) -> None:
        """The font of plain text."""
        self.state.font = self.fonts.default = number

    def page(self, number: int) -> None:
        """The code page of the file."""
        self.fonts.use_page(number)

    def in_table(self, _: int) -> None:
        """The paragraph is in a table."""
        self.state.in_table = True

    def table_depth(self, number: int) -> None:
        """The depth of tables at which the paragraph is."""
        self.state.in_table, self.state.depth = number > 0, max(1, number)

    def fallback(self, number: int) -> None:
        """How many characters stand for one in Unicode."""
        self.state.fallback = max(0, number)


_WORDS: dict[str, Callable[[_Reader, int], None]] = {
    "par": _Reader.end_paragraph,
    "sect": _Reader.end_paragraph,
    "pard": _Reader.new_paragraph,
    "plain": _Reader.plain,
    "s": _Reader.paragraph_style,
    "cs": _Reader.character_style,
    "outlinelevel": _Reader.outline,
    "f": _Reader.font,
    "deff": _Reader.default_font,
    "ansicpg": _Reader.page,
    "uc": _Reader.fallback,
    "u": _Reader.unicode,
    "intbl": _Reader.in_table,
    "itap": _Reader.table_depth,
    "trowd": _Reader.new_row,
    "cell": _Reader.end_cell,
    "nestcell": _Reader.end_nested_cell,
    "row": _Reader.end_row,
    "nestrow": _Reader.end_nested_row,
}
