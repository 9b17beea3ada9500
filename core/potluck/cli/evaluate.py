"""``potluck evaluate``."""

from __future__ import annotations

from pathlib import Path

import click

from potluck.cli.common import opened, print_json, print_ledger, recipe_options, warn


@click.command("evaluate")
@recipe_options
@click.option("--questions", type=click.Path(path_type=Path), help="A JSON Lines file, instead of the recipe's.")
@click.option("--limit", type=click.IntRange(min=1), help="Only the first so many questions.")
def command(recipe: Path, overrides: tuple[str, ...], as_json: bool, questions: Path | None, limit: int | None) -> None:
    """Answer a file of questions, and measure retrieval and answers.

    A question's line may have question_id, question, gold_ids (file names without their extensions), gold_sections,
    answers, gold_facts and answerable.
    """
    with opened(recipe, overrides, as_json) as opening:
        failures = opening.index().failures
        report = opening.evaluate(questions, limit)
    if as_json:
        print_json(report.as_json())
        return
    warn(failures)
    print_metrics(report.metrics)
    click.echo(f"{len(report.answered)} questions in {report.seconds:.1f} s")
    print_ledger(report.ledger)


def print_metrics(metrics: dict[str, float | None]) -> None:
    """Print the measures, one a line."""
    for name, value in metrics.items():
        shown = "-" if value is None else f"{value}" if isinstance(value, int) else f"{value:.3f}"
        click.echo(f"  {name:20} {shown}")
