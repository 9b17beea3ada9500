"""Surprise: how unlikely a model holds the right answer, in bits per character."""

from __future__ import annotations

from collections.abc import Mapping

import potluck
from potluck.contracts import Attempt, Config, Context, Measure, Metric


class SurpriseConfig(Config):
    """No settings."""


class Surprise(Metric):
    """Passes on what was measured. Bits per character compare models of any tokenizer, as perplexity does not."""

    needs = frozenset({"bits"})
    measures = (
        Measure(
            "bits_per_character",
            "How surprised the model is by the right answer",
            "Surprise",
            higher_is_better=False,
            scale="amount",
            unit="bits",
        ),
    )

    def __init__(self, config: SurpriseConfig, context: Context) -> None:
        """There is nothing to set."""

    def score(self, attempt: Attempt) -> Mapping[str, float]:
        """The bits."""
        return {} if attempt.bits is None else {"bits_per_character": attempt.bits}


@potluck.hookimpl
def potluck_metric() -> potluck.Offer[Surprise]:
    """Offer the metric."""
    return potluck.Offer("how surprised a model is by the right answer", SurpriseConfig, Surprise)
