"""Accuracy, macro F1 and F1 of the rarest label of one row, with 95 % intervals."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

import numpy as np

from potluck.metrics.classification import classification
from potluck.statistics.intervals import Interval, mean_interval, wilson_limits
from potluck.statistics.power import Z

METRIC = "accuracy"
"""The measure by which rows are ranked and recommended, as it leads wherever labels are predicted."""

_RESAMPLES = 1000

_Limits: TypeAlias = tuple[float, float] | tuple[None, None]


def quality(gold: Sequence[str], said: Sequence[str], minority: str, seed: int = 0) -> dict[str, Interval]:
    """The measures of a row on the messages it was asked, of which there has to be one.

    The interval of accuracy is Wilson's. F1 is not a mean: its interval is a percentile bootstrap over the messages;
    where resamples never differ, since all is right or wrong, Wilson's of as many messages as have the label.
    """
    found = classification(gold, said)
    rare = found.labels[minority].f1 if minority in found.labels else 0.0
    hits = [float(one == other) for one, other in zip(gold, said, strict=True)]
    bounds: list[_Limits] = _bootstrap(gold, said, minority, seed) if len(gold) > 1 else [(None, None), (None, None)]
    if len(gold) > 1 and bounds[0][0] == bounds[0][1]:
        bounds[0] = _mean_limits([_score_limits(score.f1, score.support) for score in found.labels.values()])
    if len(gold) > 1 and bounds[1][0] == bounds[1][1]:
        bounds[1] = _score_limits(rare, found.labels[minority].support if minority in found.labels else 0)
    return {
        METRIC: mean_interval(hits, bounded=True),
        "macro_f1": _around(found.macro_f1, bounds[0], len(gold)),
        "minority_f1": _around(rare, bounds[1], len(gold)),
    }


def _score_limits(score: float, support: int) -> tuple[float, float]:
    """Wilson's interval of a share of ``n`` messages; from 0 to 1 for none."""
    if not support:
        return 0.0, 1.0
    low, high = wilson_limits(score, Z**2 / support)
    return float(low), float(high)


def _mean_limits(limits: Sequence[tuple[float, float]]) -> tuple[float, float]:
    return sum(low for low, _ in limits) / len(limits), sum(high for _, high in limits) / len(limits)


def _around(value: float, bounds: _Limits, n: int) -> Interval:
    low, high = bounds
    if low is None or high is None:
        return Interval(value, None, None, n)
    return Interval(value, min(low, value), max(high, value), n)


def _bootstrap(gold: Sequence[str], said: Sequence[str], minority: str, seed: int) -> list[_Limits]:
    names = sorted({*gold, *said, minority})
    number = {name: place for place, name in enumerate(names)}
    right, chosen = np.eye(len(names))[[number[name] for name in gold]], np.eye(len(names))[[number[n] for n in said]]
    n = len(gold)
    drawn = np.random.default_rng(seed).multinomial(n, np.full(n, 1 / n), size=_RESAMPLES)
    both, either = drawn @ (right * chosen), drawn @ right + drawn @ chosen
    scores = np.divide(2 * both, either, out=np.zeros_like(either, dtype=float), where=either > 0)
    macro = scores.sum(axis=1) / (either > 0).sum(axis=1)
    return [_middle(macro), _middle(scores[:, number[minority]])]


def _middle(values: np.ndarray) -> tuple[float, float]:
    low, high = np.quantile(values, [0.025, 0.975])
    return float(low), float(high)
