"""The register of strategies, in the order of the table."""

from __future__ import annotations

from collections.abc import Mapping

from potluck.strategy.prompted import PROMPTED
from potluck.strategy.rows import Kind
from potluck.strategy.rule import Rule
from potluck.strategy.simple import NEIGHBOURS, Majority, Neighbours, Regression


def kinds() -> Mapping[str, Kind]:
    """All rows by name, in the order of the table."""
    return {
        "majority": Kind("always the commonest label", Majority, baseline=True),
        "rule": Kind("patterns that were written down", lambda s: Rule(s.rules, s.train, s.labels)),
        **PROMPTED,
        "retrieval": Kind(f"the {NEIGHBOURS} nearest labelled messages vote", Neighbours, vectors=True),
        "embedding": Kind("embeddings and logistic regression", Regression, vectors=True),
    }
