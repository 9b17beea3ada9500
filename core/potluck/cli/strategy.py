"""``potluck strategy``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from potluck.cli.common import fresh_option, is_quiet, json_option, open_observers, quiet_option, shorten_path
from potluck.cli.terminal import draw, echo, print_json

if TYPE_CHECKING:
    from potluck.recipe.model import RecipeModel
    from potluck.results.strategy import StrategyResult
    from potluck.strategy.selection import SelectionOutcome, SelectionPlan


@click.command("strategy")
@click.argument("data", type=click.Path(path_type=Path))
@click.option("--input", "given", metavar="KEY", default="prompt", show_default=True, help="The key of the message.")
@click.option("--target", metavar="KEY", default="completion", show_default=True, help="The key of the right label.")
@click.option("--chat", metavar="YAML", help="The chat model: a plugin's name, or {use: NAME, model: FOLDER}.")
@click.option("--embedder", metavar="YAML", help="The embedder, written likewise; that of recipes if left out.")
@click.option(
    "--tuner",
    "tuners",
    multiple=True,
    metavar="YAML",
    help="A tuner, in a row of its own: a plugin's name, or {use: NAME, r: 4}.",
)
@click.option("--model", metavar="MODEL", help="What the tuners tune; the chat model's if left out.")
@click.option("--rule", "rules", multiple=True, metavar="LABEL=PATTERN", help="A pattern of the row 'rule'.")
@click.option("--rows", metavar="NAME,...", help="Only these rows.")
@click.option("--budget", type=click.FloatRange(min=0), default=2.0, show_default=True, help="US dollars.")
@click.option("--minutes", type=click.FloatRange(min=0), default=10.0, show_default=True, help="Time for all rows.")
@click.option("--limit", type=click.IntRange(min=2), help="Ask at most N of the held-out messages.")
@click.option("--seed", type=click.IntRange(min=0), default=0, show_default=True, help="What draws split and examples.")
@click.option("--wide", is_flag=True, help="Show all columns of the table, however wide it gets.")
@click.option("--full", is_flag=True, help="Ask every row everything: nothing drops out.")
@fresh_option
@quiet_option
@json_option
def command(
    data: Path,
    given: str,
    target: str,
    chat: str | None,
    embedder: str | None,
    tuners: tuple[str, ...],
    model: str | None,
    rules: tuple[str, ...],
    rows: str | None,
    budget: float,
    minutes: float,
    limit: int | None,
    seed: int,
    wide: bool,
    full: bool,
    fresh: bool,
    as_json: bool,
) -> None:
    """Find out which strategy suits labelled data.

    Prompts, examples in the prompt, neighbours, a classifier on embeddings, or a tuned model.

    DATA is a JSON Lines file, of which a quarter is held out, or a folder with train.jsonl and perhaps test.jsonl. All
    rows are asked the same held-out messages; those that are surely worse, or expensive and hardly worth it, drop out
    early. Answers are kept in .potluck beside the data: an interrupted run continues from there, and --fresh asks
    everything again.
    """
    from potluck.strategy.selection import SelectionPlan

    names = tuple(name.strip() for name in rows.split(",") if name.strip()) if rows else ()
    plan = SelectionPlan(
        data, given, target, chat is not None, names, limit, budget, minutes, full, rules, tuners, model, fresh
    )
    outcome, kept = _run(_recipe(chat, embedder, seed, model), plan, as_json)
    if as_json:
        print_json(outcome.document)
    else:
        _print(outcome.result, wide)
        echo(f"the report is {shorten_path(kept / 'report.html')}")


def _run(recipe: RecipeModel, plan: SelectionPlan, as_json: bool) -> tuple[SelectionOutcome, Path]:
    """Run the rows; the outcome, and the folder in which it is kept as a run."""
    import time

    from potluck.runs.run import keep_strategy
    from potluck.strategy.selection import strategy

    started = time.time()
    with open_observers(as_json, recipe) as observers:
        outcome = strategy(recipe, plan, observers)
    return outcome, keep_strategy(outcome.result, recipe, plan.data, started)


def _recipe(chat: str | None, embedder: str | None, seed: int, tuned: str | None) -> RecipeModel:
    """A recipe that names the models and nothing else; the network is shut unless one of them needs it."""
    from potluck import recipe as recipes
    from potluck.api import Recipe
    from potluck.egress import guard_process

    named = {"embedder": embedder, "chat": chat}
    said = [f"seed={seed}", *(f"{key}={value}" for key, value in named.items() if value is not None)]
    model = recipes.loads("potluck: 1", Path("--chat"), said, check_installed=False)
    if not Recipe(model).needs_network() and not str(tuned).startswith("hf://"):
        guard_process("no option names a remote component")
    return model


def _print(result: StrategyResult, wide: bool) -> None:
    from potluck.strategy.results_table import strategy_table, summary_lines

    echo(result.recommendation.words, bold=True)
    if is_quiet():
        return
    echo()
    draw(strategy_table(result), wide=wide)
    for line in summary_lines(result):
        echo(line)
