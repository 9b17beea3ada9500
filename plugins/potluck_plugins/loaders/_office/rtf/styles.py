"""The style sheet of an RTF file: what a style says of headings, and of how a run is shown.

Source: Rich Text Format specification 1.9.1, "Style sheet".
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace

from potluck_plugins.loaders._office.paragraph import PLAIN, Look
from potluck_plugins.loaders._shared.raised import Position

_HEADING = re.compile(r"(?:heading|標題|标题)\s*(\d)", re.IGNORECASE)


@dataclass(slots=True)
class Style:
    """A style: its heading level (from 1), and its look."""

    level: int | None = None
    look: Look = PLAIN
    is_character: bool = False
    number: int = 0

    def name(self, name: str) -> None:
        """A heading is told by its name where no outline level tells it."""
        found = _HEADING.fullmatch(name.rstrip(";").strip())
        if found and self.level is None:
            self.level = int(found[1])


@dataclass(slots=True)
class Styles:
    """The styles by their numbers, of paragraphs and of characters."""

    paragraphs: dict[int, Style] = field(default_factory=dict)
    characters: dict[int, Style] = field(default_factory=dict)

    def add(self, style: Style) -> None:
        """Take a style that is complete."""
        (self.characters if style.is_character else self.paragraphs)[style.number] = style

    def level(self, number: int) -> int | None:
        """The heading level of a paragraph style."""
        return self.paragraphs.get(number, Style()).level

    def on(self, look: Look, number: int) -> Look:
        """A look with a character style applied to it."""
        style = self.characters.get(number, Style()).look
        return replace(
            look,
            position=look.position if style.position == "base" else style.position,
            struck=look.struck or style.struck,
            hidden=look.hidden or style.hidden,
        )


def change_look(look: Look, word: str, number: int | None) -> Look:
    """The look that a control word for characters makes of another."""
    on = number != 0
    if word in _POSITIONS:
        return replace(look, position=_POSITIONS[word] if on else "base")
    if word in ("strike", "striked"):
        return replace(look, struck=on)
    if word == "v":
        return replace(look, hidden=on)
    return replace(look, deleted=on) if word == "deleted" else look


_POSITIONS: dict[str, Position] = {
    "super": "raised",
    "up": "raised",
    "sub": "lowered",
    "dn": "lowered",
    "nosupersub": "base",
}
LOOK_WORDS = frozenset({*_POSITIONS, "strike", "striked", "v", "deleted"})
