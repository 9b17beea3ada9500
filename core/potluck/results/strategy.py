"""The result of ``potluck strategy``: one row per strategy, and a recommendation."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

from potluck.documents import Json
from potluck.json_values import as_json
from potluck.results.answers import LabelScore
from potluck.statistics.intervals import Interval

RowOutcome: TypeAlias = Literal["finished", "worse", "expensive", "budget", "failed"]
"""``worse`` and ``expensive`` rows dropped out early; at ``budget`` the budget was used up."""


@dataclass(frozen=True, slots=True)
class DataResult:
    """The labelled data: how it was split."""

    train: int
    """Messages to learn from."""
    test: int
    """Messages that every row is asked."""
    labels: tuple[str, ...]
    minority: str
    """The rarest label among those that are asked."""
    left_out: int
    """Lines that were not used."""
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RowResult:
    """One strategy on the ``n`` messages that it was asked."""

    name: str
    summary: str
    baseline: bool
    """Whether it is a baseline, which is never recommended."""
    n: int
    quality: Mapping[str, Interval]
    """``accuracy``, ``f1_macro`` and ``f1_minority``; empty if nothing was asked."""
    labels: Mapping[str, LabelScore]
    no_label: int
    """Answers that name none of the labels."""
    cost_per_1000: float | None
    """US dollars; null if nothing was asked."""
    latency: float | None
    """Seconds per message; null if nothing was asked."""
    training_seconds: float
    training_cost: float
    """US dollars."""
    own_seconds: float
    """Seconds of answering, without the vectors, which rows share."""
    bytes_sent: int
    """To other machines."""
    outcome: RowOutcome
    why: str | None
    """Why the row is out."""
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class InterimLook:
    """The state after ``n`` messages: the rows still in the race, and those that dropped out then."""

    n: int
    rows: tuple[str, ...]
    dropped: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RivalResult:
    """The recommended row against another, by accuracy; ``difference`` is how much more the recommended one has."""

    other: str
    difference: float
    low: float
    high: float
    p: float
    p_adjusted: float
    """By Holm's method."""
    needed_n: int | None
    """Messages that would show this difference with 80 % power; null if it is 0."""
    sentence: str


@dataclass(frozen=True, slots=True)
class Recommendation:
    """The row to take; null if too little was asked."""

    row: str | None
    words: str
    against: tuple[RivalResult, ...]


@dataclass(frozen=True, slots=True)
class SpentResult:
    """What the rows took together."""

    seconds: float
    of_them_earlier: float
    """Seconds of the earlier run that this one continued."""
    loading_seconds: float
    """Seconds of loading models."""
    usd: float


@dataclass(frozen=True, slots=True)
class BudgetResult:
    """The budget, and the part of it that ended the race."""

    usd: float
    minutes: float
    ended_by: str | None


@dataclass(frozen=True, slots=True)
class StrategyResult:
    """A comparison of strategies on one held-out split."""

    data: DataResult
    rows: tuple[RowResult, ...]
    looks: tuple[InterimLook, ...]
    recommendation: Recommendation
    spent: SpentResult
    budget: BudgetResult
    cache: str
    """The folder in which answers are kept."""

    def as_json(self) -> dict[str, Json]:
        """As ``potluck strategy --json`` prints it."""
        return as_json(self)
