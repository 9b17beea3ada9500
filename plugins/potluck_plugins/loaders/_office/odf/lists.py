"""The numbers of lists and headings, which stand in no text, counted as OpenDocument says.

Source: OpenDocument 1.2 part 1, 5.3 (lists), 16.30 to 16.34 (list styles, outline), 19.880 (``text:start-value``). A
list counts from the start unless it continues another one; a level counts on and starts all deeper ones again.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from potluck_plugins.loaders._office.blocks import BULLET
from potluck_plugins.loaders._office.odf.names import LOEXT, OFFICE, STYLE, TEXT, number
from potluck_plugins.loaders._shared.numerals import format_number

_LATIN = {"1": "decimal", "a": "lowerLetter", "A": "upperLetter", "i": "lowerRoman", "I": "upperRoman"}
_CHINESE = {
    "一": "chineseCounting",
    "甲": "ideographTraditional",
    "子": "ideographZodiac",
    "壹": "ideographLegalTraditional",
}
_CHINESE |= {
    "壱": "ideographLegalTraditional",
    "①": "decimalEnclosedCircle",
    "１": "decimalFullWidth",
    "〇": "ideographDigital",
}
_FORMATS = _LATIN | _CHINESE
_PLACE = re.compile(r"%(\d{1,2})%")


@dataclass(frozen=True, slots=True)
class Level:
    """How one level of a list is numbered; ``pattern`` holds ``%1%`` for the number of level 1 and so on."""

    format: str = ""
    prefix: str = ""
    suffix: str = ""
    display_levels: int = 1
    start: int = 1
    bullet: bool = False
    letters_repeat: bool = False
    pattern: str | None = None

    def number(self, value: int) -> str:
        """The number as this level writes it."""
        if self.format in ("a", "A") and not self.letters_repeat and value > 0:
            return _letters(value) if self.format == "a" else _letters(value).upper()
        return format_number(value, _FORMATS.get(self.format[:1], "decimal")) if self.format else ""


ListStyle = dict[int, Level]


@dataclass(slots=True)
class Counter:
    """How far a list has been counted, by level from 1."""

    counts: dict[int, int] = field(default_factory=dict)

    def next(self, levels: ListStyle, level: int, start: int | None = None) -> str:
        """Count one item, or begin at ``start``: its label, a bullet, or nothing."""
        definition = levels.get(level, Level())
        if start is None:
            start = self.counts[level] + 1 if level in self.counts else definition.start
        self.counts[level] = start
        for deeper in [one for one in self.counts if one > level]:
            del self.counts[deeper]
        if definition.bullet:
            return BULLET
        return _label(levels, level, self.counts)


class ShapeCounter(Counter):
    """How far the paragraphs of a shape on a slide have been counted.

    Programs for slides count past lists of another style that lie deeper, and anew behind what is counted otherwise.
    """

    def __init__(self) -> None:
        """Nothing is counted yet."""
        super().__init__()
        self._definitions: dict[int, Level] = {}

    def next(self, levels: ListStyle, level: int, start: int | None = None) -> str:
        """Count one paragraph."""
        definition = levels.get(level, Level())
        if self._definitions.get(level, definition) != definition:
            self.counts.pop(level, None)
        self._definitions = {one: known for one, known in self._definitions.items() if one < level}
        self._definitions[level] = definition
        return Counter.next(self, levels, level, start)

    def interrupt(self) -> None:
        """A paragraph that is in no list: what follows counts from the start."""
        self.counts.clear()
        self._definitions.clear()


def list_styles(*roots: Any) -> dict[str, ListStyle]:
    """The list styles of several parts, by name."""
    return {
        element.get(f"{STYLE}name") or "": dict(_levels(element))
        for root in roots
        for parent in (f"{OFFICE}styles", f"{OFFICE}automatic-styles")
        for element in root.iterfind(f"{parent}/{TEXT}list-style")
    }


def outline_style(root: Any) -> ListStyle:
    """How the headings of a document are numbered."""
    element = root.find(f"{OFFICE}styles/{TEXT}outline-style")
    return dict(_levels(element)) if element is not None else {}


def _levels(element: Any) -> Iterator[tuple[int, Level]]:
    for child in element:
        name = str(child.tag).removeprefix(TEXT)
        if name in ("list-level-style-bullet", "list-level-style-image"):
            yield number(child, f"{TEXT}level"), Level(bullet=True)
        elif name in ("list-level-style-number", "outline-level-style"):
            yield number(child, f"{TEXT}level"), _level(child)


def _level(element: Any) -> Level:
    return Level(
        format=element.get(f"{STYLE}num-format") or "",
        prefix=element.get(f"{STYLE}num-prefix") or "",
        suffix=element.get(f"{STYLE}num-suffix") or "",
        display_levels=number(element, f"{TEXT}display-levels"),
        start=number(element, f"{TEXT}start-value"),
        letters_repeat=element.get(f"{STYLE}num-letter-sync") == "true",
        pattern=element.get(f"{LOEXT}num-list-format"),
    )


def _label(levels: ListStyle, level: int, counts: dict[int, int]) -> str:
    def one(place: int) -> str:
        definition = levels.get(place, Level())
        return definition.number(counts.get(place, definition.start))

    own = levels.get(level, Level())
    if not own.format:
        words = own.prefix + own.suffix if own.pattern is None else _PLACE.sub("", own.pattern)
        return words.strip() if any(c.isalnum() for c in words) else ""
    if own.pattern is not None:
        return _PLACE.sub(lambda found: one(int(found.group(1))), own.pattern).strip()
    numbers = [one(place) for place in range(max(1, level - own.display_levels + 1), level + 1)]
    return f"{own.prefix}{'.'.join(filter(None, numbers))}{own.suffix}".strip()


def _letters(value: int) -> str:
    """a to z, aa, ab."""
    letters = ""
    while value > 0:
        value, letter = divmod(value - 1, 26)
        letters = chr(ord("a") + letter) + letters
    return letters
