"""What a report shows of a training: its course and its outcome."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from potluck.report.content import Chart, Column, Table
from potluck.report.paths import relative_path
from potluck.results.comparison import Curve, CurvePoint
from potluck.tuning.evaluation_rows import evaluation_rows

if TYPE_CHECKING:
    from potluck.stages.tune import TuneReport

_POINTS = 500
"""A longer course is drawn by the means of this many stretches."""


def training_table(report: TuneReport, folder: Path) -> Table:
    """Figures of a training; the artifact's path is seen from ``folder``."""
    tuned = report.tuned
    rows = [
        ("Parameters trained", f"{tuned.trainable_parameters:,}"),
        ("Parameters of the model", f"{report.total_parameters:,}"),
        ("Optimiser steps", f"{len(tuned.losses):,}"),
        ("Training time", f"{tuned.seconds:,.1f} s"),
        ("Tokens per second", f"{tuned.tokens_per_second:,.0f}"),
        ("Training loss at the end", "" if report.train_loss is None else f"{report.train_loss:.4f} nats per token"),
        *((f"Validation: {name}", value) for name, value in evaluation_rows(report.metrics)),
        ("Artifact", relative_path(report.adapter, folder)),
    ]
    return Table("Training", (Column("What"), Column("Value")), tuple(row for row in rows if row[1]))


def training_chart(report: TuneReport) -> Chart | None:
    """The training loss by step, its running mean, and the validation loss; None if nothing was learned."""
    losses = report.tuned.losses
    if not losses:
        return None
    curves = [
        Curve("training, each step", _points(losses)),
        Curve("training, running mean", _points(running_mean(losses))),
    ]
    if report.tuned.evaluations:
        points = tuple(CurvePoint(one["step"], one["loss"], None, None) for one in report.tuned.evaluations)
        curves.append(Curve("validation", points))
    return Chart("Loss", "optimiser step", "loss, nats per token", tuple(curves), is_dense=True)


def running_mean(values: Sequence[float]) -> list[float]:
    """The mean of the last twentieth of the steps."""
    width = max(1, len(values) // 20)
    found, total = [], 0.0
    for number, value in enumerate(values):
        total += value - (values[number - width] if number >= width else 0.0)
        found.append(total / min(number + 1, width))
    return found


def _points(values: Sequence[float]) -> tuple[CurvePoint, ...]:
    """One point per step, counted from 1; in a long course the mean of each stretch, at its last step."""
    width = -(-len(values) // _POINTS)
    starts = range(0, len(values), width)
    stretches = [values[start : start + width] for start in starts]
    return tuple(
        CurvePoint(start + len(stretch), sum(stretch) / len(stretch), None, None)
        for start, stretch in zip(starts, stretches, strict=True)
    )
