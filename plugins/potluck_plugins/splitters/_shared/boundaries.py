"""Where a text may be cut, from the best places (between paragraphs) to the worst (anywhere).

A level is a function ``(text, start, end)`` that gives the places strictly inside ``text[start:end]``, ascending.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence
from typing import TypeAlias

Level: TypeAlias = Callable[[str, int, int], Sequence[int]]

_WIDE = "\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003134f"
_FLAG = "[\U0001f1e6-\U0001f1ff]{2}"


def after(pattern: str) -> Level:
    """Cut behind every match of a regular expression that does not match the empty string.

    Never inside a grapheme: an accented letter, a flag, an emoji sequence, a full-width stop with a variation mark.
    """
    compiled = re.compile(pattern, re.MULTILINE | re.DOTALL)

    def level(text: str, start: int, end: int) -> Sequence[int]:
        places = (match.end() for match in compiled.finditer(text, start, end))
        return [place for place in places if place < end and not is_inside(text, place)]

    return level


def before(separator: str) -> Level:
    """Cut in front of every separator, taken literally; the empty one cuts everywhere."""
    if not separator:
        return everywhere
    compiled = re.compile(re.escape(separator))
    return lambda text, start, end: [m.start() for m in compiled.finditer(text, start, end) if m.start() > start]


def everywhere(text: str, start: int, end: int) -> Sequence[int]:
    """Cut between any two code points."""
    return range(start + 1, end)


def is_inside(text: str, place: int) -> bool:
    """Whether ``place`` lies inside a grapheme cluster (UAX 29 without its rules for Indic conjuncts and flags)."""
    left, right = text[place - 1], text[place]
    if right < "\u0300":
        return left == "\r" and right == "\n"
    return (
        left == "\u200d"
        or right in "\u200c\u200d\uff9e\uff9f"
        or unicodedata.category(right) in ("Mn", "Mc", "Me")
        or "\u1160" <= right <= "\u11ff"
        or "\U0001f3fb" <= right <= "\U0001f3ff"
        or "\U000e0020" <= right <= "\U000e007f"
    )


paragraphs = after(r"\n\s*\n")
lines = after(r"[\n\f\u2028\u2029]+")
# A full stop ends a sentence behind a word and before a blank and a capital, but not behind a list's number.
sentences = after(
    r"[。！？；…｡]+[」』”’）)》】]*"
    r"|[!?]+[\"'”’)]*(?![0-9A-Za-z=&/])"
    r"|(?<=[\w)\]\"”’])(?<!^\d)(?<!^\d\d)[.][\"”’)]*(?=\s+[\"“‘(]?[A-Z0-9])"
)
clauses = after(r"[，、：﹐､]|[,;:](?![0-9A-Za-z/])")
blanks = after(r"\s+")
# Han characters, words and numbers: not inside "rail", "1.4.4" or "3,000".
units = after(rf"[^\W_{_WIDE}]+(?:[.,:/_'’-][^\W_{_WIDE}]+)*|{_FLAG}|.")
graphemes = after(".")

WRITTEN: tuple[Level, ...] = (
    paragraphs,
    lines,
    sentences,
    clauses,
    blanks,
    units,
    graphemes,
    everywhere,
)
"""The levels of written Chinese and English."""
