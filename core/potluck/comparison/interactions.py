"""Whether the effect of one axis of a comparison depends on another: the interactions of two axes.

Of two values of each axis an interaction is the difference of two differences: how much more one axis does beside one
value of the other than beside the baseline's. Questions are paired as those of effects are, and all other axes are
averaged over the combinations that have all four variants.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from potluck.comparison.differences import Tables, common_values, round_means
from potluck.comparison.trainings import Term, Trainings, trained_parts
from potluck.comparison.wording import interaction_sentence, listing
from potluck.contracts import Measure
from potluck.results.comparison import VariantResult
from potluck.results.conclusions import AxisEffect, AxisInteraction, InteractionFound, difference_found
from potluck.statistics.clusters import Clusters
from potluck.statistics.families import CorrectedDifference, PairedValues, compare_family

if TYPE_CHECKING:
    from potluck.comparison.measured import Values


@dataclass(frozen=True, slots=True)
class _Contrast:
    """What value b of an axis does against a, question by question, beside each of two values of another axis."""

    axes: tuple[str, str]
    a: str
    b: str
    beside: tuple[str, str]
    values: PairedValues


def axis_interactions(
    tables: Tables,
    variants: Sequence[VariantResult],
    baseline: str,
    measure: Measure,
    clusters: Clusters | None = None,
    at_least: float = 0.0,
    trainings: Trainings | None = None,
) -> tuple[AxisInteraction, ...]:
    """Of every two axes of which all four combinations of two values were measured.

    Each value is held against the baseline's, which tells all that an interaction can be. Holm's correction is over all
    of them. ``at_least`` is the least difference that matters; ``trainings`` are those of the variants that train.
    """
    axes = list(dict.fromkeys(axis for variant in variants for axis in variant.swaps))
    if len(axes) < 2 or not measure.paired:
        return ()
    known = [one for one in variants if measure.name in tables.get(one.name, {})]
    base = next((one.swaps for one in variants if one.name == baseline), {})
    terms = {one.name: Term(tables[one.name][measure.name], 1.0, (trainings or {}).get(one.name)) for one in known}
    contrasts = [
        contrast
        for pair in itertools.combinations(axes, 2)
        for contrast in _contrasts(pair, known, terms, base, clusters)
    ]
    found = list(zip(contrasts, compare_family([one.values for one in contrasts], margin=at_least), strict=True))
    return tuple(
        _interaction(pair, [one for one in found if one[0].axes == pair], measure)
        for pair in dict.fromkeys(contrast.axes for contrast in contrasts)
    )


def note_interactions(effects: Sequence[AxisEffect], interactions: Sequence[AxisInteraction]) -> tuple[AxisEffect, ...]:
    """The effects, each with the axes that it is shown to depend on: then its average is not what it is anywhere."""
    found = []
    for effect in effects:
        pairs = [(one.axis, one.other) for one in interactions if one.matters and effect.axis in (one.axis, one.other)]
        others = tuple(other if axis == effect.axis else axis for axis, other in pairs)
        words = f"{effect.sentence}, on average; it depends on {listing(others)}" if others else effect.sentence
        found.append(replace(effect, depends_on=others, sentence=words))
    return tuple(found)


def _contrasts(
    axes: tuple[str, str],
    variants: Sequence[VariantResult],
    terms: Mapping[str, Term],
    base: Mapping[str, str],
    clusters: Clusters | None,
) -> Iterator[_Contrast]:
    both = [one for one in variants if all(axis in one.swaps for axis in axes)]
    cells = {tuple(sorted(one.swaps.items())): terms[one.name] for one in both}
    others = list(dict.fromkeys(tuple(item for item in one.swaps.items() if item[0] not in axes) for one in both))
    first, second = (_against_base(axis, both, base) for axis in axes)
    for (a, b), beside in itertools.product(first, second):
        one, other = (_effects(axes, (a, b), at, others, cells, beside) for at in beside)
        if (compared := _compare_sums(one, other, clusters)) is not None:
            yield _Contrast(axes, a, b, beside, compared)


def _compare_sums(a: Sequence[Term], b: Sequence[Term], clusters: Clusters | None) -> PairedValues | None:
    """The sums of the terms, with what of b minus a was trained; None for fewer than two questions that all have."""
    if not a or not b:
        return None
    sum_a, sum_b = (_sum(terms) for terms in (a, b))
    both = common_values(sum_a, sum_b, clusters)
    if both is None:
        return None
    known = ~np.isnan(sum_a[:, 0] + sum_b[:, 0])
    signed = [(sign, term) for sign, terms in ((-1.0, a), (1.0, b)) for term in terms]
    parts = [Term(term.values[known], sign * term.weight, term.trainings) for sign, term in signed]
    return replace(both, trained=trained_parts(parts))


def _sum(terms: Sequence[Term]) -> Values:
    """Each question's sum, shape ``(questions, 1)``; NaN where it has no value in one of the terms."""
    total: Values = np.sum([term.weight * round_means(term.values) for term in terms], axis=0)[:, None]
    return total


def _against_base(axis: str, variants: Sequence[VariantResult], base: Mapping[str, str]) -> list[tuple[str, str]]:
    """The baseline's value of an axis with each other one; the first with each other where the baseline's failed."""
    names = list(dict.fromkeys(one.swaps[axis] for one in variants))
    first = base[axis] if base.get(axis) in names else names[0] if names else ""
    return [(first, name) for name in names if name != first]


def _effects(
    axes: tuple[str, str],
    pair: tuple[str, str],
    beside: str,
    others: Sequence[tuple[tuple[str, str], ...]],
    cells: Mapping[tuple[tuple[str, str], ...], Term],
    both: tuple[str, str],
) -> list[Term]:
    """What the second value of the first axis does against its first, beside one value of the other, as a sum.

    Averaged over the combinations of the other axes of which all four variants are there; empty where there is none.
    """

    def cell(value: str, at: str, other: tuple[tuple[str, str], ...]) -> tuple[tuple[str, str], ...]:
        return tuple(sorted([*other, (axes[0], value), (axes[1], at)]))

    whole = [other for other in others if all(cell(v, at, other) in cells for v in pair for at in both)]
    weighted = ((pair[0], -1 / len(whole)), (pair[1], 1 / len(whole))) if whole else ()
    return [replace(cells[cell(value, beside, other)], weight=by) for other in whole for value, by in weighted]


def _interaction(
    axes: tuple[str, str], pairs: Sequence[tuple[_Contrast, CorrectedDifference]], measure: Measure
) -> AxisInteraction:
    found = tuple(_pair(contrast, one, measure) for contrast, one in pairs)
    return AxisInteraction(
        axis=axes[0],
        other=axes[1],
        pairs=found,
        matters=any(one.found.verdict in ("better", "worse") for one in found),
        sentence=interaction_sentence(axes, found, measure),
    )


def _pair(contrast: _Contrast, one: CorrectedDifference, measure: Measure) -> InteractionFound:
    first, second = (float(np.mean(values)) for values in (contrast.values.a, contrast.values.b))
    return InteractionFound(
        a=contrast.a,
        b=contrast.b,
        beside=contrast.beside[0],
        effect=first,
        beside_other=contrast.beside[1],
        effect_other=second,
        found=difference_found(one, measure.higher_is_better),
    )
