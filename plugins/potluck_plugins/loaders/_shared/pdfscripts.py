"""Characters of a PDF as text, some of which may stand above or below their line."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
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


def main_size(seen: Sequence[Character]) -> float:
    """The size of the characters on the line: the largest that more than a few have."""
    sizes = sorted((one.size for one in seen), reverse=True)
    return sizes[min(len(sizes) // 10, len(sizes) - 1)]


def baseline(seen: Sequence[Character]) -> float:
    """The height at which the characters of that size stand."""
    size = main_size(seen)
    return median(one.y for one in seen if one.size >= SMALL * size)


def scripted(part: Sequence[Character], size: float, height: float) -> str:
    """The text of characters; those on the line have a ``size`` and stand at a ``height``."""
    text = ScriptedText()
    run: list[Character] = []
    position: Position = "base"
    if all(one.size >= SMALL * size for one in part if one.is_seen):
        return plain(part)
    for one in part:
        place = _position(one, size, height) if one.is_seen else position
        if place != position:
            text.add(decoded(run), position)
            run, position = [], place
        run.append(one)
    text.add(decoded(run), position)
    return cleaned(str(text))


def plain(characters: Iterable[Character]) -> str:
    """The text of characters that all stand on the line."""
    return cleaned(decoded(characters))


def decoded(characters: Iterable[Character]) -> str:
    """PDFium's UTF-16 as text."""
    units = b"".join((one.code & 0xFFFF).to_bytes(2, "little") for one in characters)
    return units.decode("utf-16-le", "replace")


def cleaned(text: str) -> str:
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
