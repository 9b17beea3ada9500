"""Characters of a PDF as text, some of which may stand above or below their line."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from statistics import median

from potluck_plugins.loaders._shared.pdfchars import Character
from potluck_plugins.loaders._shared.raised import Position, ScriptedText

_HYPHEN = "\x02"
_BROKEN_WORD = re.compile(f"(?<=[a-z]){_HYPHEN}(?=[a-z])")
_VARIANTS = re.compile("[\u2f00-\u2fd5\uf900-\ufaff\ufb00-\ufb06]")
"""Radicals and ligatures, which some programs write in place of the usual characters."""

SMALL = 0.88
"""The size of raised and lowered characters, at the most, beside those on the line."""

_RAISED, _LOWERED = 0.15, -0.04
"""How far they stand above or below the line, in sizes, at the least."""

_CLEAR, _APART = 0.2, 0.8
"""How far figures that are as large as the line stand above or below it, in sizes: what is farther is another line."""

_LEVEL = 0.1
_CLOSE = 0.9
_FIGURES = "0123456789+-\u2212"


def main_size(seen: Sequence[Character]) -> float:
    """The size of the characters on the line: the largest that more than a few have."""
    sizes = sorted((one.size for one in seen), reverse=True)
    return sizes[min(len(sizes) // 10, len(sizes) - 1)]


def baseline(seen: Sequence[Character]) -> float:
    """The height at which the characters of that size stand."""
    size = main_size(seen)
    return median(one.y for one in seen if one.size >= SMALL * size)


def write_scripts(part: Sequence[Character], size: float, height: float) -> str:
    """The text of characters; those on the line have a ``size`` and stand at a ``height``."""
    text = ScriptedText()
    run: list[Character] = []
    position: Position = "base"
    places = positions(part, size, height)
    if not any(one.is_seen and place != "base" for one, place in zip(part, places, strict=True)):
        return plain(part)
    for one, place in zip(part, places, strict=True):
        if one.is_seen and place != position:
            if place != "base" and _is_close(run, one, size):
                run.pop()
            text.add(decode_utf16(run), position)
            run, position = [], place
        run.append(one)
    text.add(decode_utf16(run), position)
    return clean_text(str(text))


def _is_close(run: Sequence[Character], one: Character, size: float) -> bool:
    """Whether figures stand at a figure though PDFium, which measures by their size, sees a blank between."""
    if len(run) < 2 or not run[-1].is_added or chr(one.code) not in _FIGURES:
        return False
    return chr(run[-2].code) in _FIGURES and one.x - run[-2].x < _CLOSE * size


def positions(part: Sequence[Character], size: float, height: float) -> list[Position]:
    """Where each character stands: a small one by how far it is from the line, figures of its size by a clear step."""
    found = [_position(one, size, height) for one in part]
    for start, end in _figures(part):
        before = part[start - 1]
        step = (part[start].y - before.y) / size
        if found[start - 1] == "base" and _CLEAR < abs(step) < _APART and _returns(part, start, end, size):
            found[start:end] = ["raised" if step > 0 else "lowered"] * (end - start)
    return found


def _figures(part: Sequence[Character]) -> Iterator[tuple[int, int]]:
    """The bounds of figures, with their sign, that stand at another height than the letter or figure before them."""
    start = 1
    while start < len(part):
        end = start
        while end < len(part) and chr(part[end].code) in _FIGURES and part[end].y == part[start].y:
            end += 1
        if end > start and part[start].y != part[start - 1].y and chr(part[start - 1].code).isalnum():
            yield start, end
        start = max(end, start + 1)


def _returns(part: Sequence[Character], start: int, end: int, size: float) -> bool:
    """Whether the line goes on, behind a step, at the height from which the step was made, if it goes on."""
    after = next((one for one in part[end:] if one.is_seen), None)
    return after is None or abs(after.y - part[start - 1].y) < _LEVEL * size


def plain(characters: Iterable[Character]) -> str:
    """The text of characters that all stand on the line."""
    return clean_text(decode_utf16(characters))


def decode_utf16(characters: Iterable[Character]) -> str:
    """PDFium's UTF-16 as text."""
    units = b"".join((one.code & 0xFFFF).to_bytes(2, "little") for one in characters)
    return units.decode("utf-16-le", "replace")


def clean_text(text: str) -> str:
    """A text with words that were hyphenated put together again, and usual characters for their variants."""
    text = text.replace("\ufffe", _HYPHEN)
    text = _BROKEN_WORD.sub("", text).replace(_HYPHEN, "-").replace("\u00ad", "")
    text = _VARIANTS.sub(lambda found: unicodedata.normalize("NFKC", found.group()), text)
    return " ".join(text.replace("\0", "").replace("\u00a0", " ").strip().split(" "))


def _position(character: Character, size: float, height: float) -> Position:
    if character.size >= SMALL * size:
        return "base"
    above = (character.y - height) / size
    return "raised" if above > _RAISED else "lowered" if above < _LOWERED else "base"
