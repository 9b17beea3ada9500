"""Where the variance of a figure lies: between trainings, clusters, questions, or the repeats of a question.

The components are those of an analysis of variance of crossed random effects, trainings by questions within clusters
(Searle, Casella and McCulloch, Variance Components, 1992, chapter 4); one that comes out negative is 0.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from potluck.statistics.clusters import Clusters, cluster_totals, cluster_variances

if TYPE_CHECKING:
    from potluck.statistics.observations import Array


@dataclass(frozen=True, slots=True)
class Repeats:
    """The variance from one repeat of a question to the next, and what is left of it in a question's mean: ``noise``.

    Each is the sum over the variants that repeat; noise over those of them that are not trained, as how trainings
    differ holds the others'.
    """

    variance: float
    noise: float


@dataclass(frozen=True, slots=True)
class VarianceComponents:
    """Variances of one answer's value, or of the difference between two answers."""

    trainings: float | None = None
    """Of the means of trainings; null if each is trained once."""
    clusters: float | None = None
    """Of the means of documents or groups; null if each question stands for itself."""
    questions: float | None = None
    """Between questions, within the same document or group."""
    interaction: float | None = None
    """How differently trainings answer the same question, with that of repeats if each answers once."""
    repeats: float | None = None
    """From one repeat of a question to the next of the same model; null if there is one."""

    @property
    def between_questions(self) -> float | None:
        """Between any two questions."""
        return None if self.questions is None else self.questions + (self.clusters or 0.0)


def repeat_variance(table: Array, trainings: int) -> float | None:
    """The variance from one repeat of a question to the next, of shape ``(questions, trainings * repeats)``.

    The repeats of a training stand together. None without two of any question.
    """
    rows = table.reshape(len(table) * trainings, -1)
    counts = (~np.isnan(rows)).sum(axis=1)
    repeated = rows[counts > 1]
    if not len(repeated):
        return None
    squares = np.nansum((repeated - np.nanmean(repeated, axis=1, keepdims=True)) ** 2)
    return float(squares / (counts[counts > 1] - 1).sum())


def variance_components(
    values: Array, draws: Sequence[Array], clusters: Clusters | None, repeats: Repeats | None = None
) -> VarianceComponents:
    """Of the questions' ``values``, shape ``(n,)``, with at least two questions.

    ``draws`` are what trainings add to them, as in ``Trained``, each with two trainings or more.
    """
    interactions = [_interaction(draw) for draw in draws]
    noise = math.fsum(one / draw.shape[1] for one, draw in zip(interactions, draws, strict=True))
    noise += repeats.noise if repeats is not None else 0.0
    found = None if clusters is None else cluster_variances(values, clusters)
    between, within = found or (None, exact_variance(values))
    return VarianceComponents(
        trainings=math.fsum(training_variance(draw, clusters) for draw in draws) if draws else None,
        clusters=between,
        questions=max(0.0, within - noise),
        interaction=math.fsum(interactions) if draws else None,
        repeats=None if repeats is None else repeats.variance,
    )


def training_variance(draw: Array, clusters: Clusters | None) -> float:
    """The variance of the means of trainings, without what comes of their answers to these very questions."""
    found, differing = trainings_apart(draw, clusters)
    return max(0.0, found - differing)


def trainings_apart(draw: Array, clusters: Clusters | None) -> tuple[float, float]:
    """The variance of the means of trainings, and how much of it comes of answering the same questions differently.

    Of at least two trainings and two questions. A question is seen from its own mean, so that one without a value in
    some training tilts nothing.
    """
    apart = draw - np.nanmean(draw, axis=1, keepdims=True)
    filled = np.nan_to_num(apart, nan=0.0)
    means = [math.fsum(column) / int(known.sum()) for column, known in zip(filled.T, ~np.isnan(draw.T), strict=True)]
    differing = math.fsum(variance_of_mean(column, clusters) for column in filled.T)
    return exact_variance(means), differing / (draw.shape[1] - 1)


def variance_of_mean(values: Array, clusters: Clusters | None) -> float:
    """Of the mean over questions, or over clusters of them."""
    totals = cluster_totals(values, clusters)
    alone = len(totals.sums) == len(values)
    return exact_variance(totals.sums if alone else totals.linearise()) / len(totals.sums)


def exact_variance(values: Sequence[float] | Array) -> float:
    """The unbiased variance, to the last bit the same in any order and with all signs changed."""
    mean: float = math.fsum(values) / len(values)
    return math.fsum((float(value) - mean) ** 2 for value in values) / (len(values) - 1)


def _interaction(draw: Array) -> float:
    """The mean square of what neither the question nor the training explains."""
    left = draw - np.nanmean(draw, axis=1, keepdims=True)
    left = left - np.nanmean(left, axis=0, keepdims=True)
    known = ~np.isnan(draw)
    degrees: int = int(known.sum()) - int(known.any(axis=1).sum()) - draw.shape[1] + 1
    return float(np.nansum(left**2)) / max(1, degrees)
