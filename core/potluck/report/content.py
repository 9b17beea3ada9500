"""The content of a report. Runs, comparisons, trainings and strategies share one page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from potluck.results.comparison import (
    Cause,
    CauseCount,
    ChunkText,
    Curve,
    MeasureResult,
    PairResult,
    QuestionResult,
    VariantResult,
)
from potluck.results.conclusions import AxisEffect
from potluck.results.judging import JudgeResult, JudgesAgreement
from potluck.statistics.intervals import Interval

Kind: TypeAlias = Literal["run", "evaluate", "tune", "compare", "strategy"]
"""The command whose outcome is shown."""

Cell: TypeAlias = str | float | Interval | None
"""A text, a number, a mean with its interval, or nothing."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table. ``unit`` is that of its numbers: ``s``, ``USD``, or empty."""

    label: str
    is_number: bool = False
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """A table of its own below a heading. Its rows can be sorted and saved; a column without a value is left out."""

    title: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    note: str = ""


@dataclass(frozen=True, slots=True)
class Chart:
    """Curves over an axis of numbers. ``x`` and ``y`` name the axes."""

    title: str
    x: str
    y: str
    curves: tuple[Curve, ...]
    is_dense: bool = False
    """Whether there are too many points to draw more than lines."""


@dataclass(frozen=True, slots=True)
class Confusion:
    """How often each actual label was predicted as each label: ``counts[actual][predicted]``, 0 if it is missing."""

    labels: tuple[str, ...]
    counts: Mapping[str, Mapping[str, int]]


@dataclass(frozen=True, slots=True)
class Content:
    """Everything that a page shows, from the top down. Empty parts are left out."""

    kind: Kind
    name: str
    run: str
    facts: tuple[tuple[str, str], ...] = ()
    """The facts of the run, such as its time and inputs: a name and a text each."""
    conclusion: tuple[str, ...] = ()
    """The conclusion, its first sentence first."""
    notes: tuple[str, ...] = ()
    baseline: str = ""
    metric: str = ""
    """The measure to begin with."""
    measures: tuple[MeasureResult, ...] = ()
    variants: tuple[VariantResult, ...] = ()
    take: str = ""
    """The variant to take."""
    standings: Mapping[str, str] = field(default_factory=dict)
    """Each variant by the measure to begin with, in words."""
    effects: tuple[AxisEffect, ...] = ()
    pairs: tuple[PairResult, ...] = ()
    causes: tuple[Cause, ...] = ()
    cause_counts: tuple[CauseCount, ...] = ()
    judges: tuple[JudgeResult, ...] = ()
    judges_agree: tuple[JudgesAgreement, ...] = ()
    charts: tuple[Chart, ...] = ()
    tables: tuple[Table, ...] = ()
    confusion: Confusion | None = None
    unit: str = "questions"
    """What was asked: ``questions``, ``examples`` or ``messages``."""
    questions: tuple[QuestionResult, ...] = ()
    chunks: Mapping[str, ChunkText] = field(default_factory=dict)
