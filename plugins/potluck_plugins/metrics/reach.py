"""Answer recall: whether what an answer has to contain stands in what was retrieved."""

from __future__ import annotations

from collections.abc import Mapping

import potluck
from potluck.contracts import Attempt, Config, Context, Measure, Metric
from potluck.overlap import facts_contained

CUTS = (1, 2, 5)
"""The k of answer_recall@k."""


class ReachConfig(Config):
    """No settings."""


class Reach(Metric):
    """Looks for the facts, or the right answers, in the first passages and their headings."""

    needs = frozenset({"passages", "reference"})
    measures = tuple(
        Measure(
            f"answer_recall@{k}",
            f"The answer's words stand in the first {'passage' if k == 1 else f'{k} passages'}",
            f"Answer within reach, first {k}",
            "retrieval",
            leads="always" if k == 1 else "never",
        )
        for k in CUTS
    )

    def __init__(self, config: ReachConfig, context: Context) -> None:
        """There is nothing to set."""

    def score(self, attempt: Attempt) -> Mapping[str, float]:
        """The share of the facts in the first k passages; without facts, whether an answer stands there."""
        texts = [f"{passage.heading}\0{passage.text}" for passage in attempt.passages or ()]
        return {f"answer_recall@{k}": facts_contained(attempt.facts, attempt.answers, *texts[:k]) for k in CUTS}


@potluck.hookimpl
def potluck_metric() -> potluck.Offer[Reach]:
    """Offer the metric."""
    return potluck.Offer("whether the answer stands in the passages that were retrieved", ReachConfig, Reach)
