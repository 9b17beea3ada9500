"""Dates, times and durations as a spreadsheet shows them, with the calendars of Taiwan and Japan.

Source: ECMA-376 part 1, 18.8.31 (formats) and 18.17.4 (serial numbers of days).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from potluck_plugins.loaders._office.han_numbers import han_digits, han_number

_MONTHS = ["January", "February", "March", "April", "May", "June"]
_MONTHS += ["July", "August", "September", "October", "November", "December"]
_DAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]
_HAN_DAYS = "一二三四五六日"
_TAIWAN, _CHINA, _JAPAN = 0x404, 0x804, 0x411
_LOCALES = {"zh-tw": _TAIWAN, "zh-hant": _TAIWAN, "zh-cn": _CHINA, "zh-hans": _CHINA, "ja": _JAPAN}
_HAN_WEEK = {_TAIWAN: "週", _CHINA: "周"}
_ERAS = (
    (date(2019, 5, 1), "令和", "R"),
    (date(1989, 1, 8), "平成", "H"),
    (date(1926, 12, 25), "昭和", "S"),
    (date(1912, 7, 30), "大正", "T"),
    (date(1868, 1, 25), "明治", "M"),
)
_LEAP_DAY_1900 = 60
_MOST_DAYS = 2_958_466


@dataclass(frozen=True, slots=True)
class Calendar:
    """How serial numbers are counted, the language (a Windows locale identifier) that a format names, its numerals."""

    epoch_1904: bool = False
    locale: int = 0
    numerals: int = 0

    @property
    def is_chinese(self) -> bool:
        """Whether months, days and halves of the day have Chinese names."""
        return self.locale in (_TAIWAN, _CHINA)


def locale_number(code: str) -> int:
    """The Windows locale identifier in a format: ``1030404``, whose first half is a calendar, or a name (``zh-TW``).

    It is 0 for a name that changes nothing here.
    """
    if re.fullmatch("[0-9A-Fa-f]{1,8}", code):
        return int(code, 16) & 0xFFFF
    name = code.partition(",")[0].lower()
    return next((number for known, number in _LOCALES.items() if f"{name}-".startswith(f"{known}-")), 0)


def show_date(serial: float, tokens: Sequence[tuple[bool, str]], calendar: Calendar) -> str | None:
    """Show a serial number of days; None if it is outside the calendar. ``tokens`` are (is a field, characters)."""
    elapsed = any(is_field and text.startswith("[") for is_field, text in tokens)
    if not (0 <= serial < _MOST_DAYS) and not elapsed:
        return None
    seconds = _rounded_seconds(serial, tokens)
    moment = None if elapsed else _moment(seconds, calendar)
    halves = any(is_field and "/" in text for is_field, text in tokens)
    pieces = [("-" if elapsed and serial < 0 else "")]
    for index, (is_field, text) in enumerate(tokens):
        if not is_field:
            pieces.append(text)
        elif text.startswith("["):
            pieces.append(_format_elapsed(text, seconds))
        elif text.startswith("."):
            pieces.append("." + f"{seconds % 1:.{len(text) - 1}f}".partition(".")[2])
        else:
            minutes = _is_minutes(tokens, index)
            shown = _field(text, seconds, moment, calendar, minutes=minutes, halves=halves)
            pieces.append(_in_numerals(text[0].lower(), shown, calendar))
    return "".join(pieces).strip()


def _in_numerals(letter: str, shown: str, calendar: Calendar) -> str:
    """A field in the numerals of the format: years digit by digit, days and hours as numbers, fifteen as 十五."""
    if letter in "yeb" or shown.startswith("0") or not shown.isdecimal():
        return han_digits(shown, calendar.numerals, calendar.locale)
    words = han_number(shown, calendar.numerals, calendar.locale)
    return words.removeprefix("一") if words.startswith("一十") else words


def _rounded_seconds(serial: float, tokens: Sequence[tuple[bool, str]]) -> float:
    """Seconds since the epoch, rounded to what the format shows."""
    decimals = max((len(text) - 1 for is_field, text in tokens if is_field and text.startswith(".")), default=0)
    return round(abs(serial) * 86400, decimals)


class _LeapDay(datetime):
    """The 29 February that 1900 has in spreadsheets, and not in the calendar: the 28th but for its number."""

    @property
    def day(self) -> int:
        return 29


def _moment(seconds: float, calendar: Calendar) -> datetime:
    days, rest = divmod(seconds, 86400)
    if days == _LEAP_DAY_1900 and not calendar.epoch_1904:
        return _LeapDay(1900, 2, 28) + timedelta(seconds=rest)
    epoch = datetime(1904, 1, 1) if calendar.epoch_1904 else datetime(1899, 12, 30 if days > _LEAP_DAY_1900 else 31)
    return epoch + timedelta(days=days, seconds=rest)


def _format_elapsed(text: str, seconds: float) -> str:
    unit = {"h": 3600, "m": 60, "s": 1}[text[1].lower()]
    return f"{int(seconds // unit):0{len(text) - 2}d}"


def _is_minutes(tokens: Sequence[tuple[bool, str]], index: int) -> bool:
    """Whether an ``m`` means minutes: behind hours, or before seconds."""
    if not re.fullmatch("m{1,2}", tokens[index][1], re.IGNORECASE):
        return False
    before = next((text for is_field, text in reversed(tokens[:index]) if is_field and "/" not in text), "")
    after = next((text for is_field, text in tokens[index + 1 :] if is_field and "/" not in text), "")
    return before.strip("[").lower().startswith("h") or after.strip("[").lower().startswith("s")


def _field(
    text: str, seconds: float, moment: datetime | None, calendar: Calendar, *, minutes: bool, halves: bool
) -> str:
    letter, width = text[0].lower(), len(text)
    if "/" in text:
        return _half(text, seconds, calendar)
    if letter == "h":
        hours = int(seconds // 3600) % 24
        return f"{(hours % 12 or 12) if halves else hours:0{min(width, 2)}d}"
    if letter == "s":
        return f"{int(seconds) % 60:0{min(width, 2)}d}"
    if minutes or moment is None:
        return f"{int(seconds // 60) % 60:0{min(width, 2)}d}"
    return _day_field(letter, width, moment, calendar)


def _half(text: str, seconds: float, calendar: Calendar) -> str:
    later = int(seconds // 3600) % 24 >= 12
    if calendar.is_chinese or "上午" in text:
        return "下午" if later else "上午"
    return text.split("/")[later]


def _day_field(letter: str, width: int, moment: datetime, calendar: Calendar) -> str:
    if letter == "y":
        return f"{moment.year:04d}" if width > 2 else f"{moment.year % 100:02d}"
    if letter == "m":
        return _month(width, moment, calendar)
    if letter == "d":
        return f"{moment.day:0{width}d}" if width < 3 else _weekday(width == 4, moment, calendar)
    if letter == "a":
        return _weekday(width == 4, moment, calendar if calendar.is_chinese else Calendar(locale=_TAIWAN))
    if letter == "g":
        return _era(width, moment, calendar)
    if letter == "e":
        return _era_year(width, moment, calendar)
    buddhist = moment.year + 543
    return f"{buddhist:04d}" if width > 2 else f"{buddhist % 100:02d}"


def _month(width: int, moment: datetime, calendar: Calendar) -> str:
    if width < 3:
        return f"{moment.month:0{width}d}"
    if calendar.is_chinese:
        return f"{moment.month}月"
    name = _MONTHS[moment.month - 1]
    return name[:3] if width == 3 else name[:1] if width == 5 else name


def _weekday(whole: bool, moment: datetime, calendar: Calendar) -> str:
    day = moment.weekday()
    if calendar.is_chinese:
        return ("星期" if whole else _HAN_WEEK[calendar.locale]) + _HAN_DAYS[day]
    return _DAYS[day] if whole else _DAYS[day][:3]


def _era(width: int, moment: datetime, calendar: Calendar) -> str:
    if calendar.locale == _TAIWAN:
        return "中華民國" if width > 2 else "民國"
    if calendar.locale == _JAPAN:
        for begin, name, letter in _ERAS:
            if moment.date() >= begin:
                return name if width > 2 else name[:1] if width == 2 else letter
    return ""


def _era_year(width: int, moment: datetime, calendar: Calendar) -> str:
    year = moment.year
    if calendar.locale == _TAIWAN and year > 1911:
        year -= 1911
    elif calendar.locale == _JAPAN:
        year -= next((begin.year - 1 for begin, *_ in _ERAS if moment.date() >= begin), 0)
    return f"{year:0{min(width, 4)}d}"
