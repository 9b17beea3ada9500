"""Times that something will take are told with their spread.

Modules: ``potluck.durations``.
"""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from potluck.durations import NO_TIME, Duration, clock


def test_the_spread_is_that_of_the_fastest_and_the_slowest_sample() -> None:
    found = Duration.per_unit([(2.0, 1), (2.0, 2), (8.0, 2)])

    assert (found.seconds, found.low, found.high) == (12 / 5, 1.0, 4.0)


def test_what_was_measured_once_may_still_be_a_tenth_off() -> None:
    assert Duration.per_unit([(5.0, 1)]) == Duration(5.0, 4.5, 5.5)
    assert Duration.per_unit([]) == NO_TIME


def test_a_sample_without_work_says_nothing_of_the_speed() -> None:
    assert Duration.per_unit([(5.0, 0)]) == NO_TIME
    assert Duration.per_unit([(0.0, 0), (5.0, 1)]) == Duration(5.0, 4.5, 5.5)


def test_a_time_whose_range_is_unknown_has_none() -> None:
    assert Duration.between(5.0, None, None) == Duration(5.0, 5.0, 5.0)
    assert Duration.between(5.0, 4.0, 7.0) == Duration(5.0, 4.0, 7.0)


def test_times_add_up_and_repeat() -> None:
    assert Duration(10, 8, 13) * 3 + Duration(1, 1, 2) == Duration(31, 25, 41)


@given(st.lists(st.tuples(st.floats(0.001, 1e3), st.integers(1, 1000)), min_size=1))
def test_the_expected_time_lies_within_its_spread(samples: list[tuple[float, float]]) -> None:
    found = Duration.per_unit(samples)

    assert 0 <= found.low <= found.seconds <= found.high


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [
        (0.04, "0.0 s"),
        (9.9, "9.9 s"),
        (9.95, "0:10"),
        (125, "2:05"),
        (3599, "59:59"),
        (3600, "1:00:00"),
        (3723, "1:02:03"),
    ],
)
def test_they_are_shown_as_on_a_clock(seconds: float, shown: str) -> None:
    assert clock(seconds) == shown


def test_for_people_the_spread_stands_beside_the_time() -> None:
    assert str(Duration(125, 110, 140)) == "about 2:05 (1:50 to 2:20)"
