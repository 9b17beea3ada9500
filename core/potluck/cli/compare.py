"""``potluck compare``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, cast

import click

from potluck.cli.common import fresh_option, open_recipe, source_options
from potluck.cli.terminal import draw, echo, print_json
from potluck.recipe.variants import DESIGNS, Design

if TYPE_CHECKING:
    from potluck.runs.comparison_run import Comparison


@click.command("compare")
@source_options
@click.option("--swap", "swaps", multiple=True, metavar="AXIS=VALUE,...", help="An axis: retriever.k=2,4.")
@click.option("--design", type=click.Choice(DESIGNS), default="grid", show_default=True, help="Which combinations.")
@click.option("--baseline", metavar="VARIANT", help="The variant that others are compared with; the first if left out.")
@click.option("--questions", type=click.Path(path_type=Path), help="A file of questions, instead of the recipe's.")
@click.option("--limit", type=click.IntRange(min=1), help="Only the first N questions.")
@click.option("--metric", help="The measure that words and causes are about.")
@click.option("--repeats", type=click.IntRange(min=1), default=1, help="Rounds, for chat models that sample.")
@click.option("--causes/--no-causes", default=True, help="Find out which stage made each difference.")
@click.option("--perplexity", is_flag=True, help="Also ask how likely the models hold the right answers.")
@click.option("--judge", metavar="CHAT", help="A chat model that says which of two answers is better.")
@click.option("--gate", metavar="CONDITION", help='Stop as soon as it is decided: "f1 >= baseline - 0.02".')
@fresh_option
def command(
    sources: tuple[Path, ...],
    overrides: tuple[str, ...],
    as_json: bool,
    swaps: tuple[str, ...],
    design: str,
    baseline: str | None,
    questions: Path | None,
    limit: int | None,
    metric: str | None,
    repeats: int,
    causes: bool,
    perplexity: bool,
    judge: str | None,
    gate: str | None,
    fresh: bool,
) -> int:
    """Ask the same questions with one thing changed, and say whether the difference is real.

    SOURCE is a recipe, or documents without one: a folder or files.

    What is swapped stands under `compare:` in the recipe, or is said with --swap; any key can be. Work that a swap
    does not touch is done once. The answers side by side are in report.html of the run's folder. The exit status is 1
    if a variant failed; with --gate 1 if the condition does not hold, and 3 if the questions do not decide it.
    """
    from potluck.comparison.compare import Plan

    plan = Plan(swaps, cast(Design, design), questions, limit, baseline, metric, repeats, causes, perplexity, judge)
    with open_recipe(sources, overrides, as_json, plan, fresh=fresh, apart=questions) as opening:
        if gate is not None:
            from potluck.cli.gate import report

            return report(opening.gate(gate, plan), as_json)
        comparison = opening.compare(plan)
    if as_json:
        print_json(comparison.document)
    else:
        _print(comparison)
    return 1 if comparison.failed else 0


def _print(comparison: Comparison) -> None:
    from potluck.comparison import table

    draw(table.of(comparison.result))
    for line in table.verdicts(comparison.result):
        echo(line)
    for note in comparison.notes:
        echo(note, fg="yellow", err=True)
    for name, error in comparison.failed.items():
        echo(f"{name} failed: {error}", fg="red", err=True)
    echo(f"answers side by side: {comparison.folder / 'report.html'}")
