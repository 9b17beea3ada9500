"""Code pages and times as programs of Windows write them."""

from __future__ import annotations

import pytest

from potluck_plugins.loaders._office.packed import code_page, day


def packed(year: int, month: int, day: int, weekday: int = 0, minute: int = 0, hour: int = 0) -> int:
    """A ``DTTM`` by the table of [MS-DOC] 2.9.67."""
    return minute | hour << 6 | day << 11 | month << 16 | (year - 1900) << 20 | weekday << 29


@pytest.mark.parametrize(("year", "month", "date"), [(2026, 3, 14), (1999, 12, 31), (1900, 1, 1), (2411, 10, 9)])
def test_the_day_of_a_time_is_unpacked(year: int, month: int, date: int) -> None:
    written = packed(year, month, date, weekday=6, minute=59, hour=23)

    assert day(written) == f"{year}-{month:02}-{date:02}"
    # RTF writes the same bits as a number with a sign.
    assert day(written - (1 << 32)) == day(written)


def test_bits_that_are_not_day_give_nothing() -> None:
    assert [day(0), day(packed(2026, 13, 1)), day(packed(2026, 2, 30))] == ["", "", ""]


@pytest.mark.parametrize(
    ("number", "name"),
    [
        (950, "cp950"),
        (936, "gb18030"),
        (1252, "cp1252"),
        (65001, "utf-8"),
        (0, None),
        (None, None),
        (-1, None),
        (7, None),
    ],
)
def test_a_code_page_has_the_name_that_python_knows(number: int | None, name: str | None) -> None:
    assert code_page(number) == name
