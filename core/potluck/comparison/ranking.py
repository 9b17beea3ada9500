"""The variants by the chosen measure, and the one to take: the cheapest that is not shown to be worse than another."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from potluck.contracts import Measure
from potluck.results.comparison import PairResult, VariantResult
from potluck.results.conclusions import DifferenceFound, RankedVariant, Standing
from potluck.statistics.intervals import Interval
from potluck.statistics.verdicts import Verdict

_CHEAPER = 0.8
"""A variant is cheaper than another if it takes at most this share of its money, or of its time: times vary."""

_NOTICED = 0.05
"""Seconds per answer: saving less is not a reason to choose a variant."""

_OPPOSITE: Mapping[Verdict, Verdict] = {
    "better": "worse",
    "worse": "better",
    "as good as": "as good as",
    "no evidence": "no evidence",
}


def rank_variants(
    variants: Sequence[VariantResult], pairs: Sequence[PairResult], baseline: str, measure: Measure
) -> tuple[RankedVariant, ...]:
    """The variants that have the measure, the best mean first; of equal ones the baseline, then the first that was
    named."""
    sign = -1 if measure.higher_is_better else 1
    known = [one for one in variants if measure.name in one.metrics]
    order = sorted(known, key=lambda one: (sign * one.metrics[measure.name].mean, one.name != baseline))
    of_measure = [pair for pair in pairs if pair.metric == measure.name]
    if not order:
        return ()
    best = order[0]
    taken = _choose(order, best, baseline, of_measure, measure)
    return tuple(
        RankedVariant(
            rank=rank,
            variant=one.name,
            swaps=one.swaps,
            metric=one.metrics[measure.name],
            standing=_place_of(one, best, taken, baseline, of_measure),
            against_best=difference_from(best.name, one.name, of_measure),
            against_baseline=difference_from(baseline, one.name, of_measure),
            seconds=_seconds(one),
            cost_per_1000=_cost_per_1000(one),
        )
        for rank, one in enumerate(order, 1)
    )


def difference_from(a: str, b: str, pairs: Sequence[PairResult]) -> DifferenceFound | None:
    """Variant b minus variant a, if the two were compared, in whichever order."""
    for pair in pairs:
        if (pair.a, pair.b) == (a, b):
            return _difference_of(pair, pair.difference, pair.low, pair.high, pair.verdict or "no evidence")
        if (pair.a, pair.b) == (b, a):
            opposite = _OPPOSITE[pair.verdict or "no evidence"]
            return _difference_of(pair, -pair.difference, -pair.high, -pair.low, opposite)
    return None


def _difference_of(pair: PairResult, difference: float, low: float, high: float, verdict: Verdict) -> DifferenceFound:
    return DifferenceFound(
        difference=difference + 0.0,
        low=low + 0.0,
        high=high + 0.0,
        confidence=pair.confidence,
        p=pair.p,
        p_adjusted=pair.p if pair.p_adjusted is None else pair.p_adjusted,
        p_equivalent=pair.p_equivalent,
        verdict=verdict,
        needed_n=pair.needed_n,
        n=pair.n,
        test=pair.test,
        population=pair.population,
        clusters=pair.clusters,
        cluster_kind=pair.cluster_kind,
        needed_clusters=pair.needed_clusters,
        design_effect=pair.design_effect,
    )


def _choose(
    order: Sequence[VariantResult], best: VariantResult, baseline: str, pairs: Sequence[PairResult], measure: Measure
) -> VariantResult:
    """The best, or the cheapest of those that are much cheaper, lie in its interval and are not shown to be worse.

    The baseline stays where it is shown to be as good as the best, which is not cheaper.
    """
    if measure.about == "effort":
        return best
    worse = {name for pair in pairs for name in _shown_worse(pair)}
    within = best.metrics[measure.name]
    rivals = [one for one in order if one.name not in worse and _lies_in(one.metrics[measure.name].mean, within)]
    cheaper = [one for one in rivals if is_cheaper(_price(one), _price(best))]
    if cheaper:
        return min(cheaper, key=_price)
    own, found = next((one for one in order if one.name == baseline), best), difference_from(best.name, baseline, pairs)
    return (
        own
        if found is not None and found.verdict == "as good as" and not is_cheaper(_price(best), _price(own))
        else best
    )


def _shown_worse(pair: PairResult) -> Iterator[str]:
    if pair.verdict == "worse":
        yield pair.b
    elif pair.verdict == "better":
        yield pair.a


def _lies_in(mean: float, interval: Interval) -> bool:
    return interval.low is not None and interval.high is not None and interval.low <= mean <= interval.high


def is_cheaper(one: tuple[float, float], other: tuple[float, float]) -> bool:
    """By money, the first of two prices, where one of them takes any, else by the time of an answer in seconds."""
    (our_money, our_time), (their_money, their_time) = one, other
    if our_money or their_money:
        return our_money <= _CHEAPER * their_money
    return our_time <= _CHEAPER * their_time and their_time - our_time >= _NOTICED


def _price(one: VariantResult) -> tuple[float, float]:
    return _cost_per_1000(one) or 0.0, _seconds(one) or 0.0


def _place_of(
    one: VariantResult, best: VariantResult, taken: VariantResult, baseline: str, pairs: Sequence[PairResult]
) -> Standing:
    if one is taken:
        return "taken"
    if one is best:
        return "best"
    if any(one.name in _shown_worse(pair) for pair in pairs):
        return "worse"
    if found := difference_from(best.name, one.name, pairs):
        return "as good as" if found.verdict == "as good as" else "not shown to be worse"
    return "baseline" if one.name == baseline else _place_beside(baseline, one, pairs)


def _place_beside(baseline: str, one: VariantResult, pairs: Sequence[PairResult]) -> Standing:
    """The place of a variant that was compared with the baseline alone."""
    found = difference_from(baseline, one.name, pairs)
    if found is None:
        return "not compared"
    if found.verdict == "better" or found.verdict == "as good as":
        return found.verdict
    return "not shown to be worse"


def _seconds(one: VariantResult) -> float | None:
    latency = one.metrics.get("latency")
    return None if latency is None else latency.mean


def _cost_per_1000(one: VariantResult) -> float | None:
    cost = one.metrics.get("cost")
    return None if cost is None else 1000 * cost.mean
