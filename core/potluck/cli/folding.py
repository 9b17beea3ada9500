"""Breaking lines between words, which a terminal would break anywhere."""

from __future__ import annotations

import re
from collections.abc import Iterator

_WIDE = r"\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\uff00-\uff60"
_OPENING, _CLOSING = "「『（【《〈“‘", "」』）】》〉”’、。，．；：！？"
_PIECE = re.compile(rf"[{_OPENING}]*(?:[{_WIDE}]|[^{_WIDE}]+)[{_CLOSING}]*")
_INTERVAL = r"\[[-+\d.]+, [-+\d.]+\]\S*"
_WORD = re.compile(rf"(\s*)({_INTERVAL}|\S+)")
_STREAMED = re.compile(rf"([^\S\n]*)(\n|[{_OPENING}]*(?:[{_WIDE}]|[^{_WIDE}\s]+)[{_CLOSING}]*)")
"""The blanks before a piece of a text that is still being written, and the piece, or the end of a line."""

_NAME = re.compile(r"[/\\]|\.[A-Za-z]")
"""The characters of a path or a file name."""


def fold_lines(text: str, width: int) -> str:
    """The text in lines of at most ``width`` columns, a Chinese letter being two; a line keeps its indentation.

    Chinese is broken between any two letters, but not before a comma or behind an opening bracket. The name of a file
    stays whole, and so does a word that is longer than a line.
    """
    return "\n".join(line for long in text.split("\n") for line in _fold_line(long, width))


def _fold_line(line: str, width: int) -> Iterator[str]:
    from rich.cells import cell_len

    if cell_len(line) <= width:
        yield line
        return
    indentation = line[: len(line) - len(line.lstrip())]
    current, room = "", width - cell_len(indentation)
    for blanks, piece in _pieces(line.strip()):
        longer = current + blanks + piece if current else piece
        if current and cell_len(longer) > room:
            yield indentation + current
            longer = piece
        current = longer
    yield indentation + current


def _pieces(line: str) -> Iterator[tuple[str, str]]:
    """The unbreakable pieces of a text, each with the blanks before it."""
    for word in _WORD.finditer(line):
        blanks = word[1]
        for piece in [word[2]] if _NAME.search(word[2]) else _PIECE.findall(word[2]):
            yield blanks, piece
            blanks = ""


class StreamFolder:
    """Folds a text that comes in pieces: what comes back is printed as it is, without a newline behind it.

    Lines break as those of ``fold_lines`` do, but for the name of a file with Chinese letters, which may be broken: how
    long it gets is not known when it begins. Up to one word is held back until it is known where it ends.
    """

    def __init__(self, width: int) -> None:
        """``width`` is that of the lines, in columns."""
        self._width = width
        self._held = ""
        self._indentation = ""
        self._column: int | None = None
        """Where the line goes on; None at its beginning."""

    def feed(self, text: str) -> str:
        """The text that can be printed now."""
        self._held += text
        folded, place = "", 0
        while (found := _STREAMED.match(self._held, place)) is not None and found.end() < len(self._held):
            folded += self._place(found[1], found[2])
            place = found.end()
        self._held = self._held[place:]
        return folded

    def end(self) -> str:
        """The text that was held back."""
        rest, self._held = self._held, ""
        found = _STREAMED.match(rest)
        return "" if found is None else self._place(found[1], found[2])

    def _place(self, blanks: str, piece: str) -> str:
        """The piece on this line or on the next, with what stands before it."""
        from rich.cells import cell_len

        if piece == "\n":
            self._column = None
            return piece
        if self._column is None:
            self._indentation, self._column = blanks, cell_len(blanks + piece)
            return blanks + piece
        longer = self._column + cell_len(blanks + piece)
        if longer <= self._width:
            self._column = longer
            return blanks + piece
        self._column = cell_len(self._indentation + piece)
        return f"\n{self._indentation}{piece}"
