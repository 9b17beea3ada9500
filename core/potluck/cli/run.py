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
    say_questions,
    shorten_path,
    source_options,
    warn,
)
from potluck.cli.evaluate import print_evaluation
from potluck.cli.terminal import echo, print_json

if TYPE_CHECKING:
    from potluck.runs.run import RunReport


@click.command("run")
@source_options
@fresh_option
def command(sources: tuple[Path, ...], overrides: tuple[str, ...], as_json: bool, fresh: bool) -> None:
    """Do all that a recipe asks for: index its documents or tune its model, answer its questions, measure.

    SOURCE is a recipe, or documents without one: a folder or files.

    The run's manifest, answers and report are kept in .potluck/runs beside the recipe.
    """
    with open_recipe(sources, overrides, as_json, fresh=fresh) as opening:
        say_questions(opening.model, None)
        report = opening.run()
    if as_json:
        print_json(report.as_json())
    else:
        _print(report)


def _print(report: RunReport) -> None:
    from potluck.cli.tune import print_tuned

    if report.index is not None:
        warn(report.index.failures)
        print_notes(report.index.notes)
    if report.tuning is not None:
        print_tuned(report.tuning)
    for one in report.evaluation.answered if report.evaluation and report.index else ():
        echo(f"\n? {one.question.question}", bold=True)
        echo(one.answer.text)
        print_citations(one.citations)
    if report.index is not None:
        echo()
        print_ledger(report.index.ledger, report.index.notes)
    if report.evaluation is not None:
        echo("\nMeasures")
        print_evaluation(report.evaluation)
    for note in report.notes:
        echo(note, err=True, fg="yellow")
    echo(
        f"\n{report.seconds:.1f} s; the report is {shorten_path(report.folder / 'report.html')}, the manifest beside it"
    )
