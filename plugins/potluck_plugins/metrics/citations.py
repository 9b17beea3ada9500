"""Citation precision: whether the clauses, numbers and quotations of an answer stand in its passages."""

from __future__ import annotations

from collections.abc import Mapping

import potluck
from potluck.contracts import Attempt, Config, Context, Measure, Metric
from potluck_plugins.metrics._shared.claims import citation_precision


class CitationsConfig(Config):
    """No settings."""


class Citations(Metric):
    """Looks up what an answer cites in the passages that the model saw."""

    needs = frozenset({"answer", "passages"})
    measures = (
        Measure(
            "citation_precision",
            "Share of the cited clauses and numbers that stand in the passages",
            "Citations that hold",
        ),
    )

    def __init__(self, config: CitationsConfig, context: Context) -> None:
        """There is nothing to set."""

    def score(self, attempt: Attempt) -> Mapping[str, float]:
        """Nothing for an answer that cites nothing, and for questions that cannot be answered."""
        if not attempt.answerable or attempt.refused or attempt.filtered:
            return {}
        found = citation_precision(attempt.answer or "", (attempt.passages or ())[: attempt.shown])
        return {} if found is None else {"citation_precision": found}


@potluck.hookimpl
def potluck_metric() -> potluck.Offer[Citations]:
    """Offer the metric."""
    return potluck.Offer("whether the clauses, numbers and quotations of an answer hold", CitationsConfig, Citations)
