"""Refusals: whether a model says that it does not know where the documents do not say, and only there."""

from __future__ import annotations

from collections.abc import Mapping

import potluck
from potluck.contracts import Attempt, Config, Context, Measure, Metric


class RefusalsConfig(Config):
    """No settings."""


class Refusals(Metric):
    """Compares whether an answer was refused with whether it could be given."""

    needs = frozenset({"answer"})
    measures = (
        Measure(
            "refusal_precision",
            "Share of the refused questions that cannot be answered",
            "Refusals that were due",
            "refusal",
            paired=False,
        ),
        Measure(
            "refusal_recall",
            "Share of the questions that cannot be answered that were refused",
            "Due refusals made",
            "refusal",
            leads="always",
        ),
    )

    def __init__(self, config: RefusalsConfig, context: Context) -> None:
        """There is nothing to set."""

    def score(self, attempt: Attempt) -> Mapping[str, float]:
        """Precision of what was refused, recall of what cannot be answered."""
        found = {"refusal_precision": float(not attempt.answerable)} if attempt.refused else {}
        return found if attempt.answerable else {**found, "refusal_recall": float(attempt.refused)}


@potluck.hookimpl
def potluck_metric() -> potluck.Offer[Refusals]:
    """Offer the metric."""
    return potluck.Offer("whether refusals are due, and due ones are made", RefusalsConfig, Refusals)
