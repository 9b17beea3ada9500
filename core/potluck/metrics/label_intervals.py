"""Macro F1 and the F1 of the rarest label with their intervals.

F1 is no mean of examples, so its interval is a bootstrap over them. By itself that is too short where labels have few
examples: of twenty that are all right, every resample is all right. So examples are drawn a second time from an urn
with a little more in it, for each label a quarter each of one that is right, one that is missed and one that is falsely
predicted. If examples hang together, whole clusters are drawn a third time. The interval holds the middle 95 % of each
of these. ``tests/benchmarks/label_intervals.py`` measures how often it
holds the truth.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from potluck.metrics.classification import classification
from potluck.statistics.clusters import Clusters
from potluck.statistics.distributions import ALPHA
from potluck.statistics.intervals import Interval

if TYPE_CHECKING:
    from potluck.statistics.observations import Array

_Draws: TypeAlias = "tuple[Array, Array]"
"""What resamples have of macro F1 and of the rarest label's F1, shape ``(resamples,)`` each."""

_RESAMPLES = 1000
_ADDED = 0.25
"""How much of an example of each kind is added to the urn."""


def label_intervals(
    gold: Sequence[str], said: Sequence[str], rarest: str, seed: int = 0, clusters: Clusters | None = None
) -> dict[str, Interval]:
    """``f1_macro`` and ``f1_minority`` of predicted labels, of which there has to be one. One alone has no interval.

    ``rarest`` is the label that ``f1_minority`` is of. The macro average is over the labels that are there.
    """
    found, n = classification(gold, said), len(gold)
    means = [found.f1_macro, found.labels[rarest].f1 if rarest in found.labels else 0.0]
    names = ("f1_macro", "f1_minority")
    if n < 2:
        return {name: Interval(mean, None, None, n) for name, mean in zip(names, means, strict=True)}
    draws = zip(*_resample(gold, said, rarest, seed, clusters), strict=True)
    return {name: _interval(mean, drawn, n, clusters) for name, mean, drawn in zip(names, means, draws, strict=True)}


def _interval(mean: float, draws: Sequence[Array], n: int, clusters: Clusters | None) -> Interval:
    """The hull of the middles of several bootstraps, and of the mean."""
    ends = np.array([np.quantile(drawn, [ALPHA / 2, 1 - ALPHA / 2]) for drawn in draws])
    population, count, kind = ("questions", None, None) if clusters is None else clusters.scope
    low, high = min(mean, float(ends[:, 0].min())), max(mean, float(ends[:, 1].max()))
    return Interval(mean, low, high, n, count, kind, population)


def _resample(
    gold: Sequence[str], said: Sequence[str], rarest: str, seed: int, clusters: Clusters | None
) -> list[_Draws]:
    """From the examples, from the urn, and from the clusters if something can be concluded about others."""
    pairs = sorted(Counter(zip(gold, said, strict=True)).items())
    labels = {name: place for place, name in enumerate(sorted({*gold, *said, rarest}))}
    one_hot = np.eye(len(labels))
    actual = one_hot[[labels[right] for (right, _), _ in pairs]]
    predicted = one_hot[[labels[other] for (_, other), _ in pairs]]
    counts = np.array([count for _, count in pairs], dtype=np.float64)
    generator, n = np.random.default_rng(seed), len(gold)
    there = one_hot[actual.any(axis=0) | predicted.any(axis=0)]
    none = np.zeros_like(there)
    urn = (
        np.concatenate([actual, there, there, none]),
        np.concatenate([predicted, there, none, there]),
        np.concatenate([counts, np.full(3 * len(there), _ADDED)]),
    )
    draws = [
        _scores(_draw(generator, n, weights), right, chosen, labels[rarest])
        for right, chosen, weights in ((actual, predicted, counts), urn)
    ]
    if clusters is not None and clusters.population == "clusters":
        numbers = {pair: place for place, (pair, _) in enumerate(pairs)}
        held = np.zeros((clusters.count, len(pairs)))
        for place, pair in zip(clusters.places, zip(gold, said, strict=True), strict=True):
            held[place, numbers[pair]] += 1
        whole = _draw(generator, clusters.count, np.ones(clusters.count)) @ held
        draws.append(_scores(whole, actual, predicted, labels[rarest]))
    return draws


def _draw(generator: np.random.Generator, n: int, weights: Array) -> Array:
    """How often each is drawn when ``n`` are, by their weights: shape ``(resamples, weights)``."""
    return generator.multinomial(n, weights / weights.sum(), size=_RESAMPLES).astype(np.float64)


def _scores(drawn: Array, right: Array, chosen: Array, rarest: int) -> _Draws:
    """Of the pairs drawn; rows of ``right`` and ``chosen`` are pairs, and have a column per label."""
    both, either = drawn @ (right * chosen), drawn @ right + drawn @ chosen
    scores = np.divide(2 * both, either, out=np.zeros_like(either), where=either > 0)
    # A draw from the urn may hold nothing of any label.
    return scores.sum(axis=1) / np.maximum(1, (either > 0).sum(axis=1)), scores[:, rarest]
