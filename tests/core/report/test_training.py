"""The course of a training as a report shows it.

Modules: ``potluck.report.training``.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from potluck.report.training import running_mean, training_chart, training_table
from support.reports import trained

HERE = Path("/home/someone/標籤")


def test_a_training_of_no_steps_has_no_chart() -> None:
    report = trained(HERE)
    report.tuned = replace(report.tuned, losses=(), evaluations=())
    assert training_chart(report) is None
    assert "Training loss at the end" not in dict(training_table(report, HERE).rows)


def test_the_figures_of_a_training_name_the_artifact_from_the_recipes_folder() -> None:
    rows = dict(training_table(trained(HERE), HERE).rows)
    assert rows["Artifact"] == ".potluck/tuned/abc/result"
    assert (rows["Optimiser steps"], rows["Tokens per second"]) == ("400", "1,234")
    assert rows["Validation: loss"] == f"{trained(HERE).metrics['loss']:.4f} nats per token"
    assert "Validation: step" not in rows


def test_every_step_is_drawn_with_the_mean_of_the_last_twentieth_and_the_validation() -> None:
    report = trained(HERE, 100)
    chart = training_chart(report)
    assert chart is not None
    assert chart.is_dense
    each, mean, validation = chart.curves
    assert [point.mean for point in each.points] == list(report.tuned.losses)
    assert [point.n for point in each.points] == [*range(1, 101)]
    assert [point.mean for point in mean.points] == running_mean(report.tuned.losses)
    assert [(point.n, point.mean) for point in validation.points] == [
        (one["step"], one["loss"]) for one in report.tuned.evaluations
    ]


def test_a_long_course_is_drawn_by_the_means_of_its_stretches() -> None:
    chart = training_chart(trained(HERE, 1201))
    assert chart is not None
    each = chart.curves[0].points
    losses = trained(HERE, 1201).tuned.losses
    assert len(each) == 401
    assert (each[0].n, each[0].mean) == (3, pytest.approx(sum(losses[:3]) / 3))
    assert (each[-1].n, each[-1].mean) == (1201, losses[-1])


def test_the_running_mean_is_that_of_the_last_twentieth() -> None:
    found = running_mean([float(number) for number in range(60)])
    assert found[:4] == [0, 0.5, 1, 2], "of the first steps as many as there are"
    assert found[-1] == pytest.approx((57 + 58 + 59) / 3)
