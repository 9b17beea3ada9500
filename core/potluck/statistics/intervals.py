"""The mean of the questions' values with its confidence interval.

How often the intervals miss the truth is measured by ``tests/benchmarks/significance.py``.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from potluck.documents import Json
from potluck.json_values import as_json
from potluck.statistics.clusters import ClusterKind, Clusters, Population, cluster_totals
from potluck.statistics.distributions import student_quantile
from potluck.statistics.figures import mean_figure
from potluck.statistics.observations import is_binary, question_means, question_table
from potluck.statistics.power import Z

if TYPE_CHECKING:
    from potluck.statistics.observations import Array, Values


@dataclass(frozen=True, slots=True)
class Interval:
    """A mean of ``n`` questions with its 95 % confidence interval. ``low`` and ``high`` are None if n < 2."""

    mean: float
    low: float | None
    high: float | None
    n: int
    clusters: int | None = None
    """How many clusters the questions form; None if each is one of its own."""
    cluster_kind: ClusterKind | None = None
    population: Population = "questions"
    """What the interval holds for."""

    def __str__(self) -> str:
        """``0.800 [0.700, 0.900]``; the mean alone if there is no interval."""
        return mean_figure(self.mean, self.low, self.high)

    def as_json(self) -> dict[str, Json]:
        """As ``potluck compare --json`` lists it."""
        return as_json(self)


def mean_interval(values: Values, bounded: bool | None = None, clusters: Clusters | None = None) -> Interval:
    """The mean of the questions' values, shape ``(n,)`` or ``(n, repeats)``, with its 95 % confidence interval.

    ``bounded`` says that the measure lies in [0, 1]; by default it is taken to if all values do. Raises ``ValueError``
    if there is no value, a question has none, or ``clusters`` are those of another number of questions.
    """
    means = question_means(question_table(values))
    totals = cluster_totals(means, clusters)
    n, mean = len(means), float(means.mean())
    population, count, kind = ("questions", None, None) if clusters is None else clusters.scope
    if n < 2:
        return Interval(mean, None, None, n)
    if bounded is None:
        bounded = bool(means.min() >= 0 and means.max() <= 1)
    observations = means if len(totals.sums) == n else totals.linearise()
    low, high = (
        _score_interval(observations, n, is_binary(means), totals.degrees)
        if bounded
        else _skewed_interval(observations, totals.degrees)
    )
    return Interval(mean, min(low, mean), max(high, mean), n, count, kind, population)


def _score_interval(values: Array, questions: int, binary: bool, degrees: float) -> tuple[float, float]:
    """Wilson's score interval, for graded values too: their variance is that of 0/1 ones times a dispersion.

    The values of clusters, of which there are fewer than ``questions``, are graded whatever those of the questions are.
    """
    n, mean = len(values), float(values.mean())
    if binary and n == questions:
        dispersion, quantile = 1.0, Z
    else:
        # Values without any spread still leave room for one question to be quite different.
        dispersion, quantile = n / questions**2, student_quantile(degrees)
        if 0 < mean < 1:
            dispersion = max(float(values.var(ddof=1)) / (mean * (1 - mean)), dispersion)
        elif binary:
            dispersion = 1.0
    low, high = wilson_limits(mean, dispersion * quantile**2 / n)
    return max(0.0, float(low)), min(1.0, float(high))


def wilson_limits(share: float | Array, k: float) -> tuple[Array, Array]:
    """The limits of Wilson's interval for shares: a number or an array of any shape, which is that of the limits.

    ``k`` is the squared quantile of the normal distribution divided by the number of questions.
    """
    shares = np.asarray(share, dtype=np.float64)
    centre, half = (shares + k / 2) / (1 + k), np.sqrt(k * (shares * (1 - shares)) + k * k / 4) / (1 + k)
    return centre - half, centre + half


def _skewed_interval(values: Array, degrees: float) -> tuple[float, float]:
    """Student's interval with Hall's correction for skewness (1992), as waiting times need it.

    Where all values are the same, one in n may yet differ by all of its size; zeros alone have no size.
    """
    n, mean, deviation = len(values), float(values.mean()), float(values.std(ddof=1))
    if deviation <= 1e-12 * abs(mean):
        half = student_quantile(degrees) * abs(mean) / n
        return mean - half, mean + half
    skewness = float((((values - mean) / deviation) ** 3).mean())
    quantile, root = student_quantile(degrees), math.sqrt(n)

    def correct(t: float) -> float:
        shifted, a = t - skewness / (6 * root), skewness / 3
        return shifted if abs(a) < 1e-6 else float(np.cbrt(1 + 3 * a * shifted / root) - 1) / a * root

    step = deviation / root
    return mean - correct(quantile) * step, mean - correct(-quantile) * step
