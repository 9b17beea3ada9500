"""How long something will take, and how sure one can be of that."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass

now = time.monotonic
"""The clock of a plan, in seconds. On a busy machine a benchmark replaces it by the processor's time."""

_LEAST_SPREAD = 0.1
"""The share by which even a well-measured time may be wrong."""


@dataclass(frozen=True, slots=True)
class Duration:
    """A time in seconds, and the range in which it lies if the machine stays as fast as in the samples."""

    seconds: float
    low: float
    high: float

    @classmethod
    def between(cls, seconds: float, low: float | None, high: float | None) -> Duration:
        """A time whose range may be unknown; then it has none."""
        return cls(seconds, seconds if low is None else low, seconds if high is None else high)

    @classmethod
    def per_unit(cls, samples: Sequence[tuple[float, float]]) -> Duration:
        """Seconds for a unit of work, from samples of seconds and units.

        ``low`` and ``high`` are the fastest and the slowest sample, and at least a tenth away.
        """
        speeds = [seconds / units for seconds, units in samples if units]
        total = sum(units for _, units in samples)
        if not speeds:
            return cls(0.0, 0.0, 0.0)
        mean = sum(seconds for seconds, _ in samples) / total
        return cls(mean, min(*speeds, mean * (1 - _LEAST_SPREAD)), max(*speeds, mean * (1 + _LEAST_SPREAD)))

    def __add__(self, other: Duration) -> Duration:
        """One after the other."""
        return Duration(self.seconds + other.seconds, self.low + other.low, self.high + other.high)

    def __mul__(self, times: float) -> Duration:
        """The same several times."""
        return Duration(self.seconds * times, self.low * times, self.high * times)

    def __str__(self) -> str:
        """For people: ``about 2:05 (1:50 to 2:20)``."""
        return f"about {clock(self.seconds)} ({clock(self.low)} to {clock(self.high)})"


NO_TIME = Duration(0.0, 0.0, 0.0)


def clock(seconds: float) -> str:
    """Hours, minutes and seconds: 1:02:03, 2:03; tenths of a second below ten."""
    if seconds < 9.95:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
