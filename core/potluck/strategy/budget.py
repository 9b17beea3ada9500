"""The budget of a comparison: how much of it has been spent, and whether there is enough for another step."""

from __future__ import annotations

import time
from collections.abc import Callable


class OutOfBudget(Exception):
    """Too little is left for a step; the text says whether of time or money."""


class OutOfMoney(OutOfBudget):
    """Steps that cost nothing can still be taken."""


class OutOfTime(OutOfBudget):
    """No step can be taken."""


class CannotLearn(Exception):
    """The messages that a row learns from, or its training, do not fit into the budget; the text says why."""


class Budget:
    """Counts US dollars and seconds.

    The spending of an earlier run counts as if it were spent now, so that a restarted run does not get its budget
    twice.
    """

    def __init__(self, usd: float, minutes: float, clock: Callable[[], float] = time.monotonic) -> None:
        """Start the clock."""
        self.budget_usd, self.budget_seconds = usd, minutes * 60
        self.usd = 0.0
        self.reused_seconds = 0.0
        self._clock = clock
        self._start = clock()

    @property
    def seconds(self) -> float:
        """Since the start, with what is reused."""
        return self._clock() - self._start + self.reused_seconds

    def time(self) -> float:
        """The clock, in seconds."""
        return self._clock()

    def reuse(self, seconds: float, usd: float) -> None:
        """Count earlier spending."""
        self.reused_seconds += seconds
        self.usd += usd

    def pay(self, usd: float) -> None:
        """Count new spending; the clock runs by itself."""
        self.usd += usd

    def need(self, seconds: float, usd: float, share: float = 1.0) -> None:
        """Raise ``OutOfBudget`` if a step of that cost does not fit into ``share`` of the budget."""
        if self.usd + usd > self.budget_usd * share and usd > 0:
            raise OutOfMoney(f"the {self.budget_usd:g} US dollars")
        if self.seconds + seconds > self.budget_seconds * share:
            raise OutOfTime(f"the {self.budget_seconds / 60:g} minutes")
