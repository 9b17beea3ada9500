"""Effort: the time and the price of an answer."""

from __future__ import annotations

from collections.abc import Mapping

import potluck
from potluck.contracts import Attempt, Config, Context, Measure, Metric


class EffortConfig(Config):
    """No settings."""


class Effort(Metric):
    """Passes on what was measured."""

    needs = frozenset({"seconds"})
    measures = (
        Measure(
            "latency",
            "Seconds from the question to the answer; lower is better",
            "Time to answer",
            "effort",
            higher_is_better=False,
            scale="amount",
            unit="s",
            leads="always",
        ),
        Measure(
            "cost",
            "Price of the remote calls; lower is better",
            "Cost",
            "effort",
            higher_is_better=False,
            scale="amount",
            unit="USD",
        ),
    )

    def __init__(self, config: EffortConfig, context: Context) -> None:
        """There is nothing to set."""

    def score(self, attempt: Attempt) -> Mapping[str, float]:
        """The price only where the model has one."""
        found = {"latency": attempt.seconds, "cost": attempt.cost}
        return {name: value for name, value in found.items() if value is not None}


@potluck.hookimpl
def potluck_metric() -> potluck.Offer[Effort]:
    """Offer the metric."""
    return potluck.Offer("the time and the price of an answer", EffortConfig, Effort)
