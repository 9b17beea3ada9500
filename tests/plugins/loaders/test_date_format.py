"""Dates, times and durations as a spreadsheet shows them, with the calendars of Taiwan and Japan.

Modules: ``potluck_plugins.loaders._office.date_format``.
"""

from __future__ import annotations

from datetime import date

import pytest

from potluck_plugins.loaders._office.number_format import show_number

MARCH_15 = 46096
"""15 March 2026, a Sunday."""


def serial(year: int, month: int, day: int) -> int:
    return (date(year, month, day) - date(1899, 12, 30)).days


@pytest.mark.parametrize("days", [0.25, 1.25, 59.25, 60.25, 61.25, 2_958_465.25])
def test_the_calendar_begins_in_1900_and_ends_in_9999(days: float) -> None:
    assert show_number(days, "h:mm") == "6:00"


@pytest.mark.parametrize(
    ("days", "epoch_1904", "shown"),
    [
        (1, False, "1900-01-01"),
        (59, False, "1900-02-28"),
        (60, False, "1900-02-29"),
        (61, False, "1900-03-01"),
        (2_958_465, False, "9999-12-31"),
        (2_958_465.9, False, "9999-12-31"),
        (2_958_466, False, "2958466"),
        (-0.5, False, "-0.5"),
        (0, True, "1904-01-01"),
        (59, True, "1904-02-29"),
        (60, True, "1904-03-01"),
        (61, True, "1904-03-02"),
    ],
)
def test_days_are_counted_from_their_epoch(days: float, epoch_1904: bool, shown: str) -> None:
    assert show_number(days, "yyyy-mm-dd", epoch_1904=epoch_1904) == shown


MONTHS = ["January", "February", "March", "April", "May", "June"]
MONTHS += ["July", "August", "September", "October", "November", "December"]
WEEK = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"]


@pytest.mark.parametrize("month", range(1, 13))
def test_months_have_names(month: int) -> None:
    day, name = serial(2026, month, 28), MONTHS[month - 1]

    assert show_number(day, "mmmm|mmm|mmmmm|mm|m") == f"{name}|{name[:3]}|{name[0]}|{month:02}|{month}"
    assert show_number(day, "[$-404]mmmm") == show_number(day, "[$-804]mmm") == f"{month}月"


@pytest.mark.parametrize("day", range(7))
def test_days_of_the_week_have_names(day: int) -> None:
    name, sign = WEEK[day], "日一二三四五六"[day]

    assert show_number(MARCH_15 + day, "dddd|ddd") == f"{name}|{name[:3]}"
    assert show_number(MARCH_15 + day, "[$-404]dddd|ddd") == f"星期{sign}|週{sign}"
    assert show_number(MARCH_15 + day, "[$-804]dddd|ddd") == f"星期{sign}|周{sign}"
    assert show_number(MARCH_15 + day, "aaaa|aaa") == f"星期{sign}|週{sign}"
    assert show_number(MARCH_15 + day, "[$-804]aaa") == f"周{sign}"


@pytest.mark.parametrize(
    ("day", "era", "letter", "year"),
    [
        ((2026, 3, 15), "令和", "R", 8),
        ((2019, 5, 1), "令和", "R", 1),
        ((2019, 4, 30), "平成", "H", 31),
        ((1989, 1, 8), "平成", "H", 1),
        ((1989, 1, 7), "昭和", "S", 64),
        ((1926, 12, 25), "昭和", "S", 1),
        ((1926, 12, 24), "大正", "T", 15),
        ((1912, 7, 30), "大正", "T", 1),
        ((1912, 7, 29), "明治", "M", 45),
        ((1900, 3, 2), "明治", "M", 33),
    ],
)
def test_years_of_japan_are_those_of_its_eras(day: tuple[int, int, int], era: str, letter: str, year: int) -> None:
    assert show_number(serial(*day), "[$-411]ggge|gge|ge|ee") == f"{era}{year}|{era[0]}{year}|{letter}{year}|{year:02}"


@pytest.mark.parametrize(
    ("code", "day", "shown"),
    [
        ("[$-404]ggge", (2026, 3, 15), "中華民國115"),
        ("[$-404]gge", (2026, 3, 15), "民國115"),
        ("[$-404]e", (1912, 1, 1), "1"),
        ("[$-404]e", (1911, 12, 31), "1911"),
        ("[$-1000404]e", (2026, 3, 15), "115"),
        ("[$-10000000404]e", (2026, 3, 15), "2026"),
        ('[$-zh-TW]e"年"m"月"d"日";@', (2023, 3, 15), "112年3月15日"),
        ("[$-ZH-tw,107]e/mmmm", (2026, 3, 15), "115/3月"),
        ("[$-zh-Hant-TW]ddd", (2026, 3, 15), "週日"),
        ("[$-zh-CN]ddd", (2026, 3, 15), "周日"),
        ("[$-zh-Hans]ddd", (2026, 3, 15), "周日"),
        ('[$-ja-JP-x-gannen]ggge"年"', (2023, 3, 15), "令和5年"),
        ("[$-ja]ge", (2026, 3, 15), "R8"),
        ("[$-jam]e", (2026, 3, 15), "2026"),
        ("[$-en-US]e mmmm", (2026, 3, 15), "2026 March"),
        ("e", (2026, 3, 15), "2026"),
        ("ggge", (2026, 3, 15), "2026"),
        ("bbbb", (2026, 3, 15), "2569"),
        ("bb", (2026, 3, 15), "69"),
        ("bb", (2058, 3, 15), "01"),
        ("yyyy|yyy|yy|y", (2026, 3, 15), "2026|2026|26|26"),
        ("yy", (2005, 3, 15), "05"),
        ("d|dd", (2026, 3, 5), "5|05"),
        ("d.m.yyyy", (2026, 3, 15), "15.3.2026"),
        ('d"0"', (2026, 3, 15), "150"),
        ("d 0,0%", (2026, 3, 15), "15 0,0%"),
        ("YYYY/MM/DD", (2026, 3, 15), "2026/03/15"),
    ],
)
def test_a_date_is_shown_in_its_format(code: str, day: tuple[int, int, int], shown: str) -> None:
    assert show_number(serial(*day), code) == shown


HOUR, MINUTE, SECOND = 1 / 24, 1 / 1440, 1 / 86400


@pytest.mark.parametrize(
    ("code", "days", "shown"),
    [
        ("h:mm:ss", 5 * HOUR + 7 * MINUTE + 9 * SECOND, "5:07:09"),
        ("hh:m:s", 5 * HOUR + 7 * MINUTE + 9 * SECOND, "05:7:9"),
        ("hhh:mm:sss", 5 * HOUR + 7 * MINUTE + 9 * SECOND, "05:07:09"),
        ("h", 1.5, "12"),
        ("h", 23 * HOUR, "23"),
        ("s", 59 * SECOND, "59"),
        ("s", 60 * SECOND, "0"),
        ("h:mm", 59 * MINUTE, "0:59"),
        ("h:mm", 60 * MINUTE, "1:00"),
        ("h:mm:ss", 0.5 - 0.4 * SECOND, "12:00:00"),
        ("h:mm:ss.0", 0.5 - 0.04 * SECOND, "12:00:00.0"),
        ("h:mm:ss.0", 0.5 - 0.06 * SECOND, "11:59:59.9"),
        ("ss.000", 1.25 * SECOND, "01.250"),
        ("h:mm AM/PM", 0, "12:00 AM"),
        *(("AM/PM", days + hour * HOUR, "PM" if hour > 11 else "AM") for days in (1, 46096) for hour in range(24)),
        ("h AM/PM", 12 * HOUR - SECOND, "11 AM"),
        ("h AM/PM", 12 * HOUR, "12 PM"),
        ("h AM/PM", 13 * HOUR, "1 PM"),
        ("h A/P", 13 * HOUR, "1 P"),
        ("h am/pm", 37 * HOUR, "1 pm"),
        ("[$-804]h AM/PM", 12 * HOUR - SECOND, "11 上午"),
        ("[$-404]AM/PM h", 12 * HOUR, "下午 12"),
        ("上午/下午h", 11 * HOUR, "上午11"),
        ("h AM/PM m", 13 * HOUR + 7 * MINUTE, "1 PM 7"),
        ("m AM/PM s", 13 * HOUR + 7 * MINUTE, "7 PM 0"),
        ('h "Uhr" m', 13 * HOUR + 7 * MINUTE, "13 Uhr 7"),
        ("h mmm", MARCH_15 + 0.5, "12 Mar"),
        ("d m h:mm", MARCH_15 + 0.5, "15 3 12:00"),
        ("s m", MARCH_15 + 0.5, "0 3"),
        ("m/d h", MARCH_15 + 0.5, "3/15 12"),
        ("hh:mm yyyy-mm", MARCH_15 + 0.5, "12:00 2026-03"),
        ("[h]:mm", 26 * HOUR + 30 * MINUTE, "26:30"),
        ("[h]:mmm", 26 * HOUR + 7 * MINUTE, "26:07"),
        ("[hhh]", 26 * HOUR, "026"),
        ("[H]", 26 * HOUR, "26"),
        ("[m]", 1.5, "2160"),
        ("[mm]:ss", 90 * SECOND, "01:30"),
        ("m:[s]", 90 * SECOND, "1:90"),
        ("[s]", 59.6 * SECOND, "60"),
        ("[ss].00", 59.6 * SECOND, "59.60"),
        ("[h]:mm", -26 * HOUR, "-26:00"),
        ("[h]", 0, "0"),
        ("[h]", 3_000_000, "72000000"),
    ],
)
def test_a_time_is_shown_in_its_format(code: str, days: float, shown: str) -> None:
    assert show_number(days, code) == shown
