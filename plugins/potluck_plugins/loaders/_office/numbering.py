"""Word's automatic numbers, which stand in no text: counted from ``numbering.xml`` as Word counts them.

Source: ECMA-376 part 1, 17.9 (numbering): a paragraph names a list (``numId``) and a level; the list takes its levels
from an abstract definition and may override them; a level counts on and starts all deeper ones again.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from potluck_plugins.loaders._shared.numerals import format_number

_MC = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
_WIDEST = 9
W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


@dataclass(slots=True)
class Level:
    """How one level of a list counts. ``text`` holds ``%1`` for the number of level 1, and so on."""

    start: int = 1
    format: str = "decimal"
    text: str = ""
    restart: int | None = None
    legal: bool = False
    style: str | None = None


@dataclass(slots=True)
class Numbering:
    """The lists of a document, and how far each has been counted."""

    levels: dict[str, dict[int, Level]] = field(default_factory=dict)
    abstract: dict[str, str] = field(default_factory=dict)
    _counts: dict[str, dict[int, int]] = field(default_factory=dict)
    _started: set[tuple[str, int]] = field(default_factory=set)
    _overridden: set[tuple[str, int]] = field(default_factory=set)

    def fresh_copy(self) -> Numbering:
        """The same lists, of which nothing is counted yet."""
        return Numbering(self.levels, self.abstract, _overridden=self._overridden)

    def restart_level(self, number_id: str, level: int) -> None:
        """The first paragraph of a list at a level begins at the start of that level, whatever has been counted."""
        self._overridden.add((number_id, level))

    def by_style(self) -> dict[str, tuple[str, int]]:
        """The list and level that paragraphs of a style belong to, where a list names the style."""
        return {
            level.style: (number_id, position)
            for number_id, levels in self.levels.items()
            for position, level in levels.items()
            if level.style
        }

    def next(self, number_id: str, level: int) -> tuple[str, bool] | None:
        """Count one paragraph of a list: its label, and whether it is a bullet. None for a list that is not defined."""
        levels = self.levels.get(number_id)
        if levels is None or level not in levels:
            return None
        counts = self._counts.setdefault(self.abstract.get(number_id, number_id), {})
        if (number_id, level) in self._overridden and (number_id, level) not in self._started:
            counts[level] = levels[level].start
        else:
            counts[level] = counts[level] + 1 if level in counts else levels[level].start
        self._started.add((number_id, level))
        for deeper in [one for one in counts if one > level and self._restarts(levels.get(one), level)]:
            del counts[deeper]
        definition = levels[level]
        if definition.format == "bullet":
            return "", True
        return self._label(levels, level, counts), False

    @staticmethod
    def _restarts(deeper: Level | None, level: int) -> bool:
        if deeper is None or deeper.restart is None:
            return True
        return deeper.restart != 0 and level < deeper.restart

    @staticmethod
    def _label(levels: dict[int, Level], level: int, counts: dict[int, int]) -> str:
        label = levels[level].text
        for one in range(level, -1, -1):
            if f"%{one + 1}" in label:
                definition = levels.get(one, Level())
                kind = "decimal" if levels[level].legal else definition.format
                label = label.replace(f"%{one + 1}", format_number(counts.get(one, definition.start), kind))
        return label.strip()


def read_numbering(root: Any) -> Numbering:
    """Read ``numbering.xml``."""
    numbering = Numbering()
    abstracts = {one.get(f"{W}abstractNumId"): one for one in root.iter(f"{W}abstractNum")}
    linked = {style: one for one in abstracts.values() if (style := _value(one, "styleLink"))}
    for number in root.iter(f"{W}num"):
        number_id = number.get(f"{W}numId")
        abstract_id = _value(number, "abstractNumId")
        abstract = abstracts.get(abstract_id)
        if number_id is None or abstract is None:
            continue
        style = _value(abstract, "numStyleLink")
        if style is not None:
            abstract = linked.get(style, abstract)
            abstract_id = abstract.get(f"{W}abstractNumId")
        levels = dict(_levels(abstract))
        for override in number.iter(f"{W}lvlOverride"):
            _override(override, number_id, levels, numbering)
        numbering.levels[number_id] = levels
        numbering.abstract[number_id] = abstract_id or number_id
    return numbering


def _levels(abstract: Any) -> Iterator[tuple[int, Level]]:
    for element in abstract.iter(f"{W}lvl"):
        yield _number(element.get(f"{W}ilvl"), 0), _level(element)


def _level(element: Any) -> Level:
    restart = _value(element, "lvlRestart")
    return Level(
        start=_number(_value(element, "start"), 1),
        format=_format(element),
        text=_value(element, "lvlText") or "",
        restart=None if restart is None else _number(restart, 0),
        legal=element.find(f"{W}isLgl") is not None,
        style=_value(element, "pStyle"),
    )


def _format(element: Any) -> str:
    """The format of a level; one such as ``001, 002`` stands beside another for old programs."""
    for custom in element.iterfind(f"{_MC}AlternateContent/{_MC}Choice/{W}numFmt"):
        first = (custom.get(f"{W}format") or "").partition(",")[0].strip()
        if first.isdecimal() and len(first) <= _WIDEST:
            return f"decimalZero{len(first)}"
    return (
        _value(element, "numFmt") or _value(element.find(f"{_MC}AlternateContent/{_MC}Fallback"), "numFmt") or "decimal"
    )


def _override(override: Any, number_id: str, levels: dict[int, Level], numbering: Numbering) -> None:
    level = _number(override.get(f"{W}ilvl"), 0)
    own = override.find(f"{W}lvl")
    if own is not None:
        levels[level] = _level(own)
    start = _value(override, "startOverride")
    if start is not None and level in levels:
        old = levels[level]
        levels[level] = Level(_number(start, 1), old.format, old.text, old.restart, old.legal, old.style)
        numbering.restart_level(number_id, level)


def _value(element: Any, name: str) -> str | None:
    child = None if element is None else element.find(f"{W}{name}")
    return None if child is None else child.get(f"{W}val")


def _number(text: str | None, default: int) -> int:
    try:
        return int(text) if text is not None else default
    except ValueError:
        return default
