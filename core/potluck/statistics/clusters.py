"""Questions that hang together: those on one document, or of one group.

A loader, a splitter or a language helps whole documents, so the answers to their questions rise and fall together. A
cluster then counts as one observation: its sum and its size. What is concluded holds for further questions on further
documents; of fewer than ``FEWEST_CLUSTERS`` it can only hold for further questions on the same ones.
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt

    from potluck.statistics.observations import Array

    Places: TypeAlias = npt.NDArray[np.intp]

Population: TypeAlias = Literal["questions", "clusters", "these clusters"]
"""What a conclusion holds for: further questions, further questions on further documents, or on the same ones."""

ClusterKind: TypeAlias = Literal["document", "group"]
"""What a cluster is: the questions on a document, or those of a group that was named."""

FEWEST_CLUSTERS = 8
"""Of fewer clusters nothing is concluded about others: the intervals are not reliable there."""


@dataclass(frozen=True, slots=True)
class Clusters:
    """The cluster of each of ``n`` questions: ``places`` has the shape ``(n,)`` and counts the clusters from 0.

    ``fixed`` says that the conclusion is to hold for these documents only, and not for further ones.
    """

    places: Places
    kind: ClusterKind = "document"
    fixed: bool = False

    @classmethod
    def from_labels(cls, labels: Sequence[Hashable], kind: ClusterKind = "document", fixed: bool = False) -> Clusters:
        """Clusters of the questions whose labels are equal."""
        numbers: dict[Hashable, int] = {}
        places = [numbers.setdefault(label, len(numbers)) for label in labels]
        return cls(np.array(places, dtype=np.intp), kind, fixed)

    def select(self, chosen: npt.NDArray[np.bool_]) -> Clusters:
        """The clusters of some of the questions; ``chosen`` has the shape ``(n,)``."""
        return Clusters(np.unique(self.places[chosen], return_inverse=True)[1], self.kind, self.fixed)

    @property
    def count(self) -> int:
        """How many clusters there are."""
        return int(self.places.max()) + 1 if len(self.places) else 0

    @property
    def population(self) -> Population:
        """What can be concluded about."""
        if self.count == len(self.places):
            return "questions"
        return "these clusters" if self.fixed or self.count < FEWEST_CLUSTERS else "clusters"

    @property
    def scope(self) -> tuple[Population, int | None, ClusterKind | None]:
        """The population, the number of clusters and their kind; without these if each question stands for itself."""
        population = self.population
        return (population, None, None) if population == "questions" else (population, self.count, self.kind)


@dataclass(frozen=True, slots=True)
class ClusterTotals:
    """The sum of the values of each cluster, and how many there are: float64 of shape ``(clusters,)``.

    The clusters are in an order that does not depend on that of the questions. ``degrees`` are the degrees of freedom
    of the variance between them: fewer than their number less one where a few large ones outweigh the others.
    """

    sums: Array
    sizes: Array
    degrees: float

    @property
    def mean(self) -> float:
        """The mean over questions."""
        return float(self.sums.sum() / self.sizes.sum())

    def linearise(self) -> Array:
        """One value per cluster, as if it were an independent observation of the mean over questions.

        Their mean is that of the questions, and their variance divided by their number estimates its variance: the
        linearisation of a ratio (Cochran, Sampling Techniques, 1977, equation 6.10), in which a large cluster counts
        for what it pulled the mean towards itself (Bell and McCaffrey, Survey Methodology 2002, the jackknife).
        """
        mean, n, count = self.mean, float(self.sizes.sum()), len(self.sizes)
        leverage = (1 - 1 / count) / (1 - self.sizes / n)
        residuals = (self.sums - mean * self.sizes) * leverage * (count / n)
        values: Array = mean + residuals - residuals.mean()
        return values


def cluster_totals(values: Array, clusters: Clusters | None) -> ClusterTotals:
    """The totals of the questions' values, shape ``(n,)``; each is a cluster of its own without ``clusters``.

    The same is returned where conclusions are about these questions' documents only. Raises ``ValueError`` for values
    of another number than the clusters'.
    """
    if clusters is not None and len(clusters.places) != len(values):
        raise ValueError(f"{len(values)} questions and the clusters of {len(clusters.places)}")
    if clusters is None or clusters.population != "clusters":
        return ClusterTotals(np.sort(values), np.ones(len(values)), len(values) - 1)
    # Exact sums: their last bits depend neither on the order of the questions, nor on which variant is the first.
    parts = np.split(values[np.argsort(clusters.places, kind="stable")], np.cumsum(np.bincount(clusters.places))[:-1])
    sums = np.array([math.fsum(part) for part in parts], dtype=np.float64)
    sizes = np.bincount(clusters.places, minlength=clusters.count).astype(np.float64)
    by_mean = np.lexsort((sizes, sums, sums / sizes))
    return ClusterTotals(sums[by_mean], sizes[by_mean], cluster_degrees(sizes, cluster_share(values, clusters) or 0.0))


def cluster_degrees(sizes: Array, share: float) -> float:
    """The degrees of freedom of the variance between clusters of ``sizes``, between which that share of it lies.

    Half way from the number of clusters less one to those of a sum of squares whose expectations differ.

    The expectation of a cluster is the variance of its sum, which grows with its size and with what its questions
    share (Satterthwaite, Biometrics Bulletin 1946). By themselves his degrees are too few, as the squares of a large
    cluster are no longer larger where its pull on the mean is allowed for: see ``tests/benchmarks/clusters.py``.
    """
    variances = sizes * (1 + (sizes - 1) * share)
    effective = float(variances.sum() ** 2 / (variances**2).sum())
    return (len(sizes) + effective) / 2 - 1


def design_effect(values: Array, totals: ClusterTotals) -> float | None:
    """How many times larger the variance of the mean is than that of independent questions (Kish 1965).

    None where the values do not vary.
    """
    independent = float(values.var(ddof=1)) / len(values)
    found = totals.linearise()
    return float(found.var(ddof=1)) / len(found) / independent if independent > 0 else None


def cluster_share(values: Array, clusters: Clusters) -> float | None:
    """The share of the variance that lies between clusters: the intraclass correlation, by analysis of variance.

    None where the values do not vary, or no cluster has two questions.
    """
    found = cluster_variances(values, clusters)
    return found[0] / sum(found) if found is not None and sum(found) > 0 else None


def cluster_variances(values: Array, clusters: Clusters) -> tuple[float, float] | None:
    """The variance between clusters and that within them, by analysis of variance.

    None if there is one cluster, or no cluster has two questions.
    """
    places, n, count = clusters.places, len(values), clusters.count
    if count < 2 or n == count:
        return None
    sizes = np.bincount(places).astype(np.float64)
    means = np.bincount(places, values) / sizes
    within = float(((values - means[places]) ** 2).sum()) / (n - count)
    between = float((sizes * (means - values.mean()) ** 2).sum()) / (count - 1)
    typical = (n - float((sizes**2).sum()) / n) / (count - 1)
    return max(0.0, (between - within) / typical), within
