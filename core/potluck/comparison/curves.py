"""Curves: how a measure changes along an axis of numbers, such as the examples in a prompt or the size of chunks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from potluck.documents import Json
from potluck.recipe.swaps import Variant
from potluck.results.comparison import Curve, CurvePoint
from potluck.statistics.intervals import Interval

_FEWEST = 3
"""The fewest points of a curve; two are a pair."""


def curves(variants: Sequence[Variant], means: Mapping[str, Interval]) -> list[Curve]:
    """A curve for each axis whose values are numbers, and each combination of the other axes' values.

    ``means`` holds the measure by the variant's name; a variant without it is left out.
    """
    axes = dict.fromkeys(axis for variant in variants for axis in variant.swaps)
    found: list[Curve] = []
    for axis in axes:
        lines: dict[str, dict[float, Interval]] = {}
        for variant in variants:
            number = _number(variant, axis)
            if number is not None and variant.name in means:
                others = " + ".join(value for other, value in variant.swaps.items() if other != axis)
                lines.setdefault(others, {})[number] = means[variant.name]
        for others, points in lines.items():
            if len(points) >= _FEWEST:
                found.append(Curve(f"{axis}: {others}" if others else axis, _points(points)))
    return found


def _points(points: Mapping[float, Interval]) -> tuple[CurvePoint, ...]:
    return tuple(CurvePoint(number, one.mean, one.low, one.high) for number, one in sorted(points.items()))


def _number(variant: Variant, axis: str) -> float | None:
    """The value of an axis in a variant, if it is a number; no examples are 0 of them."""
    value: Json = variant.recipe.as_mapping()
    for key in axis.split("."):
        if not isinstance(value, dict):
            return 0.0 if axis == "shots.count" else None
        value = value.get(key)
    if value is None and axis.startswith("shots"):
        return 0.0
    if isinstance(value, dict) and axis == "shots":
        value = value.get("count")
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None
