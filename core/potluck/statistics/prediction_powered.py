"""The mean of what people say, from many verdicts of a judge and a few labels (prediction-powered inference).

A judge that errs in one direction shifts the mean of its verdicts, however many there are. The labels tell by how much;
the verdicts tell the rest more precisely than the labels do by themselves. This is PPI++ for a mean (Angelopoulos,
Duchi and Zrnic 2023, *PPI++: Efficient Prediction-Powered Inference*, section 6 on the tuned weight), which is the
regression estimator of double sampling (Cochran, *Sampling Techniques*, 1977, section 12.6). The labelled have to be a
random sample of the judged. How often the interval holds the truth is measured by ``tests/benchmarks/judge.py``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from potluck.statistics.clusters import FEWEST_CLUSTERS, Clusters, cluster_totals
from potluck.statistics.distributions import student_quantile
from potluck.statistics.intervals import Interval, mean_interval, wilson_limits
from potluck.statistics.observations import is_binary

if TYPE_CHECKING:
    import numpy.typing as npt

    from potluck.statistics.observations import Array

    Mask = npt.NDArray[np.bool_]

FEWEST_LABELS = 10
"""Of fewer labels nothing is concluded."""


@dataclass(frozen=True, slots=True)
class CorrectedMean:
    """A judge's mean, corrected by labels.

    ``weight`` says how much the judge counts: 0 leaves the labels alone, 1 takes the judge's mean and subtracts what it
    is wrong by on the labelled.
    """

    interval: Interval
    labels_alone: Interval
    weight: float


def corrected_mean(judged: Array, labels: Array, clusters: Clusters | None = None) -> CorrectedMean:
    """The mean of the labels that all N judged would get, with its 95 % confidence interval.

    ``judged`` has the shape ``(N,)`` and values in [0, 1]; ``labels`` the same, with NaN for those without a label.
    Questions that hang together are told by ``clusters``. Raises ``ValueError`` for other shapes, for values outside
    [0, 1], and for fewer than ``FEWEST_LABELS`` labels.
    """
    labelled = ~np.isnan(labels)
    _check(judged, labels, labelled)
    clusters = _effective_clusters(clusters, labelled)
    alone = mean_interval(labels[labelled], True, None if clusters is None else clusters.select(labelled))
    sample = _Sample(judged, labels, labelled, clusters)
    weight = sample.tuned_weight()
    mean = min(1.0, max(0.0, sample.mean(weight)))
    dispersion = min(sample.variance(weight) / sample.room(mean), sample.dispersion_alone())
    low, high = wilson_limits(mean, dispersion * student_quantile(sample.degrees(weight)) ** 2)
    population, count, kind = ("questions", None, None) if clusters is None else clusters.scope
    bounds = max(0.0, min(float(low), mean)), min(1.0, max(float(high), mean))
    return CorrectedMean(Interval(mean, *bounds, len(judged), count, kind, population), alone, weight)


def _check(judged: Array, labels: Array, labelled: Mask) -> None:
    if judged.shape != labels.shape or judged.ndim != 1:
        raise ValueError(f"verdicts of the shape {judged.shape} and labels of {labels.shape}")
    if labelled.sum() < FEWEST_LABELS:
        raise ValueError(f"{labelled.sum()} labels: at least {FEWEST_LABELS} are needed")
    for values in (judged, labels[labelled]):
        if not (np.all(values >= 0) and np.all(values <= 1)):
            raise ValueError("verdicts and labels have to lie between 0 and 1")


def _effective_clusters(clusters: Clusters | None, labelled: Mask) -> Clusters | None:
    """The clusters, for these only where too few have a label to conclude about others."""
    if clusters is None or clusters.population != "clusters":
        return clusters
    if clusters.select(labelled).count >= FEWEST_CLUSTERS:
        return clusters
    return Clusters(clusters.places, clusters.kind, fixed=True)


@dataclass(frozen=True, slots=True)
class _Sample:
    """What was judged, and which of it was labelled."""

    judged: Array
    labels: Array
    labelled: Mask
    clusters: Clusters | None

    @property
    def n(self) -> int:
        return int(self.labelled.sum())

    def tuned_weight(self) -> float:
        """The weight that makes the variance smallest; between 0 and 1, as in the paper.

        In the paper it is for the mean of the verdicts without a label; here for that of all, which is the same
        estimate with the weight N / (N - n) times as large.
        """
        verdicts, labels = self.judged[self.labelled], self.labels[self.labelled]
        spread = max(float(verdicts.var()), float(self.judged.var()))
        together = float(((verdicts - verdicts.mean()) * (labels - labels.mean())).mean())
        return min(1.0, max(0.0, together / spread)) if spread > 0 else 0.0

    def mean(self, weight: float) -> float:
        return float(weight * self.judged.mean() + self._rest(weight).mean())

    def variance(self, weight: float) -> float:
        """Of the mean, with one more label in which judge and human differ entirely: few labels hide rare errors."""
        return self._variance(weight) + 1 / self.n**2

    def dispersion_alone(self) -> float:
        """How many times the variance of the labels' mean is that of one label that is right or wrong."""
        labels = self.labels[self.labelled]
        mean = float(labels.mean())
        if is_binary(labels) and (self._places is None or mean in (0, 1)):
            return 1 / self._units
        return max(self._variance(0.0) / self.room(mean), 1 / self.n**2)

    def room(self, mean: float) -> float:
        """The variance of what is right or wrong with this mean; that of half a label more at each end."""
        within = (self.n * mean + 0.5) / (self.n + 1)
        return within * (1 - within)

    def degrees(self, weight: float) -> float:
        """Degrees of freedom: those of the labelled, less one for the weight."""
        clusters = None if self._places is None or self.clusters is None else self.clusters.select(self.labelled)
        return max(1.0, cluster_totals(self._rest(weight), clusters).degrees - 1)

    def _rest(self, weight: float) -> Array:
        """What the verdicts do not say of the labels, of the labelled."""
        rest: Array = self.labels[self.labelled] - weight * self.judged[self.labelled]
        return rest

    def _variance(self, weight: float) -> float:
        """The variance between questions, or between clusters, of what each adds to the mean.

        A cluster counts for what it pulled the mean towards itself, as in ``ClusterTotals.linearise``.
        """
        size, rest = len(self.judged), self._rest(weight)
        said, places = weight * (self.judged - self.judged.mean()), self._places
        known = np.zeros(size)
        known[self.labelled] = (rest - rest.mean()) * size / self.n
        units = self._units
        if places is not None:
            said, known = _sums(said, places, np.ones(size)), _sums(known, places, self.labelled.astype(np.float64))
        return float(((said + known) ** 2).sum()) / size**2 * units / (units - 2)

    @property
    def _units(self) -> int:
        """Labels, or clusters with one, where these count."""
        return self.n if self._places is None else len(np.unique(self._places[self.labelled]))

    @property
    def _places(self) -> npt.NDArray[np.intp] | None:
        """The cluster of each question; None where each counts by itself."""
        if self.clusters is None or self.clusters.population != "clusters":
            return None
        return self.clusters.places


def _sums(values: Array, places: npt.NDArray[np.intp], counted: Array) -> Array:
    """The sums of the clusters, larger by their pull on a mean over those that are ``counted``."""
    sizes = np.bincount(places, counted)
    there = sizes > 0
    leverage = np.ones(len(sizes))
    leverage[there] = (1 - 1 / there.sum()) / (1 - sizes[there] / sizes.sum())
    sums: Array = np.bincount(places, values) * leverage
    return sums
