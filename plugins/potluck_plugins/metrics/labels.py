"""Accuracy: whether the right label was chosen."""

from __future__ import annotations

from collections.abc import Mapping

import potluck
from potluck.contracts import Attempt, Config, Context, Measure, Metric


class LabelsConfig(Config):
    """No settings."""


class Labels(Metric):
    """Compares the label that was chosen with the right one."""

    needs = frozenset({"answer", "answers", "choices"})
    measures = (Measure("accuracy", "Share of the questions with the right label", "Right answers", leads="always"),)

    def __init__(self, config: LabelsConfig, context: Context) -> None:
        """There is nothing to set."""

    def score(self, attempt: Attempt) -> Mapping[str, float]:
        """1 for the right one, else 0."""
        return {"accuracy": float(attempt.answer in attempt.answers)}


@potluck.hookimpl
def potluck_metric() -> potluck.Offer[Labels]:
    """Offer the metric."""
    return potluck.Offer("whether the right label was chosen", LabelsConfig, Labels)
