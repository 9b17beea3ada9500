"""Word's automatic numbers, which stand in no text: counted from ``numbering.xml`` as Word counts them.

Source: ECMA-376 part 1, 17.9 (numbering): a paragraph names a list (``numId``) and a level; the list takes its levels
from an abstract definition and may override them; a level counts on and starts all deeper ones anew.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"

_DIGITS = "〇一二三四五六七八九"
_ROMAN: tuple[tuple[int, str], ...] = (
    (1000, "m"),
    (900, "cm"),
    (500, "d"),
    (400, "cd"),
    (100, "c"),
    (90, "xc"),
    (50, "l"),
    (40, "xl"),
)
_ROMAN += ((10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i"))
_STEMS = "甲乙丙丁戊己庚辛壬癸"
_BRANCHES = "子丑寅卯辰巳午未申酉戌亥"
_LEGAL = "零壹貳參肆伍陸柒捌玖"


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

    def anew(self) -> Numbering:
        """The same lists, of which nothing is counted yet."""
        return Numbering(self.levels, self.abstract, _overridden=self._overridden)

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
                label = label.replace(f"%{one + 1}", shown(counts.get(one, definition.start), kind))
        return label.strip()


def read_numbering(root: Any, style_ids: dict[str, str]) -> Numbering:
    """Read ``numbering.xml``. ``style_ids`` maps numbering styles to the lists that they name."""
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


def shown(value: int, kind: str) -> str:
    """A number as Word writes it in one of its formats; decimal for formats that are not known here."""
    if value <= 0:
        return str(value)
    if kind in ("lowerLetter", "upperLetter"):
        letter = chr(ord("a") + (value - 1) % 26) * ((value - 1) // 26 + 1)
        return letter.upper() if kind == "upperLetter" else letter
    if kind in ("lowerRoman", "upperRoman"):
        return _roman(value).upper() if kind == "upperRoman" else _roman(value)
    if kind == "decimalZero":
        return f"{value:02}"
    if kind in ("decimalFullWidth", "decimalFullWidth2"):
        return "".join(chr(ord(c) + 0xFEE0) for c in str(value))
    if kind in ("decimalEnclosedCircle", "decimalEnclosedCircleChinese") and value <= 20:
        return chr(0x245F + value)
    if kind in _CHINESE:
        return _chinese(value)
    if kind in ("ideographDigital", "taiwaneseDigital", "japaneseDigitalTenThousand"):
        return "".join(_DIGITS[int(c)] for c in str(value))
    if kind == "ideographTraditional":
        return _STEMS[(value - 1) % 10]
    if kind == "ideographZodiac":
        return _BRANCHES[(value - 1) % 12]
    if kind in ("ideographLegalTraditional", "chineseLegalSimplified") and value < 10:
        return _LEGAL[value]
    return "" if kind == "none" else str(value)


_CHINESE = {"chineseCounting", "chineseCountingThousand", "taiwaneseCounting", "taiwaneseCountingThousand"}
_CHINESE |= {"japaneseCounting", "ideographEnclosedCircle"}


def _chinese(value: int) -> str:
    """1 to 9,999 in Chinese: 十, 二十一, 一百零三."""
    if value >= 10_000:
        return str(value)
    if 10 <= value < 20:
        return "十" + (_DIGITS[value - 10] if value > 10 else "")
    result, gap = "", False
    for unit, name in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit, value = divmod(value, unit)
        if digit:
            result += ("零" if gap else "") + _DIGITS[digit] + name
            gap = False
        elif result and value:
            gap = True
    return result


def _roman(value: int) -> str:
    result = ""
    for unit, letters in _ROMAN:
        times, value = divmod(value, unit)
        result += letters * times
    return result


def _levels(abstract: Any) -> Iterator[tuple[int, Level]]:
    for element in abstract.iter(f"{W}lvl"):
        yield int(element.get(f"{W}ilvl", "0")), _level(element)


def _level(element: Any) -> Level:
    restart = _value(element, "lvlRestart")
    return Level(
        start=_number(_value(element, "start"), 1),
        format=_value(element, "numFmt") or "decimal",
        text=_value(element, "lvlText") or "",
        restart=None if restart is None else _number(restart, 0),
        legal=element.find(f"{W}isLgl") is not None,
        style=_value(element, "pStyle"),
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
        numbering._overridden.add((number_id, level))


def _value(element: Any, name: str) -> str | None:
    child = element.find(f"{W}{name}")
    return None if child is None else child.get(f"{W}val")


def _number(text: str | None, default: int) -> int:
    try:
        return int(text) if text is not None else default
    except ValueError:
        return default
