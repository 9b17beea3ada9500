"""Numbers as lists and notes show them: letters, Roman and Chinese numerals.

Source: ECMA-376 part 1, 17.18.59 (ST_NumberFormat), whose names the formats have.
"""

from __future__ import annotations

from collections.abc import Callable

_DIGITS = "〇一二三四五六七八九"
_LEGAL = "零壹貳參肆伍陸柒捌玖"
_LEGAL_SIMPLIFIED = "零壹贰叁肆伍陆柒捌玖"
_UNITS = ((1000, "千"), (100, "百"), (10, "十"), (1, ""))
_LEGAL_UNITS = ((1000, "仟"), (100, "佰"), (10, "拾"), (1, ""))
_ROMAN = (
    *((1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"), (50, "l")),
    *((40, "xl"), (10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i")),
)
_SEQUENCES = {
    "ideographTraditional": "甲乙丙丁戊己庚辛壬癸",
    "ideographZodiac": "子丑寅卯辰巳午未申酉戌亥",
    "aiueoFullWidth": "アイウエオカキクケコサシスセソタチツテトナニヌネノハヒフヘホマミムメモヤユヨラリルレロワヲン",
    "irohaFullWidth": "イロハニホヘトチリヌルヲワカヨタレソツネナラムウヰノ"
    "オクヤマケフコエテアサキユメミシヱヒモセスン",
    "ganada": "가나다라마바사아자차카타파하",
    "chosung": "ㄱㄴㄷㄹㅁㅂㅅㅇㅈㅊㅋㅌㅍㅎ",
    "russianLower": "абвгдежзиклмнопрстуфхцчшщыэюя",
    "russianUpper": "АБВГДЕЖЗИКЛМНОПРСТУФХЦЧШЩЫЭЮЯ",
}
_SEQUENCES |= {"aiueo": _SEQUENCES["aiueoFullWidth"], "iroha": _SEQUENCES["irohaFullWidth"]}
_ENCLOSED = {
    "decimalEnclosedCircle": "①",
    "decimalEnclosedCircleChinese": "①",
    "decimalEnclosedParen": "⑴",
    "decimalEnclosedFullstop": "⒈",
}
_CHINESE = {"chineseCounting", "chineseCountingThousand", "taiwaneseCounting", "taiwaneseCountingThousand"}
_CHINESE |= {"japaneseCounting", "ideographEnclosedCircle"}
_DIGITAL = {"ideographDigital", "taiwaneseDigital", "japaneseDigitalTenThousand"}
_LARGEST = 32_767
"""Word counts no further; a larger number of a damaged file would be a row of letters without end."""

_PADDED = "decimalZero"


def format_number(value: int, kind: str) -> str:
    """A number as Word writes it in one of its formats; decimal for formats that are not known here.

    ``decimalZero3`` stands for the format ``001, 002``.
    """
    if kind == "none":
        return ""
    if not 0 < value <= _LARGEST:
        return str(value)
    if kind in _SEQUENCES:
        letters = _SEQUENCES[kind]
        return letters[(value - 1) % len(letters)]
    if kind in _ENCLOSED and value <= 20:
        return chr(ord(_ENCLOSED[kind]) + value - 1)
    if kind in _CHINESE:
        return _chinese(value)
    if kind in _DIGITAL:
        return "".join(_DIGITS[int(c)] for c in str(value))
    if kind.startswith(_PADDED):
        width = kind.removeprefix(_PADDED)
        return str(value).zfill(int(width) if width.isdecimal() else 2)
    return _FORMATS.get(kind, str)(value)


def _letters(value: int) -> str:
    return chr(ord("a") + (value - 1) % 26) * ((value - 1) // 26 + 1)


def _roman(value: int) -> str:
    result = ""
    for unit, letters in _ROMAN:
        times, value = divmod(value, unit)
        result += letters * times
    return result


def _ordinal(value: int) -> str:
    """1st, 2nd, 3rd, 11th."""
    ending = "th" if 10 <= value % 100 < 20 else {1: "st", 2: "nd", 3: "rd"}.get(value % 10, "th")
    return f"{value}{ending}"


def _full_width(value: int) -> str:
    return "".join(chr(ord(c) + 0xFEE0) for c in str(value))


def _chinese(value: int) -> str:
    """1 to 9,999 in Chinese: 十, 二十一, 一百零三."""
    if 10 <= value < 20:
        return "十" + (_DIGITS[value - 10] if value > 10 else "")
    return _in_units(value, _DIGITS, _UNITS)


def _legal(value: int) -> str:
    return _in_units(value, _LEGAL, _LEGAL_UNITS)


def _legal_simplified(value: int) -> str:
    return _in_units(value, _LEGAL_SIMPLIFIED, _LEGAL_UNITS)


def _in_units(value: int, digits: str, units: tuple[tuple[int, str], ...]) -> str:
    if value >= 10_000:
        return str(value)
    result, gap = "", False
    for unit, name in units:
        digit, value = divmod(value, unit)
        if digit:
            result += ("零" if gap else "") + digits[digit] + name
            gap = False
        elif result and value:
            gap = True
    return result


_FORMATS: dict[str, Callable[[int], str]] = {
    "lowerLetter": _letters,
    "upperLetter": lambda value: _letters(value).upper(),
    "lowerRoman": _roman,
    "upperRoman": lambda value: _roman(value).upper(),
    "ordinal": _ordinal,
    "hex": lambda value: f"{value:X}",
    "numberInDash": lambda value: f"- {value} -",
    "decimalFullWidth": _full_width,
    "decimalFullWidth2": _full_width,
    "ideographLegalTraditional": _legal,
    "chineseLegalSimplified": _legal_simplified,
}
