"""How the styles of an OpenDocument file show text, with what they inherit.

Source: OpenDocument 1.2 part 1, 16 (styles), 20.384 (``style:text-position``), 20.368
(``style:text-line-through-style``), 20.269 (``style:font-name``), 20.411 (``text:display``).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from potluck_plugins.loaders._office.odf.names import FO, OFFICE, STYLE, SVG, TABLE, TEXT
from potluck_plugins.loaders._office.paragraph import Look
from potluck_plugins.loaders._shared.raised import Position

_DEEPEST = 64


@dataclass(frozen=True, slots=True)
class Style:
    """The properties that a style sets itself; None for those that it leaves to others."""

    position: Position | None = None
    struck: bool | None = None
    hidden: bool | None = None
    level: int | None = None
    list_style: str | None = None
    font: str | None = None
    is_displayed: bool = True

    def over(self, base: Style) -> Style:
        """This style if it says something, else the other."""
        return Style(
            base.position if self.position is None else self.position,
            base.struck if self.struck is None else self.struck,
            base.hidden if self.hidden is None else self.hidden,
            base.level if self.level is None else self.level,
            base.list_style if self.list_style is None else self.list_style,
            base.font if self.font is None else self.font,
            self.is_displayed and base.is_displayed,
        )

    def on(self, look: Look) -> Look:
        """The look of text that stands in this style within text of another look."""
        return replace(
            look,
            position=look.position if self.position is None else self.position,
            struck=look.struck if self.struck is None else self.struck,
            hidden=look.hidden if self.hidden is None else self.hidden,
            font=look.font if self.font is None else self.font,
        )


@dataclass(slots=True)
class Styles:
    """The styles of one part of a file, by family and name."""

    _elements: dict[tuple[str, str], Any]
    _fonts: dict[str, str] = field(default_factory=dict)
    _resolved: dict[tuple[str, str], Style] = field(default_factory=dict)

    def style(self, family: str, name: str | None) -> Style:
        """A style with what it inherits; a circle of styles ends."""
        if not name:
            return Style()
        if (family, name) not in self._resolved:
            style = Style()
            for element in self._ancestry(family, name):
                style = style.over(_style(element, self._fonts))
            self._resolved[family, name] = style
        return self._resolved[family, name]

    def _ancestry(self, family: str, name: str) -> Iterator[Any]:
        current: str | None = name
        for _ in range(_DEEPEST):
            element = self._elements.get((family, current or ""))
            if element is None:
                return
            yield element
            current = element.get(f"{STYLE}parent-style-name")


def read_styles(*roots: Any) -> Styles:
    """The styles of several parts; where two have the same name, the later one's."""
    found: dict[tuple[str, str], Any] = {}
    fonts: dict[str, str] = {}
    for root in roots:
        for face in root.iterfind(f"{OFFICE}font-face-decls/{STYLE}font-face"):
            fonts[face.get(f"{STYLE}name") or ""] = face.get(f"{SVG}font-family") or ""
        for parent in (f"{OFFICE}styles", f"{OFFICE}automatic-styles"):
            for element in root.iterfind(f"{parent}/{STYLE}style"):
                found[element.get(f"{STYLE}family") or "", element.get(f"{STYLE}name") or ""] = element
    return Styles(found, fonts)


def _style(element: Any, fonts: Mapping[str, str]) -> Style:
    text = element.find(f"{STYLE}text-properties")
    table = element.find(f"{STYLE}table-properties")
    level = element.get(f"{STYLE}default-outline-level") or ""
    return Style(
        position=_position(text.get(f"{STYLE}text-position")) if text is not None else None,
        struck=_is_struck(text) if text is not None else None,
        hidden={"none": True, "true": False}.get(text.get(f"{TEXT}display") or "") if text is not None else None,
        level=int(level) if level.isascii() and level.isdigit() else None,
        list_style=element.get(f"{STYLE}list-style-name"),
        font=_font(text, fonts) if text is not None else None,
        is_displayed=table is None or table.get(f"{TABLE}display") != "false",
    )


def _font(text: Any, fonts: Mapping[str, str]) -> str | None:
    """The first family of a font, which is named itself or by its declaration."""
    name = text.get(f"{STYLE}font-name") or ""
    families = text.get(f"{FO}font-family") or fonts.get(name) or name
    return families.partition(",")[0].strip(" '\"") or None


def _position(value: str | None) -> Position | None:
    """``super 58%``, ``-33% 58%``, ``0% 100%``: raised, lowered, neither."""
    if not value or not value.split():
        return None
    first = value.split()[0]
    if first in ("super", "sub"):
        return "raised" if first == "super" else "lowered"
    try:
        shift = float(first.rstrip("%"))
    except ValueError:
        return None
    return "raised" if shift > 0 else "lowered" if shift < 0 else "base"


def _is_struck(text: Any) -> bool | None:
    values = [text.get(f"{STYLE}text-line-through-{name}") for name in ("style", "type")]
    given = [value for value in values if value]
    return all(value != "none" for value in given) if given else None
