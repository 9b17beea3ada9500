"""Recall, precision, nDCG, MAP and MRR: the ranks of what should be found."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence

import potluck
from potluck.contracts import Attempt, Config, Context, Lead, Measure, Metric

CUTS = (1, 2, 5)
"""The k of recall@k, precision@k and ndcg@k."""


class RetrievalConfig(Config):
    """No settings."""


def _at(name: str, label: str, summary: str, leads: Lead = "never") -> list[Measure]:
    """A measure for each cut, of which the first leads if any does."""
    firsts = [(k, "first passage" if k == 1 else f"first {k} passages") for k in CUTS]
    return [
        Measure(f"{name}@{k}", summary.format(first), label.format(k=k), "retrieval", leads="never" if k > 1 else leads)
        for k, first in firsts
    ]


class Ranking(Metric):
    """Compares the ranks of what was found with what should be found."""

    needs = frozenset({"gold"})
    measures = (
        *_at("recall", "Right passage in the first {k}", "Share of the right passages that are among the {}", "always"),
        *_at("precision", "Right ones among the first {k}", "Share of the {} that is right"),
        *_at("ndcg", "Ranking, first {k} (nDCG)", "Right passages among the {}, higher ranks counting more"),
        Measure("map", "Mean of the precision at the rank of each right passage", "Ranking (MAP)", "retrieval"),
        Measure(
            "mrr", "1 divided by the rank of the first right passage", "Rank of the right passage (MRR)", "retrieval"
        ),
    )

    def __init__(self, config: RetrievalConfig, context: Context) -> None:
        """There is nothing to set."""

    def score(self, attempt: Attempt) -> Mapping[str, float]:
        """All of them; what was not found has no rank."""
        return dict(_scores(attempt.ranks))


def _scores(ranks: Sequence[int | None]) -> Iterator[tuple[str, float]]:
    found = sorted(rank for rank in ranks if rank is not None)
    for k in CUTS:
        within = sum(rank < k for rank in found)
        yield f"recall@{k}", within / len(ranks)
        yield f"precision@{k}", len({rank for rank in found if rank < k}) / k
        yield f"ndcg@{k}", _ndcg(found, len(ranks), k)
    yield "map", sum((number + 1) / (place + 1) for number, place in enumerate(_places(found))) / len(ranks)
    yield "mrr", 1 / (found[0] + 1) if found else 0.0


def _ndcg(found: Sequence[int], golds: int, k: int) -> float:
    """With a gain of 1 for each (Järvelin and Kekäläinen 2002)."""
    best = sum(1 / math.log2(place + 2) for place in range(min(golds, k)))
    return sum(1 / math.log2(place + 2) for place in _places(found) if place < k) / best


def _places(ranks: Sequence[int]) -> list[int]:
    """The ranks, in order; what is found at one rank together counts as if one followed the other."""
    places: list[int] = []
    for rank in ranks:
        places.append(max(rank, places[-1] + 1) if places else rank)
    return places


@potluck.hookimpl
def potluck_metric() -> potluck.Offer[Ranking]:
    """Offer the metric."""
    return potluck.Offer("recall, precision, nDCG, MAP and MRR of what should be found", RetrievalConfig, Ranking)
