"""What decides a comparison, named before it runs: ``compare: {decide_by: recall@2, at_least: 0.02}``."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal, TypeAlias, cast, get_args

from potluck.documents import Json
from potluck.recipe.messages import format_value
from potluck.recipe.nodes import Findings, Node
from potluck.suggestions import did_you_mean

Intended: TypeAlias = Literal["further-documents", "these-documents"]
"""What conclusions are to hold for: further questions on further documents, or on the same ones."""

DECISION_KEYS = ("decide_by", "at_least", "population", "seeds")
"""The keys of ``compare`` that are not axes."""


MOST_SEEDS = 20
"""The most trainings of a variant: more would be a mistake."""


@dataclass(frozen=True, slots=True)
class DecisionSettings:
    """The measure that variants are ranked by, None for the one that leads; and what conclusions are to hold for.

    ``at_least`` is the least difference in that measure that matters, in its unit; None if any does.
    ``seeds`` is how often each tuned variant is trained, with seeds of its own; one that samples answers so often.
    """

    decide_by: str | None = None
    at_least: float | None = None
    population: Intended = "further-documents"
    seeds: int = 1

    @property
    def is_about_these(self) -> bool:
        """Whether nothing is to be concluded about other documents."""
        return self.population == "these-documents"

    def as_mapping(self) -> dict[str, Json]:
        """The settings that differ from the usual ones, as a recipe writes them."""
        usual, found = DecisionSettings(), dict[str, Json]()
        for key in DECISION_KEYS:
            if getattr(self, key) != getattr(usual, key):
                found[key] = getattr(self, key)
        return found


def read_decision(root: Node, findings: Findings) -> DecisionSettings:
    """The settings beside the axes; what is wrong with them is noted."""
    node = root.children().get("compare")
    written = node.children() if node is not None else {}
    return DecisionSettings(
        _read_measure(written.get("decide_by"), findings),
        _read_margin(written.get("at_least"), findings),
        _read_population(written.get("population"), findings),
        _read_seeds(written.get("seeds"), findings),
    )


def _read_measure(node: Node | None, findings: Findings) -> str | None:
    value = None if node is None else node.plain()
    if node is None or value is None:
        return None
    if isinstance(value, str) and value.strip():
        return value.strip()
    findings.note(node.place, f"compare.decide_by: expected the name of a measure, got {format_value(value)}")
    return None


def _read_margin(node: Node | None, findings: Findings) -> float | None:
    value = None if node is None else node.plain()
    if node is None or value is None:
        return None
    if isinstance(value, int | float) and not isinstance(value, bool) and 0 < value < math.inf:
        return float(value)
    message = f"compare.at_least: expected a number above 0, such as 0.02, got {format_value(value)}"
    findings.note(node.place, message)
    return None


def _read_population(node: Node | None, findings: Findings) -> Intended:
    value, names = None if node is None else node.plain(), get_args(Intended)
    if node is not None and value is not None and value not in names:
        near = did_you_mean(str(value), names)
        findings.note(node.place, f"compare.population: expected {' or '.join(names)}, got {format_value(value)}{near}")
    return cast("Intended", value) if value in names else DecisionSettings().population


def _read_seeds(node: Node | None, findings: Findings) -> int:
    value = None if node is None else node.plain()
    if isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= MOST_SEEDS:
        return value
    if node is not None and value is not None:
        findings.note(
            node.place, f"compare.seeds: expected a whole number from 1 to {MOST_SEEDS}, got {format_value(value)}"
        )
    return DecisionSettings().seeds
