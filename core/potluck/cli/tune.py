"""``potluck tune``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from potluck.cli.common import open_recipe, print_ledger, recipe_options, shorten_path
from potluck.cli.terminal import echo, print_json

if TYPE_CHECKING:
    from potluck.stages.tune import TuneReport


@click.command("tune")
@recipe_options
def command(recipe: Path, overrides: tuple[str, ...], as_json: bool) -> None:
    """Train what a recipe's tuner learns from its dataset, and keep it as an artifact.

    Nothing is trained twice; a killed run resumes where it stopped. Afterwards `ask`, `chat` and `evaluate` answer with
    the tuned model.
    """
    import time

    from potluck.evaluation.workload import Preparation
    from potluck.runs.done import Done
    from potluck.tuning.processes import is_main_process

    started = time.time()
    with open_recipe(recipe, overrides, as_json or not is_main_process()) as opening:
        report = opening.tune()
        if not is_main_process():
            return
        kept = opening.keep(Done("tune", started), Preparation(tuning=report))
    if as_json:
        print_json(report.as_json())
    else:
        print_tuned(report)
        echo(f"the report is {shorten_path(kept.folder / 'report.html')}")


def print_tuned(report: TuneReport) -> None:
    """The outcome of a tuning, for people."""
    tuned = report.tuned
    for number, sentence in enumerate(report.conclusion):
        echo(sentence, bold=number == 0)
    share = tuned.trainable_parameters / report.total_parameters
    echo(f"{tuned.trainable_parameters:,} parameters trained, {share:.2%} of the model's")
    echo(f"{len(tuned.losses):,} steps in {tuned.seconds:,.0f} s, {tuned.tokens_per_second:,.0f} tokens/s")
    for note in report.notes:
        echo(note, err=True, fg="yellow")
    print_ledger(report.ledger, report.notes)
    kept = ", which was there already" if report.reused else ""
    echo(f"{shorten_path(report.adapter)}{kept}")
