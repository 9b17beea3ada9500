"""``potluck evaluate``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from potluck.amounts import many
from potluck.cli.common import (
    fresh_option,
    is_quiet,
    open_recipe,
    print_ledger,
    print_notes,
    say_questions,
    shorten_path,
    source_options,
    warn_of_index,
)
from potluck.cli.terminal import echo, print_json

if TYPE_CHECKING:
    from potluck.evaluation.results import EvaluationReport


@click.command("evaluate")
@source_options
@click.option(
    "--questions",
    type=click.Path(path_type=Path),
    help="A file of questions, instead of the recipe's: .jsonl, .json, .csv, .tsv, .xlsx, .parquet.",
)
@click.option("--limit", type=click.IntRange(min=1), help="Only the first N questions.")
@fresh_option
def command(
    sources: tuple[Path, ...],
    overrides: tuple[str, ...],
    as_json: bool,
    questions: Path | None,
    limit: int | None,
    fresh: bool,
) -> None:
    """Answer a file of questions, and measure retrieval and answers.

    SOURCE is a recipe, or documents without one: a folder or files.

    For a recipe with a task and without documents the file holds examples, like its dataset; the labels of a
    classification are scored as choices.

    A question may have question_id, question, gold_ids (file names without their extensions), gold_sections, answers,
    gold_facts and answerable.

    The answers and a report are kept as a run, see `potluck runs`.

    What a model answered before, to the same prompt, is not asked again, unless --fresh is given or the recipe's chat
    model has `cache: false`.
    """
    with open_recipe(sources, overrides, as_json, fresh=fresh, apart=[questions]) as opening:
        say_questions(opening.model, questions)
        kept = opening.measure(questions, limit)
    prepared, report = kept.preparation, kept.evaluation
    assert report is not None, "questions were asked"
    if as_json:
        print_json(report.as_json())
        return
    if prepared.index is not None:
        warn_of_index(prepared.index)
    print_notes(prepared.notes)
    print_evaluation(report)
    echo(f"the report is {shorten_path(kept.folder / 'report.html')}")


def print_evaluation(report: EvaluationReport) -> None:
    """Print the results for people: the conclusion, and unless ``quiet`` the measures."""
    print_notes(report.notes)
    for number, sentence in enumerate(report.conclusion):
        echo(sentence, bold=number == 0)
    if not is_quiet():
        print_metrics(report)
        _print_confusion(report)
    echo(f"{many(len(report.answered), report.unit.removesuffix('s'))} in {report.seconds:.1f} s")
    print_ledger(report.ledger, report.notes)


def print_metrics(report: EvaluationReport) -> None:
    """Print the measures, one per line; a count of zero withheld answers is left out."""
    for name, value in report.metrics.items():
        if name == "filtered" and not value:
            continue
        figure = "-" if value is None else f"{value}" if isinstance(value, int) else f"{value:.3f}"
        found = report.intervals.get(name)
        echo(f"  {name:20} {figure if found is None else found}")
        for one in report.baselines if name == "accuracy" else ():
            echo(f"    {one.name:18} {one.accuracy:.3f}", dim=True)


def _print_confusion(report: EvaluationReport) -> None:
    if report.classes is None:
        return
    echo(f"  rarest label: {report.classes.minority}")
    for gold, found in report.classes.confusion.items():
        wrong = ", ".join(f"{label} ({count})" for label, count in found.items() if label != gold)
        if wrong:
            echo(f"  {gold} taken for {wrong}")
