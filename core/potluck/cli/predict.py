"""``potluck predict``."""

from __future__ import annotations

import time
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import click

from potluck.amounts import many
from potluck.cli.common import fresh_option, open_recipe, print_notes, recipe_options
from potluck.cli.terminal import echo, print_result
from potluck.visible import visible_line

if TYPE_CHECKING:
    from potluck.api import Recipe
    from potluck.report.predictions import PredictedRow
    from potluck.results.runs import PredictResult

_LABELS = 10
"""Labels whose numbers are shown."""


@click.command("predict")
@recipe_options
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--to",
    type=click.Path(path_type=Path),
    help="Where to write: a file that ends in .jsonl, .csv or .tsv. Without it: beside FILE.",
)
@fresh_option
def command(recipe: Path, overrides: tuple[str, ...], as_json: bool, file: Path, to: Path | None, fresh: bool) -> None:
    """Answer the rows of a file, and write them with the answers and how sure the model is.

    FILE holds the fields that the recipe's prompt needs, like its dataset, and no right answers: .jsonl, .json, .csv,
    .tsv, .xlsx or .parquet. Its other fields are kept. In a classification each label has a score; the score of a text
    is how likely the model finds it. For a recipe with documents FILE holds questions, and the answers come with
    citations.

    The file of predictions appears whole or not at all. What was answered before is not asked again, so a killed
    command continues when it is run again.
    """
    from potluck.report.predictions import check_place, write_predictions

    into = to or _beside(file)
    check_place(into, file)
    with open_recipe(recipe, overrides, as_json, fresh=fresh, apart=[file]) as opening:
        rows, result = _predict(opening, file, into)
    write_predictions(into, rows)
    if as_json:
        print_result(result)
    else:
        _print(result)


def _beside(file: Path) -> Path:
    ending = file.suffix.lower() if file.suffix.lower() in (".csv", ".tsv") else ".jsonl"
    return file.with_name(f"{file.stem}.predictions{ending}")


def _predict(opening: Recipe, file: Path, into: Path) -> tuple[list[PredictedRow], PredictResult]:
    from potluck.answering.remarks import remarks_on_all
    from potluck.documents import Usage
    from potluck.report.predictions import check_names, row_of_answer, row_of_prediction
    from potluck.results.runs import PredictResult
    from potluck.workloads import answers_task

    started = time.perf_counter()
    if answers_task(opening.model):
        rows = opening.task.rows(file)
        check_names(dict.fromkeys(name for row in rows for name in row.fields), file)
        predicted = [*opening.task.predict(rows)]
        found = [row_of_prediction(one) for one in predicted]
        answers = {f"row {row.number}": one.answer for row, one in zip(rows, predicted, strict=True)}
        labels = Counter(one.answer.text for one in predicted if one.scores)
        before = sum(one.cached for one in predicted)
    else:
        answered = opening.evaluate(file).answered
        found, labels = [row_of_answer(one) for one in answered], Counter[str]()
        answers = {one.question.id: one.answer for one in answered}
        before = sum(one.cached for one in answered)
    return found, PredictResult(
        file=str(into),
        rows=len(found),
        labels=dict(labels.most_common()),
        answered_before=before,
        notes=tuple(remarks_on_all(answers)),
        seconds=round(time.perf_counter() - started, 3),
        tokens=sum((one.usage for one in answers.values()), Usage()),
    )


def _print(result: PredictResult) -> None:
    print_notes(result.notes)
    width = max((len(f"{count:,}") for count in result.labels.values()), default=0)
    for label, count in [*result.labels.items()][:_LABELS]:
        echo(f"  {count:{width},}  {visible_line(label)}")
    if len(result.labels) > _LABELS:
        echo(f"  and {len(result.labels) - _LABELS} more labels")
    before = f", {result.answered_before:,} of them answered before" if result.answered_before else ""
    echo(f"{many(result.rows, 'row')} in {result.seconds:.1f} s{before}: {result.file}")
