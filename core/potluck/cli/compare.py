"""``potluck compare``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, cast

import click

from potluck.cli.common import fresh_option, is_quiet, open_recipe, say_questions, shorten_path, source_options
from potluck.cli.terminal import draw, echo, print_json
from potluck.recipe.decision import MOST_SEEDS
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
@click.option("--metric", help="The measure that the conclusion and the causes are about.")
@click.option("--repeats", type=click.IntRange(min=1), default=1, help="Rounds, for chat models that sample.")
@click.option(
    "--seeds", type=click.IntRange(1, MOST_SEEDS), help="Train each tuned variant so often, with seeds of its own."
)
@click.option("--causes/--no-causes", default=True, help="Find out which stage made each difference.")
@click.option("--perplexity", is_flag=True, help="Also ask how likely the models hold the right answers.")
@click.option(
    "--judge", "judges", multiple=True, metavar="CHAT",
    help="A chat model that says which of two answers is better; twice: how far two of them agree.",
)  # fmt: skip
@click.option(
    "--labels", type=click.Path(path_type=Path), metavar="FILE",
    help="What people say of the answers: the labels.csv of a run with --judge, filled in. Corrects the judge.",
)  # fmt: skip
@click.option("--choose", is_flag=True, help="Choose on one half of the questions, and report on the other half.")
@click.option("--gate", metavar="CONDITION", help='Stop as soon as it is decided: "f1 >= baseline - 0.02".')
@click.option("--explore", is_flag=True, help="Also look for differences by the measures that do not decide.")
@click.option("--pairs", is_flag=True, help="Also show the result of each pair of variants.")
@click.option("--wide", is_flag=True, help="Also show all measures with their intervals, however wide that is.")
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
    seeds: int | None,
    causes: bool,
    perplexity: bool,
    judges: tuple[str, ...],
    labels: Path | None,
    choose: bool,
    gate: str | None,
    explore: bool,
    pairs: bool,
    wide: bool,
    fresh: bool,
) -> int:
    """Ask the same questions with one thing changed, and say whether the difference is real.

    SOURCE is a recipe, or documents without one: a folder or files.

    The swaps stand under `compare:` in the recipe, or are given with --swap; any key can be swapped. Work that a swap
    does not touch is done once. The answers side by side are in report.html of the run's folder. The exit status is 1
    if a variant failed; with --gate 1 if the condition does not hold, and 3 if the questions do not decide it.
    """
    from potluck.comparison.compare import Plan

    plan = Plan(
        swaps, cast(Design, design), questions, limit, baseline, metric, repeats, seeds, causes, perplexity, explore,
        judges, labels, choose,
    )  # fmt: skip
    with open_recipe(sources, overrides, as_json, plan, fresh=fresh, apart=[questions, labels]) as opening:
        say_questions(opening.model, questions)
        if gate is not None:
            from potluck.cli.gate import report

            return report(opening.gate(gate, plan), as_json)
        comparison = opening.compare(plan)
    return _report(comparison, as_json, pairs, wide)


def _report(comparison: Comparison, as_json: bool, pairs: bool, wide: bool) -> int:
    """Print what was found, and return the exit status."""
    if as_json:
        print_json(comparison.document)
    else:
        _print(comparison, pairs, wide)
    return 1 if comparison.failed else 0


def _print(comparison: Comparison, pairs: bool, wide: bool) -> None:
    from potluck.comparison import ranking_table, table
    from potluck.comparison.wording import listing

    result = comparison.result
    for number, sentence in enumerate(result.conclusion.sentences):
        echo(sentence, bold=number == 0)
    if not is_quiet():
        echo()
        draw(ranking_table.ranking_table(result), wide=wide)
        if result.effects:
            draw(ranking_table.effects_table(result), wide=wide)
        if wide:
            draw(table.of(result), wide=True)
        elif (means := ranking_table.means_table(result)) is not None:
            draw(means)
        echo(ranking_table.how_intervals_are_meant(result), dim=True)
        sentences = (*(table.pair_sentences(result) if pairs else ()), *table.explored_sentences(result))
        for line in (*sentences, *table.judge_and_causes(result, pairs)):
            echo(line)
    for note in comparison.notes:
        echo(note, fg="yellow", err=True)
    for error in dict.fromkeys(comparison.failed.values()):
        names = [name for name, other in comparison.failed.items() if other == error]
        echo(f"{listing(names)} failed: {error}", fg="red", err=True)
    if comparison.unlabelled is not None:
        echo("to check the judge: write 1, 2 or tie into this sheet, and add --labels SHEET")
        echo(f"sheet of labels: {shorten_path(comparison.unlabelled)}")
    echo(f"answers side by side: {shorten_path(comparison.folder / 'report.html')}")
