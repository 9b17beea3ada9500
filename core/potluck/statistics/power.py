"""How large a difference a number of questions can show, and how many questions a difference needs.

Both by the normal approximation of McNemar's and the sign-flip test, with 80 % power, two-sided, 5 %. What they rest on
is estimated from the questions at hand; that this is uncertain is allowed for, so that the power holds on the average.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from potluck.statistics.observations import Array


Z = 1.959964
"""What a standard normal number exceeds, upwards or downwards, in 5 % of the cases."""

Z_POWER = 0.915365
"""What a standard normal number stays below in 82 % of the cases: the normal approximation is wrong by up to 2."""

FEWEST = 6
"""With fewer questions that differ neither test reaches 5 %: of 2^5 ways to set the signs, the two extremes are 6 %."""


@dataclass(frozen=True, slots=True)
class DifferenceSpread:
    """How the differences of questions vary.

    ``square`` is their mean square and ``variance`` their variance; ``scale`` is how far apart two values can be, and
    ``size`` how large a difference typically is that is not 0, one of ``scale`` being counted in: two or three that
    happen to be small say little about the next. For 0/1 values (``binary``) ``square`` is the share of questions on
    which the two differ. ``quantile`` is the normal one of the power, raised as these few questions make it unsure.
    """

    square: float
    variance: float
    size: float
    scale: float
    binary: bool
    quantile: float

    def detectable(self, n: int) -> float:
        """The smallest true difference that n questions show; at most ``scale``, which too few need not show either."""
        return boundary(lambda effect: self._shows(effect, n), 0.0, self.scale)

    def questions_needed(self, difference: float, z: float = Z) -> int | None:
        """How many questions show a difference of that size. None for 0.

        ``z`` is what a standard normal number exceeds at the level at which the difference is judged.
        """
        effect = abs(difference)
        if effect <= 1e-12 * self.scale:
            return None
        return math.ceil(boundary(lambda n: n >= FEWEST and self._shows(effect, n, z), 0.0, 1e15))

    def _shows(self, effect: float, n: float, z: float = Z) -> bool:
        """Whether n questions show a true difference of that size.

        For 0/1 values the share that differs stays as it is, for others the variance. In any case as many questions
        have to differ as the effect takes, even if none has so far.
        """
        square = self.square if self.binary else self.variance + effect**2
        square = max(square, effect * max(effect, self.size))
        correction = self.size if self.binary else 0.0
        noise = z * math.sqrt(n * square) + self.quantile * math.sqrt(n * (square - effect**2))
        return n * effect - correction >= noise


def difference_spread(deltas: Array, binary: bool, scale: float, typical: float | None = None) -> DifferenceSpread:
    """Of the differences of at least two questions, or clusters of questions.

    ``typical`` is how far apart two values of one of them are taken to be, if that is less than ``scale``.
    """
    n = len(deltas)
    total, squares = math.fsum(deltas), math.fsum(deltas**2)
    changed = int((deltas != 0).sum())
    around = (deltas - total / n) ** 2
    sum_around = math.fsum(around)
    kurtosis = n * math.fsum((around / sum_around) ** 2) if sum_around else 1.0
    return DifferenceSpread(
        square=squares / n,
        variance=sum_around / (n - 1),
        size=math.sqrt((squares + (typical or scale) ** 2) / (changed + 1)),
        scale=scale,
        binary=binary,
        quantile=Z_POWER * math.sqrt(1 + (Z + Z_POWER) ** 2 * (kurtosis - 1) / (4 * n)),
    )


def boundary(beyond: Callable[[float], bool], inside: float, outside: float) -> float:
    """Where ``beyond`` becomes true on the way from ``inside`` to ``outside``; ``outside`` if it never does."""
    for _ in range(60):
        middle = (inside + outside) / 2
        inside, outside = (inside, middle) if beyond(middle) else (middle, outside)
    return outside
