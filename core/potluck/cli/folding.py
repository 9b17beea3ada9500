"""Breaking lines between words, which a terminal would break anywhere."""

from __future__ import annotations

import re
from collections.abc import Iterator

_WIDE = r"\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\uff00-\uff60"
_OPENING, _CLOSING = "「『（【《〈“‘", "」』）】》〉”’、。，．；：！？"
_PIECE = re.compile(rf"[{_OPENING}]*(?:[{_WIDE}]|[^{_WIDE}]+)[{_CLOSING}]*")
_WORD = re.compile(r"(\s*)(\S+)")
_NAME = re.compile(r"[/\\]|\.[A-Za-z]")
"""What a path or the name of a file has in it."""


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
