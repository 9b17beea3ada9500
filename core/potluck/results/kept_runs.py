"""The output of ``potluck runs``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from potluck.json_values import SPREAD
from potluck.results.runs import DifferenceResult
from potluck.statistics.verdicts import Verdict


@dataclass(frozen=True, slots=True)
class KeptRunResult:
    """A run that is kept."""

    run: str
    command: str
    """`run`, `evaluate`, `compare`, `tune` or `strategy`; empty if the manifest cannot be read."""
    started: str
    """UTC, ISO 8601."""
    recipe: str
    """The name of the recipe."""
    measure: str | None
    """The chief measure; null if nothing was measured."""
    values: Mapping[str, float]
    """Its mean by variant; a run of one recipe has one, without a name."""
    seconds: float | None
    bytes: int
    """Of all files of its folder."""
    folder: str
    problem: str
    """Why no more is known; else empty."""


@dataclass(frozen=True, slots=True)
class RunListResult:
    """Runs of this user's workspaces, the newest first."""

    runs: tuple[KeptRunResult, ...]
    older: int
    """How many are not listed."""


@dataclass(frozen=True, slots=True)
class RunDetailResult:
    """A run with its settings and measures, by variant; those of a run of one recipe stand under an empty name."""

    kept: KeptRunResult = field(metadata=SPREAD)
    report: str | None
    """The page that shows it."""
    versions: Mapping[str, object]
    """Of potluck, Python and the system."""
    settings: Mapping[str, Mapping[str, object]]
    """Each key as `--set` writes it, with its value."""
    measures: Mapping[str, Mapping[str, float | None]]


@dataclass(frozen=True, slots=True)
class OpenedRunResult:
    """The page that shows a run."""

    run: str
    report: str
    opened: bool
    """Whether a browser took it."""


@dataclass(frozen=True, slots=True)
class RemovedRunsResult:
    """Runs that were removed."""

    removed: tuple[KeptRunResult, ...]


@dataclass(frozen=True, slots=True)
class MeasureDifferenceResult:
    """One measure of two runs. Null values do not apply to these two."""

    measure: str
    variant: str
    """Empty for runs of one recipe."""
    a: float | None
    b: float | None
    difference: float | None
    """Of the means over the questions that have the measure in both, b less a."""
    low: float | None
    """The lower end of the difference's confidence interval, which agrees with the verdict."""
    high: float | None
    p: float | None
    p_adjusted: float | None
    """By Holm's method, over the variants of one measure."""
    verdict: Verdict | None
    """Of b against a."""
    n: int
    """Questions that have the measure in both."""
    sentence: str
    """The verdict in words, or why there is none."""


@dataclass(frozen=True, slots=True)
class RunDiffResult:
    """The differences between the runs `a` and `b`."""

    a: KeptRunResult
    b: KeptRunResult
    settings: tuple[DifferenceResult, ...]
    """Keys of the recipe that differ: `then` in a, `now` in b."""
    inputs: tuple[DifferenceResult, ...]
    """The other inputs: versions, plugins, models, documents, questions."""
    measures: tuple[MeasureDifferenceResult, ...]
    notes: tuple[str, ...]
    """Why the two cannot be compared."""
