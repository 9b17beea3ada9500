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


def false_discovery(p_values: Sequence[float]) -> list[float]:
    """The p-values adjusted so that 5 % of what is called real is false, on average (Benjamini and Hochberg 1995)."""
    count, adjusted, smallest = len(p_values), [0.0] * len(p_values), 1.0
    order = sorted(range(count), key=lambda i: p_values[i], reverse=True)
    for rank, i in zip(range(count, 0, -1), order, strict=True):
        smallest = min(smallest, p_values[i] * count / rank)
        adjusted[i] = smallest
    return adjusted


def false_discovery_level(p_values: Sequence[float]) -> float:
    """The one level at which ``false_discovery`` judges: a p-value is at most as large exactly when it is called real.

    Intervals of that level, of those that are called real, miss the truth in 5 % on average (Benjamini and Yekutieli,
    False discovery rate-adjusted confidence intervals, JASA 2005).
    """
    found = sum(adjusted <= ALPHA for adjusted in false_discovery(p_values))
    return ALPHA * max(1, found) / max(1, len(p_values))
