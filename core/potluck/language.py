"""What the core knows about written language: which script, where sentences end, what two texts share."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from itertools import pairwise

from potluck.amounts import many

_HAN_RANGES = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003134f"


_KANA_RANGE = "\u3040-\u30ff"


_HAN = re.compile(f"[{_HAN_RANGES}]")


_UNIT = re.compile(f"[{_HAN_RANGES}{_KANA_RANGE}]|[^\\W_{_HAN_RANGES}{_KANA_RANGE}]+")


# A full stop ends a sentence before a blank and a capital, not in 1.4.4, 3.14 or e.g.
_END = re.compile(r"[。！？!?；]+[」』”’）)]*|\n+|(?<=[\w)\"”’])[.](?=\s+[\"“‘(]?[A-Z0-9])")


_SPACE = re.compile(r"\s+")


_DIGITS = re.compile(r"\d+")


def describe_half_losses(halves: int) -> list[str]:
    """The ledger's note that this many halves of surrogate pairs became U+FFFD; nothing for none."""
    what = many(halves, "character", "is half of a surrogate pair and was", "are halves of surrogate pairs and were")
    return [f"{what} replaced by \ufffd"] if halves else []


def whole_characters(text: str) -> str:
    """The text with the halves of surrogate pairs put together, and U+FFFD for each that stands alone."""
    if text.isascii() or not any("\ud800" <= character <= "\udfff" for character in text):
        return text
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def is_chinese(text: str) -> bool:
    """Whether there is a Han character in it."""
    return _HAN.search(text) is not None


def sentences(text: str) -> Iterator[tuple[int, int]]:
    """The spans of the sentences and lines of a text, without the white space around them."""
    start = 0
    for end in [*(match.end() for match in _END.finditer(text)), len(text)]:
        piece = text[start:end]
        stripped = piece.strip()
        if stripped:
            first = start + piece.index(stripped[0])
            yield first, first + len(stripped)
        start = end


def grams(text: str) -> frozenset[str]:
    """Pairs of neighbouring units: Han and Kana characters singly, words and numbers whole, without case or width."""
    units = _UNIT.findall(unicodedata.normalize("NFKC", text).lower())
    return frozenset(units) if len(units) == 1 else frozenset(f"{a} {b}" for a, b in pairwise(units))


def fold(text: str) -> str:
    """Without differences of case, width, white space and digits."""
    plain = unicodedata.normalize("NFKC", text).lower()
    return _SPACE.sub(" ", _DIGITS.sub("0", plain)).strip()
