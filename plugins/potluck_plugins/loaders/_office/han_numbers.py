"""Numbers in Chinese characters, as formats with ``[DBNum1]`` (一百二十三) and ``[DBNum2]`` (壹佰貳拾參) show them.

Source: what Excel shows; ECMA-376 part 1, 18.8.31 names the formats.
"""

from __future__ import annotations

from typing import NamedTuple

_CHINA = 0x804
_CHINESE = (0, 0x404, _CHINA)
"""The languages of formats whose numbers are written so; 0 is that of a format that names none."""


class _Signs(NamedTuple):
    """The digits, the powers of ten within a group of four digits, and those of the groups."""

    digits: str
    tens: tuple[str, ...]
    groups: tuple[str, ...]


_PLAIN_TENS, _LEGAL_TENS = ("", "十", "百", "千"), ("", "拾", "佰", "仟")
_TRADITIONAL, _SIMPLIFIED = ("", "萬", "億", "兆"), ("", "万", "亿", "兆")
_SIGNS = {
    (1, False): _Signs("〇一二三四五六七八九", _PLAIN_TENS, _TRADITIONAL),
    (1, True): _Signs("〇一二三四五六七八九", _PLAIN_TENS, _SIMPLIFIED),
    (2, False): _Signs("零壹貳參肆伍陸柒捌玖", _LEGAL_TENS, _TRADITIONAL),
    (2, True): _Signs("零壹贰叁肆伍陆柒捌玖", _LEGAL_TENS, _SIMPLIFIED),
}


def han_digits(text: str, kind: int, locale: int) -> str:
    """A text with each digit as a character: ``2026`` is 二〇二六. ``kind`` 0 leaves it as it is."""
    if not kind or locale not in _CHINESE:
        return text
    return text.translate(str.maketrans("0123456789", _SIGNS[kind, locale == _CHINA].digits))


def han_number(text: str, kind: int, locale: int) -> str:
    """A decimal number in words: ``-123.4`` is -一百二十三.四. One with an exponent, or too large, is left as it is."""
    sign, digits = ("-", text[1:]) if text.startswith("-") else ("", text)
    whole, point, decimals = digits.partition(".")
    signs = _SIGNS.get((kind, locale == _CHINA))
    is_known = signs is not None and locale in _CHINESE and (whole + decimals).isdecimal()
    if signs is None or not is_known or len(whole) > 4 * len(signs.groups):
        return text
    return sign + _words(whole, signs) + point + han_digits(decimals, kind, locale)


def _words(whole: str, signs: _Signs) -> str:
    words, skipped = "", False
    for index, digit in enumerate(whole):
        power = len(whole) - 1 - index
        if digit != "0":
            words += (signs.digits[0] if skipped else "") + signs.digits[int(digit)] + signs.tens[power % 4]
            skipped = False
        else:
            skipped = skipped or bool(words)
        if power % 4 == 0 and whole[max(0, index - 3) : index + 1].strip("0"):
            words, skipped = words + signs.groups[power // 4], False
    return words or signs.digits[0]
