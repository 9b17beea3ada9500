"""Which row to take, in words: the best, or a cheaper one of which it is not known that it is worse."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from potluck.statistics.correction import holm
from potluck.statistics.distributions import ALPHA
from potluck.statistics.intervals import mean_interval
from potluck.statistics.paired_tests import PairedDifference, compare_paired
from potluck.statistics.verdicts import verdict_sentence
from potluck.strategy.race import FIRST, Lane, cost, latency


@dataclass(frozen=True, slots=True)
class Against:
    """The recommended row against another: b is the recommended one."""

    other: str
    difference: PairedDifference
    p_adjusted: float
    sentence: str


@dataclass(frozen=True, slots=True)
class Advice:
    """``row`` is None where too little was asked. ``words`` say why; ``against`` compares it with the others."""

    row: str | None
    words: str
    against: tuple[Against, ...] = ()


def advise(lanes: Sequence[Lane], total: int) -> Advice:
    """Recommend one of the rows that are not baselines, from what they were asked in common, of ``total`` messages."""
    known = [lane for lane in lanes if lane.outcome in ("finished", "budget") and len(lane.asked) >= 2]
    able = [lane for lane in known if not lane.kind.baseline]
    if not able:
        return Advice(None, "too little was asked to recommend anything: raise the budget, or see why the rows failed")
    # A row that the budget stopped at once would leave hardly a message to compare the others on.
    enough = [lane for lane in able if len(lane.asked) >= min(FIRST, max(len(one.asked) for one in able))]
    n = min(len(lane.asked) for lane in enough)
    best = max(enough, key=lambda lane: (sum(lane.hits[:n]), -cost(lane), -latency(lane)))
    chosen = _cheapest(best, enough, n)
    rivals = [lane for lane in [*enough, *_baselines(known, n)] if lane is not chosen]
    against = _against(chosen, rivals, n)
    return Advice(chosen.name, " ".join(_words(chosen, best, lanes, against, n, total)), against)


def _cheapest(best: Lane, lanes: Sequence[Lane], n: int) -> Lane:
    """The cheapest of the rows that are as good as the best: inside its interval, and not shown to be worse."""
    low = mean_interval(best.hits[:n], bounded=True).low or 0.0
    as_good = [
        lane
        for lane in lanes
        if sum(lane.hits[:n]) / n >= low and (lane is best or compare_paired(lane.hits[:n], best.hits[:n]).p > ALPHA)
    ]
    return min(as_good, key=lambda lane: (cost(lane), latency(lane)))


def _baselines(lanes: Sequence[Lane], n: int) -> list[Lane]:
    return [lane for lane in lanes if lane.kind.baseline and len(lane.asked) >= n]


def _against(chosen: Lane, rivals: Sequence[Lane], n: int) -> tuple[Against, ...]:
    found = [compare_paired(rival.hits[:n], chosen.hits[:n]) for rival in rivals]
    adjusted = holm([difference.p for difference in found])
    return tuple(
        Against(
            rival.name,
            difference,
            p,
            verdict_sentence(a=rival.name, b=chosen.name, metric="accuracy", difference=difference, p_adjusted=p),
        )
        for rival, difference, p in zip(rivals, found, adjusted, strict=True)
    )


def _words(
    chosen: Lane, best: Lane, lanes: Sequence[Lane], against: Sequence[Against], n: int, total: int
) -> list[str]:
    found = mean_interval(chosen.hits[:n], bounded=True)
    limits = "" if found.low is None else f" (95 % CI {found.low:.2f} to {found.high:.2f})"
    some = "" if n == total else f" of {total:,}"
    words = [f"Take {chosen.name}: {found.mean:.0%} right{limits} of {n:,}{some} messages asked."]
    if chosen is not best:
        words.append(
            f"{best.name} got {sum(best.hits[:n]) / n:.0%} right, but there is no evidence of a difference, "
            f"and {chosen.name} is cheaper ({_price(chosen)} against {_price(best)})."
        )
    by_name = {lane.name: lane for lane in lanes}
    unsure = [one for one in against if one.p_adjusted > ALPHA and one.other != best.name]
    same = [one.other for one in unsure if not by_name[one.other].kind.baseline]
    if same:
        words.append(f"There is no evidence of a difference from {' and '.join(same)} with {n:,} messages.")
    baselines = [by_name[one.other].kind for one in unsure if by_name[one.other].kind.baseline]
    dear = [lane.name for lane in lanes if lane.outcome == "dearer"]
    if dear:
        words.append(f"Dearer, and with hardly a chance of being worth it: {', '.join(dear)}.")
    return [*words, *(f"It is not shown to be better than {kind.summary}." for kind in baselines)]


def _price(lane: Lane) -> str:
    money = cost(lane) * 1000
    return f"{money:.4f} USD per 1,000" if money else f"{latency(lane) * 1000:.0f} ms a message"
