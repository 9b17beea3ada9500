"""What of a figure was trained: the trainings of variants, as the statistics take them."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeAlias

from potluck.comparison.variant_run import VariantRun, training_key
from potluck.statistics.families import PairedValues
from potluck.statistics.seeds import Trained
from potluck.statistics.variance import Repeats, repeat_variance

if TYPE_CHECKING:
    from potluck.comparison.measured import Values


@dataclass(frozen=True, slots=True)
class VariantTrainings:
    """How often a variant was trained. ``key`` is equal for variants that answer with the same trainings."""

    key: str
    count: int


Trainings: TypeAlias = Mapping[str, VariantTrainings]
"""By the variant's name; one that trains nothing is not in it."""


@dataclass(frozen=True, slots=True)
class Term:
    """A variant's part in a figure: its values, shape ``(questions, rounds)``, those of one training together, times
    ``weight``."""

    values: Values
    weight: float
    trainings: VariantTrainings | None = None


def trainings_of(runs: Iterable[VariantRun]) -> dict[str, VariantTrainings]:
    """The trainings of the variants that have some."""
    return {
        run.variant.name: VariantTrainings(training_key(run.variant.recipe), run.trainings)
        for run in runs
        if run.trainings
    }


def trained_parts(terms: Sequence[Term]) -> Trained:
    """What of the sum of the terms was trained; variants with the same trainings are one set."""
    draws: dict[str, Values] = {}
    for term in terms:
        if term.trainings is not None:
            added = term.weight * training_means(term.values, term.trainings.count)
            key = term.trainings.key
            draws[key] = draws[key] + added if key in draws else added
    counts = [term.trainings.count for term in terms if term.trainings is not None]
    return Trained(tuple(draws.values()), len(draws), max(counts, default=0), _repeats(terms))


def with_trainings(pair: PairedValues, a: VariantTrainings | None, b: VariantTrainings | None) -> PairedValues:
    """The values of two variants with what of b minus a was trained."""
    terms = (Term(_columns(pair.b), 1.0, b), Term(_columns(pair.a), -1.0, a))
    return replace(pair, trained=trained_parts(terms))


def training_means(values: Values, trainings: int) -> Values:
    """The mean of each training's rounds, shape ``(questions, trainings)``; NaN where a question has no value."""
    import numpy as np

    rounds = values.reshape(len(values), trainings, -1)
    known = ~np.isnan(rounds)
    sums, counts = np.where(known, rounds, 0.0).sum(axis=2), known.sum(axis=2)
    means: Values = np.where(counts > 0, sums / np.maximum(counts, 1), np.nan)
    return means


def _repeats(terms: Sequence[Term]) -> Repeats | None:
    """The variance between the repeats of a question, of all terms that repeat together."""
    variances, noises = list[float](), list[float]()
    for term in terms:
        count = 1 if term.trainings is None else term.trainings.count
        found = repeat_variance(term.values, count)
        if found is None:
            continue
        variances.append(term.weight**2 * found)
        if term.trainings is None:
            noises.append(variances[-1] / term.values.shape[1])
    return Repeats(math.fsum(variances), math.fsum(noises)) if variances else None


def _columns(values: object) -> Values:
    """One column per round, also where there is one."""
    import numpy as np

    table = np.asarray(values, dtype=np.float64)
    return table[:, None] if table.ndim == 1 else table
