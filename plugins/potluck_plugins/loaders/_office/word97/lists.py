"""The lists of a Word file, whose numbers stand in no text.

Source: [MS-DOC] 2.9.131 (``LFO``), 2.9.132 (``LFOLVL``), 2.9.147 (``LSTF``), 2.9.150 (``LVLF``), [MS-OSHARED] 2.2.1.3
(``MSONFC``).
"""

from __future__ import annotations

from dataclasses import replace

from potluck_plugins.loaders._office.numbering import Level, Numbering
from potluck_plugins.loaders._office.word97.file import LIST_OVERRIDES, LISTS, WordFile, i16, i32, string, u32

_FORMATS = {
    **dict(enumerate(("decimal", "upperRoman", "lowerRoman", "upperLetter", "lowerLetter"))),
    10: "ideographDigital",
    11: "japaneseCounting",
    14: "decimalFullWidth",
    17: "japaneseDigitalTenThousand",
    18: "decimalEnclosedCircle",
    19: "decimalFullWidth2",
    22: "decimalZero",
    23: "bullet",
    28: "decimalEnclosedCircleChinese",
    29: "ideographEnclosedCircle",
    30: "ideographTraditional",
    31: "ideographZodiac",
    33: "taiwaneseCounting",
    34: "ideographLegalTraditional",
    255: "none",
    35: "taiwaneseCountingThousand",
    36: "taiwaneseDigital",
    37: "chineseCounting",
    38: "chineseLegalSimplified",
    39: "chineseCountingThousand",
}
_LEVELS = 9
_SIMPLE, _LEGAL, _NO_RESTART, _HAS_START, _HAS_LEVEL = 1, 4, 8, 0x10, 0x20


def number_format(code: int) -> str:
    """The name that Open XML gives to a format of numbers."""
    return _FORMATS.get(code, "decimal")


def read_lists(file: WordFile) -> Numbering:
    """The lists, by the numbers that paragraphs name them with."""
    numbering = Numbering()
    lists = _lists(file)
    overrides = file.part(LIST_OVERRIDES)
    count = u32(overrides, 0) if overrides else 0
    at = 4 + 16 * count
    for number in range(1, count + 1):
        record = overrides[4 + 16 * (number - 1) :]
        identity, levels = i32(record, 0), record[12]
        numbering.abstract[str(number)] = str(identity)
        numbering.levels[str(number)] = dict(lists.get(identity, {}))
        at += 4
        for _ in range(levels):
            at = _override(overrides, at, str(number), numbering)
    return numbering


def _lists(file: WordFile) -> dict[int, dict[int, Level]]:
    """The levels of all lists, which stand behind the table of lists."""
    table = file.part_onwards(LISTS)
    count = i16(table, 0) if table else 0
    at = 2 + 28 * count
    found: dict[int, dict[int, Level]] = {}
    for index in range(count):
        record = table[2 + 28 * index : 30 + 28 * index]
        levels: dict[int, Level] = {}
        for level in range(1 if record[26] & _SIMPLE else _LEVELS):
            levels[level], at = _level(table, at)
        found[i32(record, 0)] = levels
    return found


def _override(content: bytes, at: int, number: str, numbering: Numbering) -> int:
    """The overrides of a list's level; returns where they end."""
    start, flags = i32(content, at), u32(content, at + 4)
    level, levels = flags & 0xF, numbering.levels[number]
    at += 8
    if flags & _HAS_LEVEL:
        levels[level], at = _level(content, at)
    elif flags & _HAS_START and level in levels:
        levels[level] = replace(levels[level], start=start)
    if flags & _HAS_START:
        numbering.restart_level(number, level)
    return at


def _level(content: bytes, at: int) -> tuple[Level, int]:
    """A level, and where it ends. Its text holds the numbers of levels as the characters 0 to 8."""
    flags = content[at + 5]
    properties = content[at + 24] + content[at + 25]
    text, end = string(content, at + 28 + properties)
    shown = "".join(f"%{ord(c) + 1}" if ord(c) < _LEVELS else c for c in text)
    # Word says after which level one counts from the start; without the flag it does so after each higher one.
    restart = content[at + 26] if flags & _NO_RESTART else None
    level = Level(i32(content, at), number_format(content[at + 4]), shown, restart, bool(flags & _LEGAL))
    return level, end
