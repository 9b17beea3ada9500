"""Numbers as lists show them: letters, Roman and Chinese numerals.

Source: ECMA-376 part 1, 17.18.59 (ST_NumberFormat), whose names the formats have.
"""

from __future__ import annotations

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
