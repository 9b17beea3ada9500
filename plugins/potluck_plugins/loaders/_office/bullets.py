"""The bullets and automatic numbers of DrawingML, which stand in no text (ECMA-376 part 1, 21.1.2.4)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from potluck_plugins.loaders._shared.numerals import format_number

A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
_KINDS = (f"{A}buNone", f"{A}buChar", f"{A}buAutoNum", f"{A}buBlip")
_SCHEME = re.compile(r"(.+?)(Period|ParenR|ParenBoth|Plain|Minus)?")
_DIGITS = {"hindiNum": 0x0966, "thaiNum": 0x0E50, "arabic1": 0x0660, "arabic2": 0x0660}
"""The zeros of scripts with digits of their own."""

_FORMATS = {
    "arabic": "decimal",
    "arabicDb": "decimalFullWidth",
    "alphaLc": "lowerLetter",
    "alphaUc": "upperLetter",
    "romanLc": "lowerRoman",
    "romanUc": "upperRoman",
    "circleNumDb": "decimalEnclosedCircle",
    "circleNumWdBlack": "decimalEnclosedCircle",
    "circleNumWdWhite": "decimalEnclosedCircle",
    "ea1Chs": "chineseCounting",
    "ea1Cht": "taiwaneseCounting",
    "ea1JpnChsDb": "chineseCounting",
    "ea1JpnKor": "japaneseCounting",
}
_ENDS = {"Period": ".", "ParenR": ")", "Minus": "-"}


@dataclass(frozen=True, slots=True)
class Bullet:
    """The bullet before a paragraph: ``•``, a number with its brackets, or nothing; ``level`` counts from 0."""

    label: str = ""
    level: int = 0

    def before(self, text: str) -> str:
        """The paragraph with what stands before it."""
        return f"{self.label} {text}" if self.label else text


def bullet_of(paragraph: Any, styles: Sequence[Any]) -> tuple[int, Any]:
    """The level of a paragraph, from 0, and the element that says what stands before it; None if none does.

    ``styles`` are lists of styles (``a:lstStyle``, ``p:bodyStyle``), the nearest first.
    """
    own = paragraph.find(f"{A}pPr")
    text = own.get("lvl", "0") if own is not None else "0"
    level = min(int(text), 8) if text.isdecimal() else 0
    for properties in (own, *(style.find(f"{A}lvl{level + 1}pPr") for style in styles)):
        found = next((one for one in properties if one.tag in _KINDS), None) if properties is not None else None
        if found is not None:
            return level, found
    return level, None


class AutoNumbers:
    """Counts the paragraphs of one text body."""

    def __init__(self) -> None:
        """No paragraph is counted yet."""
        self._counts: dict[int, tuple[tuple[str, int], int]] = {}

    def next(self, level: int, element: Any) -> Bullet:
        """Count a paragraph with text.

        Numbers go on behind deeper levels, and begin again behind a higher one or behind a paragraph of the same
        level that has no number, or one of another scheme.
        """
        for deeper in [one for one in self._counts if one > level]:
            del self._counts[deeper]
        if element is None or element.tag != f"{A}buAutoNum":
            self._counts.pop(level, None)
            return Bullet("" if element is None or element.tag == f"{A}buNone" else "•", level)
        start = element.get("startAt") or "1"
        scheme = element.get("type") or "arabicPeriod", int(start) if start.isdecimal() else 1
        counted = self._counts.get(level)
        number = counted[1] + 1 if counted is not None and counted[0] == scheme else scheme[1]
        self._counts[level] = scheme, number
        return Bullet(label(scheme[0], number), level)


def label(scheme: str, number: int) -> str:
    """A number in a scheme (``ST_TextAutonumberScheme``, 20.1.10.61); decimal in scripts that are not known here."""
    found = _SCHEME.fullmatch(scheme)
    kind, end = (found[1], found[2]) if found else (scheme, None)
    if kind in _DIGITS:
        digits = "".join(chr(_DIGITS[kind] + int(digit)) for digit in str(number))
    else:
        digits = format_number(number, _FORMATS.get(kind, "decimal"))
    if kind in ("ea1JpnChsDb", "arabicDb") and end == "Period":
        return f"{digits}．"
    return f"({digits})" if end == "ParenBoth" else digits + _ENDS.get(end or "", "")
