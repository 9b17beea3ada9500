"""Which row to take, in words: the best, or a cheaper one that is not shown to be worse."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from potluck.statistics.clusters import Clusters
from potluck.statistics.distributions import ALPHA
from potluck.statistics.families import CorrectedDifference, PairedValues, compare_family
from potluck.statistics.intervals import mean_interval
from potluck.statistics.paired_tests import PairedDifference, compare_paired
from potluck.statistics.scope import population_sentence
from potluck.statistics.verdicts import verdict_sentence
from potluck.strategy.data import LabelledText, item_clusters
from potluck.strategy.quality import METRIC
from potluck.strategy.race import FIRST_LOOK, Entrant, cost, latency


@dataclass(frozen=True, slots=True)
class PairVerdict:
    """The recommended row against another: b is the recommended one."""

    other: str
    difference: PairedDifference
    p_adjusted: float
    sentence: str


@dataclass(frozen=True, slots=True)
class Advice:
    """``row`` is None if too little was asked. ``words`` say why; ``against`` compares it with the others."""

    row: str | None
    words: str
    against: tuple[PairVerdict, ...] = ()


def advise(entrants: Sequence[Entrant], test: Sequence[LabelledText]) -> Advice:
    """Recommend one of the rows that are not baselines, from what they were asked in common of ``test``."""
    known = [entrant for entrant in entrants if entrant.outcome in ("finished", "budget") and len(entrant.asked) >= 2]
    able = [entrant for entrant in known if not entrant.spec.baseline]
    if not able:
        return Advice(None, "too little was asked to recommend anything: raise the budget, or see why the rows failed")
    # A row that the budget stopped at once would leave hardly a message to compare the others on.
    enough = [entrant for entrant in able if len(entrant.asked) >= min(FIRST_LOOK, max(len(one.asked) for one in able))]
    n = min(len(entrant.asked) for entrant in enough)
    best = max(enough, key=lambda entrant: (sum(entrant.hits[:n]), -cost(entrant), -latency(entrant)))
    clusters = item_clusters(test[:n])
    chosen = _cheapest(best, enough, clusters)
    baselines = _baselines(known, n)
    rivals = [entrant for entrant in [*enough, *baselines] if entrant is not chosen]
    # The chosen row was picked by these same answers, so its pairs count as picked from those of every row.
    comparisons = len(enough) * (len(enough) - 1) // 2 + len(enough) * len(baselines)
    against = _compare(chosen, rivals, clusters, comparisons)
    return Advice(chosen.name, " ".join(_sentences(chosen, best, entrants, against, clusters, len(test))), against)


def _cheapest(best: Entrant, entrants: Sequence[Entrant], clusters: Clusters) -> Entrant:
    """The cheapest of the rows that are as good as the best: inside its interval, and not shown to be worse."""
    n = len(clusters.places)
    low = mean_interval(best.hits[:n], bounded=True, clusters=clusters).low or 0.0
    as_good = [
        entrant
        for entrant in entrants
        if sum(entrant.hits[:n]) / n >= low
        and (entrant is best or compare_paired(entrant.hits[:n], best.hits[:n], clusters=clusters).p > ALPHA)
    ]
    return min(as_good, key=lambda entrant: (cost(entrant), latency(entrant)))


def _baselines(entrants: Sequence[Entrant], n: int) -> list[Entrant]:
    return [entrant for entrant in entrants if entrant.spec.baseline and len(entrant.asked) >= n]


def _compare(
    chosen: Entrant, rivals: Sequence[Entrant], clusters: Clusters, comparisons: int
) -> tuple[PairVerdict, ...]:
    n = len(clusters.places)
    pairs = [PairedValues(rival.hits[:n], chosen.hits[:n], clusters) for rival in rivals]
    found = compare_family(pairs, comparisons=comparisons)
    return tuple(_verdict(rival.name, chosen.name, one) for rival, one in zip(rivals, found, strict=True))


def _verdict(rival: str, chosen: str, one: CorrectedDifference) -> PairVerdict:
    words = verdict_sentence(a=rival, b=chosen, metric=METRIC, found=one)
    return PairVerdict(rival, one.difference, one.p_adjusted, words)


def _sentences(
    chosen: Entrant,
    best: Entrant,
    entrants: Sequence[Entrant],
    against: Sequence[PairVerdict],
    clusters: Clusters,
    total: int,
) -> list[str]:
    n = len(clusters.places)
    found = mean_interval(chosen.hits[:n], bounded=True, clusters=clusters)
    some = "" if n == total else f" of {total:,}"
    words = [f"Take {chosen.name}: {METRIC} {found} on {n:,}{some} messages."]
    if chosen is not best:
        words.append(
            f"{best.name} has {sum(best.hits[:n]) / n:.3f}, but there is no evidence of a difference, "
            f"and {chosen.name} is cheaper ({_price(chosen)} against {_price(best)})."
        )
    by_name = {entrant.name: entrant for entrant in entrants}
    unsure = [one for one in against if one.p_adjusted > ALPHA and one.other != best.name]
    same = [one.other for one in unsure if not by_name[one.other].spec.baseline]
    if same:
        words.append(f"There is no evidence of a difference from {' and '.join(same)} with {n:,} messages.")
    baselines = [by_name[one.other].spec for one in unsure if by_name[one.other].spec.baseline]
    expensive = [entrant.name for entrant in entrants if entrant.outcome == "expensive"]
    if expensive:
        words.append(f"More expensive, with hardly a chance of being worth it: {', '.join(expensive)}.")
    words += filter(None, [population_sentence(found, "message")])
    return [*words, *(f"It is not shown to be better than {kind.summary}." for kind in baselines)]


def _price(entrant: Entrant) -> str:
    money = cost(entrant) * 1000
    return f"{money:.4f} USD per 1,000" if money else f"{latency(entrant) * 1000:.0f} ms per message"
