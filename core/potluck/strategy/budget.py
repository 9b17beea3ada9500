"""The budget of a comparison: what has been spent of it, and whether there is enough for one step more."""

from __future__ import annotations

import time
from collections.abc import Callable


class OutOfBudget(Exception):
    """There is not enough left for a step; the text says of what."""


class OutOfMoney(OutOfBudget):
    """Steps that cost nothing can still be taken."""


class OutOfTime(OutOfBudget):
    """No step can be taken."""


class CannotLearn(Exception):
    """What a row learns from, or its training, does not fit into the budget; the text says how."""


class Budget:
    """Counts US dollars and seconds.

    What an earlier run has paid for counts as if it had been spent now, so that a run that is begun again does not
    get its budget twice.
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
        """Count what was done before."""
        self.reused_seconds += seconds
        self.usd += usd

    def pay(self, usd: float) -> None:
        """Count what was paid now; the clock runs by itself."""
        self.usd += usd

    def need(self, seconds: float, usd: float, share: float = 1.0) -> None:
        """Raise ``OutOfBudget`` if a step that takes that much does not fit into ``share`` of the budget."""
        if self.usd + usd > self.budget_usd * share and usd > 0:
            raise OutOfMoney(f"the {self.budget_usd:g} US dollars")
        if self.seconds + seconds > self.budget_seconds * share:
            raise OutOfTime(f"the {self.budget_seconds / 60:g} minutes")
