"""Accuracy, macro F1 and F1 of the rarest label of one row, with 95 % intervals."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from potluck.metrics.classification import classification
from potluck.statistics.intervals import Interval, mean_interval

_RESAMPLES = 1000


def quality(gold: Sequence[str], said: Sequence[str], minority: str, seed: int = 0) -> dict[str, Interval]:
    """The measures of a row on the messages it was asked, of which there has to be one.

    The interval of accuracy is Wilson's. F1 is not a mean: its interval is a percentile bootstrap over the messages.
    """
    found = classification(gold, said)
    rare = found.labels[minority].f1 if minority in found.labels else 0.0
    bounds = _bootstrap(gold, said, minority, seed) if len(gold) > 1 else [(None, None)] * 2
    hits = [float(one == other) for one, other in zip(gold, said, strict=True)]
    return {
        "accuracy": mean_interval(hits, bounded=True),
        "macro_f1": _around(found.macro_f1, bounds[0], len(gold)),
        "minority_f1": _around(rare, bounds[1], len(gold)),
    }


def _around(value: float, bounds: tuple[float | None, float | None], n: int) -> Interval:
    low, high = bounds
    if low is None or high is None:
        return Interval(value, None, None, n)
    return Interval(value, min(low, value), max(high, value), n)


def _bootstrap(
    gold: Sequence[str], said: Sequence[str], minority: str, seed: int
) -> list[tuple[float | None, float | None]]:
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
