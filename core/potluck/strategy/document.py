"""The result of a comparison of strategies, put together from the race and the recommendation."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from potluck.contracts import ChatOptions
from potluck.metrics.classification import classification, minority
from potluck.results.answers import LabelScore
from potluck.results.strategy import (
    BudgetResult,
    DataResult,
    Recommendation,
    RivalResult,
    RowResult,
    SpentResult,
    StrategyResult,
)
from potluck.strategy.advice import Advice, PairVerdict
from potluck.strategy.budget import Budget
from potluck.strategy.data import LabelledText, Split, item_clusters
from potluck.strategy.entrant_notes import notes_on
from potluck.strategy.quality import quality
from potluck.strategy.race import Entrant, Race, cost, latency


def strategy_result(
    race: Race,
    advice: Advice,
    split: Split,
    test: Sequence[LabelledText],
    budget: Budget,
    folder: Path,
    options: ChatOptions | None,
) -> StrategyResult:
    """The whole result. Times are in seconds, costs in US dollars; ``options`` are those of the chat model."""
    rarest = minority([item.label for item in test])
    return StrategyResult(
        data=DataResult(len(split.train), len(test), tuple(split.labels), rarest, split.left_out, tuple(split.notes)),
        rows=tuple(_row(entrant, test, rarest, options) for entrant in race.entrants),
        looks=tuple(race.looks),
        recommendation=Recommendation(advice.row, advice.words, tuple(map(_rival, advice.against))),
        spent=SpentResult(budget.seconds, budget.reused_seconds, race.loading_seconds, budget.usd),
        budget=BudgetResult(budget.budget_usd, budget.budget_seconds / 60, race.ended),
        cache=str(folder),
    )


def _rival(one: PairVerdict) -> RivalResult:
    difference = one.difference
    return RivalResult(
        other=one.other,
        difference=difference.difference,
        low=difference.low,
        high=difference.high,
        p=difference.p,
        p_adjusted=one.p_adjusted,
        needed_n=difference.needed_n,
        sentence=one.sentence,
    )


def _row(entrant: Entrant, test: Sequence[LabelledText], rarest: str, options: ChatOptions | None) -> RowResult:
    n = len(entrant.asked)
    said = [one.label for one in entrant.asked]
    gold = [item.label for item in test[:n]]
    return RowResult(
        name=entrant.name,
        summary=entrant.spec.summary,
        baseline=entrant.spec.baseline,
        n=n,
        quality=quality(gold, said, rarest, clusters=item_clusters(test[:n])) if n else {},
        labels=_labels(gold, said) if n else {},
        no_label=sum(not label for label in said),
        cost_per_1000=cost(entrant) * 1000 if n else None,
        latency=latency(entrant) if n else None,
        training_seconds=entrant.training_seconds,
        training_cost=entrant.training_usd,
        own_seconds=entrant.own_seconds,
        bytes_sent=entrant.training_sent + sum(one.sent for one in entrant.asked),
        outcome=entrant.outcome,
        why=entrant.why,
        notes=tuple(notes_on(entrant, gold, options)),
    )


def _labels(gold: Sequence[str], said: Sequence[str]) -> dict[str, LabelScore]:
    return {label: score for label, score in classification(gold, said).labels.items() if label}
