"""Joining the lines of a page: a break that fell within a Chinese sentence is taken back."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from potluck_plugins.loaders._shared.numbers import section

_CHINESE = re.compile("[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\u3001-\u303f\uff01-\uff65\u2014\u2018-\u201d\u2026]")
_STOP = re.compile("[。！？；：:.!?|]$")
_ITEM = re.compile(r"[•●○■□◆◇▪▶※*-]\s|[(（]?(?:\d{1,2}|[一二三四五六七八九十]{1,3}|[a-z])(?:[)）]|[、.](?!\d))")
_TOKEN = re.compile("(?:[^\\s\u2e80-\uffef]+|.)[、。，；：！？」』）》〉]*")
_SHARE = 0.25
_NEAR = 12
_NARROWEST = 12
_INDENT = 3
_SPACING = 3


@dataclass(frozen=True, slots=True)
class Line:
    """A line with its place on the page, in points. ``height`` is that of a character; 0 if nothing is known."""

    text: str
    left: float = 0
    right: float = 0
    bottom: float = 0
    height: float = 0


def paragraphs(lines: Sequence[Line], headings: Mapping[int, int]) -> Iterator[tuple[str, int]]:
    """The paragraphs of a page with the level of each, 0 for one that is not a heading.

    ``headings`` gives the level of lines that are known to be headings, by number from 0.
    """
    text, level = "", 0
    for number, line in enumerate(lines):
        if text and not level and number not in headings and _continues(lines, number):
            text += between(text, line.text) + line.text
            continue
        if text:
            yield text, level
        text, level = line.text, headings.get(number, 0)
    if text:
        yield text, level


def _continues(lines: Sequence[Line], number: int) -> bool:
    """Whether a line goes on with the Chinese sentence of the line before it, which went as far as the margin."""
    before, line = lines[number - 1], lines[number]
    if not before.text or not line.text or not _below(before, line):
        return False
    if _STOP.search(before.text) or " | " in line.text or _ITEM.match(line.text) or section(line.text, "0"):
        return False
    both = before.text + line.text
    if len(_CHINESE.findall(both)) < _SHARE * len(both):
        return False
    column = lines[max(0, number - _NEAR) : number + _NEAR]
    margin = max(one.right for one in column if abs(one.left - line.left) <= _INDENT * line.height)
    token = _TOKEN.match(line.text)
    room = margin - before.right
    return margin - line.left > _NARROWEST * line.height and room < line.height * _width(token.group() if token else "")


def _below(before: Line, line: Line) -> bool:
    """Whether a line stands right under another, in the same column and about the same size."""
    if not before.height or not line.height or not 0.6 < before.height / line.height < 1.6:
        return False
    near = 0 < before.bottom - line.bottom < _SPACING * line.height
    return near and abs(before.left - line.left) <= _INDENT * line.height


def between(before: str, line: str) -> str:
    """A blank between words of the Latin script, nothing beside Chinese characters."""
    return "" if _CHINESE.match(before[-1]) or _CHINESE.match(line[0]) else " "


def _width(token: str) -> float:
    """How wide a word is at the most, in heights of a character; what it may be narrower does no harm."""
    return 0.8 + sum(1.0 if unicodedata.east_asian_width(character) in "WF" else 0.6 for character in token)
