"""A budget of dollars and minutes: what fits, what an earlier run spent, and parts of it.

Modules: ``potluck.strategy.budget``.
"""

from __future__ import annotations

import pytest

from potluck.strategy.budget import Budget, OutOfMoney, OutOfTime


class Clock:
    """A clock that stands still until it is set."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def test_a_step_that_fits_exactly_is_taken_and_a_cent_more_is_not(clock: Clock) -> None:
    budget = Budget(2.0, 1, clock)
    budget.pay(1.5)

    budget.need(60, 0.5)
    with pytest.raises(OutOfMoney, match="the 2 US dollars"):
        budget.need(0, 0.51)


def test_without_money_left_what_is_free_goes_on(clock: Clock) -> None:
    budget = Budget(0.0, 1, clock)

    budget.need(1, 0.0)
    with pytest.raises(OutOfMoney):
        budget.need(1, 0.001)


def test_time_runs_by_itself(clock: Clock) -> None:
    budget = Budget(1.0, 0.5, clock)
    clock.now += 20

    assert budget.seconds == 20
    budget.need(10, 0)
    with pytest.raises(OutOfTime, match=r"the 0\.5 minutes"):
        budget.need(10.1, 0)


def test_a_share_of_the_budget_is_less_of_both(clock: Clock) -> None:
    budget = Budget(1.0, 1, clock)

    budget.need(30, 0.5, share=0.5)
    with pytest.raises(OutOfMoney):
        budget.need(0, 0.6, share=0.5)
    with pytest.raises(OutOfTime):
        budget.need(31, 0, share=0.5)


def test_what_an_earlier_run_spent_counts_and_is_told_apart(clock: Clock) -> None:
    budget = Budget(1.0, 1, clock)
    budget.reuse(50, 0.9)
    clock.now += 5

    assert (budget.seconds, budget.reused_seconds, budget.usd) == (55, 50, 0.9)
    with pytest.raises(OutOfTime):
        budget.need(6, 0)
    with pytest.raises(OutOfMoney):
        budget.need(1, 0.2)
