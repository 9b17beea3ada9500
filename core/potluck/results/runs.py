"""The output of ``potluck run``, ``reproduce``, ``lock``, ``compare --gate``, ``predict`` and ``workspace``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from potluck.documents import Usage
from potluck.results.answers import EvaluationResult, TaskEvaluationResult
from potluck.results.stages import IndexResult, TuneResult
from potluck.statistics.sequential import State


@dataclass(frozen=True, slots=True)
class RunResult:
    """The result of a run."""

    run: str
    folder: str
    """It holds the manifest and the report, and answers and pictures if there are any."""
    index: IndexResult | None
    """Null if the recipe has no documents."""
    tuning: TuneResult | None
    """Null if the recipe has documents or no tuner."""
    evaluation: EvaluationResult | TaskEvaluationResult | None
    """Null if the recipe names no questions."""
    notes: tuple[str, ...]
    """Why a file of the folder is missing."""
    seconds: float


@dataclass(frozen=True, slots=True)
class DifferenceResult:
    """One thing that has changed; null stands for what is or was missing."""

    what: str
    name: str
    then: object
    now: object


@dataclass(frozen=True, slots=True)
class LockResult:
    """Things that are not as the lock pins them."""

    file: str | None
    """The lock that was written; null with `--check`."""
    differences: tuple[DifferenceResult, ...]


@dataclass(frozen=True, slots=True)
class ReproductionResult:
    """The differences between a run and its repetition."""

    run: str
    same: bool
    """Whether all measures and answers came out the same."""
    questions: int
    inputs: tuple[DifferenceResult, ...]
    metrics: tuple[DifferenceResult, ...]
    answers: tuple[DifferenceResult, ...]


@dataclass(frozen=True, slots=True)
class DecisionResult:
    """The gate's decision on one variant."""

    name: str
    verdict: State
    asked: int
    """Questions."""
    sentence: str


@dataclass(frozen=True, slots=True)
class GateResult:
    """The decision of a gate: `passed` if every variant passed, `failed` if one failed."""

    condition: str
    verdict: State
    questions: int
    """All questions; each variant is asked as many as its decision needs."""
    variants: tuple[DecisionResult, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RowsResult:
    """The rows of one table."""

    whole: int
    damaged: int
    readable: bool
    """Whether all could be read."""


@dataclass(frozen=True, slots=True)
class FileResult:
    """What was found in one database of a workspace."""

    file: str
    is_whole: bool
    pages: str
    """SQLite's report on its structure; empty if nothing is wrong."""
    rows: Mapping[str, RowsResult]
    """By table."""


@dataclass(frozen=True, slots=True)
class WorkspaceCheckResult:
    """Whether a workspace holds what was written."""

    is_whole: bool
    files: tuple[FileResult, ...]


@dataclass(frozen=True, slots=True)
class WorkspaceRepairResult:
    """The state of a workspace before it was repaired, and what was computed again."""

    files: tuple[FileResult, ...]
    index: IndexResult | None
    """Null if the recipe has no documents."""


@dataclass(frozen=True, slots=True)
class PredictResult:
    """A file of predictions."""

    file: str
    rows: int
    labels: Mapping[str, int]
    """How often each label was predicted; empty if texts are written."""
    answered_before: int
    """Rows whose answers were kept from before."""
    notes: tuple[str, ...]
    """What was unusual about answers, in sentences."""
    seconds: float
    tokens: Usage
