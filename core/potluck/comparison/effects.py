"""What each axis of a comparison does to the chosen measure, averaged over the values of the other axes.

Two values are compared on the combinations of the other axes that both have, so a variant that failed, or that a design
leaves out, tilts nothing. A question is one observation: its values are averaged over these combinations first.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from potluck.comparison.differences import Tables, common_values, round_means
from potluck.comparison.trainings import Term, Trainings, trained_parts
from potluck.comparison.wording import effect_sentence
from potluck.contracts import Measure
from potluck.results.comparison import VariantResult
from potluck.results.conclusions import AxisEffect, AxisValueFound, ValuePair, difference_found
from potluck.statistics.clusters import Clusters
from potluck.statistics.families import CorrectedDifference, PairedValues, compare_family

if TYPE_CHECKING:
    from potluck.comparison.measured import Values

_ALL_PAIRS = 4
"""Of an axis with more values only the pairs with the baseline's are tested: each test makes the others weaker."""


@dataclass(frozen=True, slots=True)
class _Contrast:
    """Two values of an axis, with the values of the measure that are compared."""

    axis: str
    a: str
    b: str
    values: PairedValues


def axis_effects(
    tables: Tables,
    variants: Sequence[VariantResult],
    baseline: str,
    measure: Measure,
    clusters: Clusters | None = None,
    at_least: float = 0.0,
    trainings: Trainings | None = None,
) -> tuple[AxisEffect, ...]:
    """Of every axis of which two values can be compared with all else equal; none where there is one axis.

    ``at_least`` is the least difference that matters; ``trainings`` are those of the variants that train.
    """
    axes = list(dict.fromkeys(axis for variant in variants for axis in variant.swaps))
    if len(axes) < 2 or not measure.paired:
        return ()
    known = [one for one in variants if measure.name in tables.get(one.name, {})]
    base = next((one.swaps for one in variants if one.name == baseline), {})
    terms = {one.name: Term(tables[one.name][measure.name], 1.0, (trainings or {}).get(one.name)) for one in known}
    contrasts = [contrast for axis in axes for contrast in _contrasts(axis, known, terms, base.get(axis), clusters)]
    found = compare_family([contrast.values for contrast in contrasts], margin=at_least)
    pairs = list(zip(contrasts, found, strict=True))
    return tuple(
        _effect(axis, [pair for pair in pairs if pair[0].axis == axis], known, measure)
        for axis in axes
        if any(contrast.axis == axis for contrast in contrasts)
    )


def _contrasts(
    axis: str,
    variants: Sequence[VariantResult],
    terms: Mapping[str, Term],
    base: str | None,
    clusters: Clusters | None,
) -> Iterator[_Contrast]:
    names = list(dict.fromkeys(one.swaps[axis] for one in variants if axis in one.swaps))
    pairs = list(itertools.combinations(names, 2))
    if len(names) > _ALL_PAIRS:
        first = base if base in names else names[0]
        pairs = [(first, name) for name in names if name != first]
    for a, b in pairs:
        of_a, of_b = (_by_others(axis, name, variants) for name in (a, b))
        others = [one for one in of_a if one in of_b]
        if not others:
            continue
        terms_a, terms_b = ([terms[of[one]] for one in others] for of in (of_a, of_b))
        if (both := _averages(terms_a, terms_b, clusters)) is not None:
            yield _Contrast(axis, a, b, both)


def _averages(a: Sequence[Term], b: Sequence[Term], clusters: Clusters | None) -> PairedValues | None:
    """The means over as many variants of each, with what of b minus a was trained; None for fewer than two questions
    that all of them have."""
    import numpy as np

    mean_a, mean_b = (_mean([round_means(term.values) for term in terms]) for terms in (a, b))
    both = common_values(mean_a, mean_b, clusters)
    if both is None:
        return None
    known = ~np.isnan(mean_a[:, 0] + mean_b[:, 0])
    signed = [(sign, term) for sign, terms in ((-1.0, a), (1.0, b)) for term in terms]
    parts = [Term(term.values[known], sign / len(a), term.trainings) for sign, term in signed]
    return replace(both, trained=trained_parts(parts))


def _by_others(axis: str, value: str, variants: Sequence[VariantResult]) -> dict[tuple[tuple[str, str], ...], str]:
    """The names of the variants with that value, by the values of the other axes."""
    return {
        tuple((other, name) for other, name in one.swaps.items() if other != axis): one.name
        for one in variants
        if one.swaps.get(axis) == value
    }


def _mean(columns: Sequence[Values]) -> Values:
    """Each question's mean, shape ``(questions, 1)``; NaN where it has no value in one of the columns."""
    import numpy as np

    means: Values = np.mean(columns, axis=0)[:, None]
    return means


def _effect(
    axis: str,
    pairs: Sequence[tuple[_Contrast, CorrectedDifference]],
    variants: Sequence[VariantResult],
    measure: Measure,
) -> AxisEffect:
    found = tuple(
        ValuePair(contrast.a, contrast.b, difference_found(one, measure.higher_is_better)) for contrast, one in pairs
    )
    return AxisEffect(
        axis=axis,
        values=tuple(_value_means(axis, variants, measure)),
        pairs=found,
        matters=any(pair.found.verdict in ("better", "worse") for pair in found),
        depends_on=(),
        sentence=effect_sentence(axis, found, measure),
    )


def _value_means(axis: str, variants: Sequence[VariantResult], measure: Measure) -> Iterator[AxisValueFound]:
    means: dict[str, list[float]] = {}
    for one in variants:
        if axis in one.swaps:
            means.setdefault(one.swaps[axis], []).append(one.metrics[measure.name].mean)
    for value, found in means.items():
        yield AxisValueFound(value, sum(found) / len(found), len(found))
