"""The outcome as the one JSON document that ``--json`` prints."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from potluck.contracts import ChatOptions
from potluck.documents import Json
from potluck.metrics.classification import classification, minority
from potluck.strategy.advice import Advice
from potluck.strategy.budget import Budget
from potluck.strategy.data import LabelledText, Split
from potluck.strategy.entrant_notes import notes_on
from potluck.strategy.quality import quality
from potluck.strategy.race import Entrant, Race, cost, latency


def document(
    race: Race,
    advice: Advice,
    split: Split,
    test: Sequence[LabelledText],
    meter: Budget,
    folder: Path,
    options: ChatOptions | None,
) -> dict[str, Json]:
    """All that is known. Times are in seconds, costs in US dollars; ``options`` are those of the chat model."""
    rarest = minority([item.label for item in test])
    return {
        "data": {
            "train": len(split.train),
            "test": len(test),
            "labels": list(split.labels),
            "minority": rarest,
            "left_out": split.left_out,
            "notes": list(split.notes),
        },
        "rows": [_row(lane, test, rarest, options) for lane in race.entrants],
        "looks": [{"n": look.n, "rows": list(look.rows), "dropped": list(look.dropped)} for look in race.looks],
        "recommendation": {
            "row": advice.row,
            "words": advice.words,
            "against": [
                {
                    "other": one.other,
                    "difference": one.difference.difference,
                    "low": one.difference.low,
                    "high": one.difference.high,
                    "p": one.difference.p,
                    "p_adjusted": one.p_adjusted,
                    "needed_n": one.difference.needed_n,
                    "sentence": one.sentence,
                }
                for one in advice.against
            ],
        },
        "spent": {
            "seconds": meter.seconds,
            "of_them_earlier": meter.reused_seconds,
            "loading_seconds": race.loading_seconds,
            "usd": meter.usd,
        },
        "budget": {"usd": meter.budget_usd, "minutes": meter.budget_seconds / 60, "ended_by": race.ended},
        "cache": str(folder),
    }


def _row(lane: Entrant, test: Sequence[LabelledText], rarest: str, options: ChatOptions | None) -> dict[str, Json]:
    n = len(lane.asked)
    said = [one.label for one in lane.asked]
    gold = [item.label for item in test[:n]]
    found = quality(gold, said, rarest) if n else {}
    return {
        "name": lane.name,
        "summary": lane.spec.summary,
        "baseline": lane.spec.baseline,
        "n": n,
        "quality": {name: value.as_json() for name, value in found.items()},
        "labels": _labels(gold, said) if n else {},
        "no_label": sum(not label for label in said),
        "cost_per_1000": cost(lane) * 1000 if n else None,
        "latency": latency(lane) if n else None,
        "training_seconds": lane.training_seconds,
        "training_cost": lane.training_usd,
        "own_seconds": lane.own_seconds,
        "bytes_sent": lane.training_sent + sum(one.sent for one in lane.asked),
        "outcome": lane.outcome,
        "why": lane.why,
        "notes": [*notes_on(lane, gold, options)],
    }


def _labels(gold: Sequence[str], said: Sequence[str]) -> Json:
    scores = classification(gold, said).labels.items()
    return {
        label: {"precision": one.precision, "recall": one.recall, "f1": one.f1, "support": one.support}
        for label, one in scores
        if label
    }
