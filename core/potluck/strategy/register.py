"""The register of strategies, in the order of the table."""

from __future__ import annotations

from collections.abc import Mapping

from potluck.strategy.prompted import PROMPTED
from potluck.strategy.protocol import StrategySpec
from potluck.strategy.rule import RuleStrategy
from potluck.strategy.simple import NEIGHBOURS, Majority, Neighbours, Regression


def all_strategies() -> Mapping[str, StrategySpec]:
    """All rows by name, in the order of the table."""
    return {
        "majority": StrategySpec("always the commonest label", Majority, baseline=True),
        "rule": StrategySpec("patterns that were written down", lambda s: RuleStrategy(s.rules, s.train, s.labels)),
        **PROMPTED,
        "retrieval": StrategySpec(f"the {NEIGHBOURS} nearest labelled messages vote", Neighbours, vectors=True),
        "embedding": StrategySpec("embeddings and logistic regression", Regression, vectors=True),
    }
