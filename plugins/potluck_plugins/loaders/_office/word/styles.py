"""Styles: what a paragraph and its runs get from the styles that they name, and those from the ones they build on.

Source: ECMA-376 part 1, 17.7 (styles), 17.7.3 (properties that toggle).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from potluck_plugins.loaders._office.numbering import W
from potluck_plugins.loaders._shared.raised import Position

_HEADING_NAME = re.compile(r"(?:heading|標題|标题|überschrift|titre)\s*(\d)", re.IGNORECASE)
_CONTENTS_NAME = re.compile(r"(?:toc|目錄|目录|verzeichnis|tm)\s*\d", re.IGNORECASE)
_ALIGNMENTS: dict[str, Position] = {"superscript": "raised", "subscript": "lowered", "baseline": "base"}
_DECIDING = {
    f"{W}{name}": name for name in ("rStyle", "strike", "dstrike", "vanish", "vertAlign", "position", "sz", "rFonts")
}
_OFF = ("0", "false", "off", "none")
_MEASURE = re.compile(r"(-?\d{1,6}(?:\.\d{1,6})?)(pt|mm|cm|in|pc|pi)?")
_UNITS = {"": 1.0, "pt": 2.0, "mm": 144 / 25.4, "cm": 1440 / 25.4, "in": 144.0, "pc": 24.0, "pi": 24.0}
_SMALLER = 0.85
_LEAST_SHIFT = 4
_LEAST_SHIFT_OF_SMALL = 3
"""Half points that a run must be shifted by to be a superscript or subscript."""


@dataclass(frozen=True, slots=True)
class RunFormat:
    """The part of a run's format that decides how it is read; None if it is not set."""

    strike: bool | None = None
    double_strike: bool | None = None
    hidden: bool | None = None
    alignment: Position | None = None
    shift: int | None = None
    size: int | None = None
    font: str | None = None

    def over(self, below: RunFormat) -> RunFormat:
        """This format if it says something, else the one below."""
        said = {name: own for name in self.__slots__ if (own := getattr(self, name)) is not None}
        return replace(below, **said) if said else below

    @property
    def is_struck(self) -> bool:
        """Whether a line goes through the text."""
        return bool(self.strike or self.double_strike)

    def position(self, size: int | None) -> Position:
        """Where the run stands in a paragraph whose text has this size: by its alignment, else by its shift."""
        if self.alignment is not None:
            return self.alignment
        is_small = size is not None and self.size is not None and self.size <= _SMALLER * size
        if self.shift is None or abs(self.shift) < (_LEAST_SHIFT_OF_SMALL if is_small else _LEAST_SHIFT):
            return "base"
        return "raised" if self.shift > 0 else "lowered"


@dataclass(frozen=True, slots=True)
class Style:
    """The properties of a style: heading level (from 1), place in a list, run format; ``contents`` for a table of
    contents."""

    level: int | None = None
    number_id: str | None = None
    list_level: int | None = None
    run: RunFormat = RunFormat()
    contents: bool = False


class Styles:
    """The styles of a document."""

    def __init__(self, root: Any) -> None:
        """Read ``styles.xml``; None if there is none."""
        found = root.findall(f"{W}style") if root is not None else ()
        self._elements = {one.get(f"{W}styleId"): one for one in found}
        self._styles: dict[str, Style] = {}
        self._formats: dict[tuple[str | None, tuple[tuple[str, str | None], ...]], RunFormat] = {}
        defaults = None if root is None else root.find(f"{W}docDefaults/{W}rPrDefault/{W}rPr")
        self._defaults = _format(() if defaults is None else _deciding_properties(defaults))
        self._default = next(
            (one.get(f"{W}styleId") for one in found if one.get(f"{W}type") == "paragraph" and is_on(one, "default")),
            None,
        )

    def style(self, name: str | None) -> Style:
        """A style with what it inherits; the empty one for a name that is not defined."""
        if not name:
            return Style()
        if name not in self._styles:
            self._styles[name] = self._resolve(name)
        return self._styles[name]

    def run_format(self, paragraph_style: str | None, properties: Any = None) -> RunFormat:
        """The format of a run with these properties (``w:rPr`` or None) in a paragraph of this style."""
        said = () if properties is None else _deciding_properties(properties)
        key = (paragraph_style, said)
        if key not in self._formats:
            self._formats[key] = _format(said).over(self._inherit(paragraph_style, dict(said).get("rStyle")))
        return self._formats[key]

    def _inherit(self, paragraph_style: str | None, run_style: str | None) -> RunFormat:
        """The format that two styles give. A property that both switch on is off."""
        below = self.style(paragraph_style or self._default).run.over(self._defaults)
        own = self.style(run_style).run
        return replace(
            own.over(below),
            strike=bool(own.strike) != bool(below.strike),
            hidden=bool(own.hidden) != bool(below.hidden),
        )

    def _resolve(self, name: str) -> Style:
        level: int | None = None
        number_id: str | None = None
        list_level: int | None = None
        run, contents = RunFormat(), False
        for element in self._ancestry(name):
            properties = element.find(f"{W}pPr")
            level = _heading_level(element, properties) if level is None else level
            own = properties.find(f"{W}numPr") if properties is not None else None
            number_id = number_id or value(own, "numId")
            list_level = number(value(own, "ilvl")) if list_level is None else list_level
            own_run = element.find(f"{W}rPr")
            run = run if own_run is None else run.over(_format(_deciding_properties(own_run)))
            contents = contents or _CONTENTS_NAME.fullmatch((value(element, "name") or "").strip()) is not None
        return Style(level, number_id, list_level, run, contents)

    def _ancestry(self, name: str) -> Iterator[Any]:
        """A style and those that it builds on; a circle of styles ends."""
        seen: set[str] = set()
        current: str | None = name
        while current and current in self._elements and current not in seen:
            seen.add(current)
            yield self._elements[current]
            current = value(self._elements[current], "basedOn")


def _deciding_properties(properties: Any) -> tuple[tuple[str, str | None], ...]:
    """The properties of ``w:rPr`` that decide how a run is read, by name."""
    return tuple(
        (_DECIDING[child.tag], child.get(f"{W}val") or child.get(f"{W}ascii") or child.get(f"{W}hAnsi"))
        for child in properties
        if child.tag in _DECIDING
    )


def _format(said: tuple[tuple[str, str | None], ...]) -> RunFormat:
    values = dict(said)
    switches = {name: value not in _OFF for name, value in said}
    return RunFormat(
        strike=switches.get("strike"),
        double_strike=switches.get("dstrike"),
        hidden=switches.get("vanish"),
        alignment=_ALIGNMENTS.get(values.get("vertAlign") or ""),
        shift=_half_points(values.get("position")),
        size=_half_points(values.get("sz")),
        font=values.get("rFonts"),
    )


def _half_points(text: str | None) -> int | None:
    """A size: half points, or a measure with its unit as Strict Open XML writes it."""
    found = _MEASURE.fullmatch(text or "")
    return None if found is None else round(float(found[1]) * _UNITS[found[2] or ""])


def value(element: Any, name: str) -> str | None:
    """The value of a child element; None if the element or the child is missing."""
    child = element.find(f"{W}{name}") if element is not None else None
    return None if child is None else child.get(f"{W}val")


def number(text: str | None) -> int | None:
    """A whole number; measures with a unit and anything else are None."""
    try:
        return int(text) if text else None
    except ValueError:
        return None


def switch(element: Any, name: str) -> bool | None:
    """Whether a child element switches something on; None if it is missing."""
    child = element.find(f"{W}{name}") if element is not None else None
    return None if child is None else child.get(f"{W}val", "1") not in _OFF


def is_on(element: Any, attribute: str) -> bool:
    """Whether an attribute of an element switches something on."""
    return element.get(f"{W}{attribute}") in ("1", "true", "on")


def _heading_level(element: Any, properties: Any) -> int | None:
    outline = number(value(properties, "outlineLvl"))
    if outline is not None:
        return outline + 1 if 0 <= outline < 9 else None
    found = _HEADING_NAME.fullmatch((value(element, "name") or "").strip())
    return int(found.group(1)) if found else None
