"""``potluck run``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from potluck.cli.common import (
    fresh_option,
    open_recipe,
    print_citations,
    print_ledger,
    print_notes,
    recipe_options,
    warn,
)
from potluck.cli.evaluate import print_metrics
from potluck.cli.terminal import echo, print_json
from potluck.runs.recipe_run import RunReport

if TYPE_CHECKING:
    from potluck.runs.task_run import TaskRun


@click.command("run")
@recipe_options
@fresh_option
def command(recipe: Path, overrides: tuple[str, ...], as_json: bool, fresh: bool) -> None:
    """Do all that a recipe asks for: index its documents or tune its model, answer its questions, measure.

    The run's manifest and answers are kept in .potluck/runs beside the recipe; of a tuning a report and pictures too.
    """
    with open_recipe(recipe, overrides, as_json, fresh=fresh) as opening:
        report = opening.run()
    if as_json:
        print_json(report.as_json())
    elif isinstance(report, RunReport):
        _print(report)
    else:
        _print_task(report)


def _print(report: RunReport) -> None:
    warn(report.index.failures)
    print_notes(report.index.notes)
    for one in report.evaluation.answered if report.evaluation else ():
        echo(f"\n? {one.question.question}", bold=True)
        echo(one.report.answer.text)
        print_citations(one.report.citations)
    echo("\nLedger")
    print_ledger(report.index.ledger)
    if report.evaluation:
        print_notes(report.evaluation.notes)
        print_ledger(report.evaluation.ledger)
        echo("\nMeasures")
        print_metrics(report.evaluation.metrics)
    echo(f"\n{report.seconds:.1f} s; the manifest is {report.folder / 'manifest.json'}")


def _print_task(run: TaskRun) -> None:
    from potluck.cli.tune import print_tuned
    from potluck.tasks.evaluate import lines

    if run.tuned is not None:
        print_tuned(run.tuned)
    if run.evaluation is not None:
        echo("\nMeasures")
        echo("\n".join(lines(run.evaluation)))
    for note in run.notes:
        echo(note, err=True, fg="yellow")
    echo(f"\n{run.seconds:.1f} s; the report is {run.folder / 'report.html'}")
