"""P-values of several comparisons, adjusted so that all of them together keep their risk of a false alarm."""

from __future__ import annotations

from collections.abc import Sequence

from potluck.statistics.distributions import ALPHA


def holm(p_values: Sequence[float], comparisons: int | None = None) -> list[float]:
    """The p-values adjusted so that 5 % is the risk of a single false alarm among all of them (Holm 1979).

    ``comparisons`` says from how many they were picked, if not all are tested: the others count as not significant.
    """
    order = sorted(range(len(p_values)), key=lambda i: p_values[i])
    adjusted, largest, count = [0.0] * len(order), 0.0, max(len(order), comparisons or 0)
    for rank, i in enumerate(order):
        largest = max(largest, min(1.0, (count - rank) * p_values[i]))
        adjusted[i] = largest
    return adjusted


def holm_levels(p_values: Sequence[float], comparisons: int | None = None) -> list[float]:
    """The level at which Holm's method judges each p-value: it is at most its level exactly when it is significant.

    The smallest p-value is judged at 5 % divided by their number, the next at 5 % divided by one less, and so on. From
    the first that is not significant on, all are judged at its level; equal ones at one level.
    """
    order = sorted(range(len(p_values)), key=lambda i: p_values[i])
    levels, level, stopped, count = [ALPHA] * len(order), ALPHA, False, max(len(order), comparisons or 0)
    for rank, i in enumerate(order):
        is_tied = rank > 0 and p_values[i] == p_values[order[rank - 1]]
        if not stopped and not is_tied:
            level = ALPHA / (count - rank)
            stopped = p_values[i] > level
        levels[i] = level
    return levels
