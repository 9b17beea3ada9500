"""``potluck prompts list``, ``lint`` and ``score``."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from potluck.cli.common import json_option, recipe_argument, show_progress
from potluck.cli.groups import CommandGroup
from potluck.cli.terminal import draw, echo, print_json

if TYPE_CHECKING:
    from potluck.api import Recipe
    from potluck.prompts.score import Scores, ScoreTable

_file = click.Path(path_type=Path)


@click.group("prompts", cls=CommandGroup)
def command() -> None:
    """List prompts, find what is wrong with them, or measure how much their wording matters."""


@command.command("list")
@recipe_argument
@json_option
def list_prompts(recipe: Path, as_json: bool) -> None:
    """List the prompts of a RECIPE, its own and those it compares, each with the hash of its wording."""
    from potluck.prompts.listing import prompts_of
    from potluck.recipe import loads
    from potluck.recipe.yaml_reader import read_text

    text = read_text(recipe)
    loads(text, recipe, check_installed=False)
    found = prompts_of(text, recipe)
    if as_json:
        print_json([prompt.as_json() for prompt in found])
        return
    for prompt in found:
        line = f"line {prompt.place.line}" if prompt.place else ""
        short = " ".join(prompt.text.split())
        shown = short if len(short) <= 60 else short[:59] + "…"
        echo(f"{prompt.as_json()['hash']}  {prompt.name:24} {line:9} {shown}")


@command.command("lint")
@click.argument("file", type=_file)
@click.option("--questions", type=_file, help="The questions that the prompt is measured by, instead of the recipe's.")
@json_option
def lint_prompts(file: Path, questions: Path | None, as_json: bool) -> int:
    """Find what is wrong with the prompts of a recipe, a file of wordings, or a text FILE that holds one prompt.

    Unknown and missing fields, no line for what the documents do not say, examples that give away answers of the
    questions, two Chinese scripts in one prompt, a prompt that the chat model has no room for. The exit status is 1
    if there is an error.
    """
    from potluck.prompts.lint import lint

    found = lint(file, questions)
    if as_json:
        print_json([finding.as_json() for finding in found])
    else:
        for finding in found:
            colour = "red" if finding.level == "error" else "yellow"
            echo(f"{finding.level}: {finding.problem}", fg=colour)
            if finding.advice:
                echo(f"  {finding.advice}")
        if not found:
            echo("nothing wrong was found")
    return 1 if any(finding.level == "error" for finding in found) else 0


@command.command("score")
@click.argument("recipe", type=_file, required=False)
@click.option("--chat", metavar="NAME", help="The chat model, where no recipe names one: a plugin's name.")
@click.option("--set", "overrides", multiple=True, metavar="KEY=VALUE", help="A setting: chat.model=FOLDER.")
@click.option("--facts", type=_file, help="Cloze facts, JSON Lines with X and Y (or LAMA's names).")
@click.option("--pairs", type=_file, help="Sentence pairs, JSON Lines with premise, hypothesis and label.")
@click.option("--templates", type=_file, help="A YAML file with templates, and verbalisers for sentence pairs.")
@click.option("--template", "texts", multiple=True, metavar="TEXT", help="A wording: '{X} is located in {Y}.'")
@click.option("--verbaliser", "words", multiple=True, metavar="LABEL=WORD", help="The word for a label.")
@click.option(
    "--candidates",
    type=click.Choice(["answers", "vocabulary"]),
    default="answers",
    show_default=True,
    help="What a model may choose from: the answers of all facts, or all words that are one token.",
)
@click.option("--limit", type=click.IntRange(min=1), help="Only the first N facts or pairs.")
@click.option(
    "--small", type=click.IntRange(min=2), default=32, show_default=True, help="The size of the second, small set."
)
@click.option("--seed", type=click.IntRange(min=0), default=0, show_default=True, help="What draws the small set.")
@json_option
def score_prompts(
    recipe: Path | None,
    chat: str | None,
    overrides: tuple[str, ...],
    facts: Path | None,
    pairs: Path | None,
    templates: Path | None,
    texts: tuple[str, ...],
    words: tuple[str, ...],
    candidates: str,
    limit: int | None,
    small: int,
    seed: int,
    as_json: bool,
) -> None:
    """Measure wordings of one task on a model that says how likely texts are: causal or masked.

    Each wording gets the share of right answers with its 95 % interval; the spread, best less worst, says how much the
    wording matters. For sentence pairs a small set is measured beside the whole one, to show what it can tell.
    """
    from potluck.answering.choices import check_scores_text
    from potluck.observation.stage import stage
    from potluck.prompts.items import read_facts, read_pairs
    from potluck.prompts.score import WordingChooser, score
    from potluck.prompts.wordings import FACTS, PAIRS, read_wordings

    if (facts is None) == (pairs is None):
        raise click.UsageError("name what to measure on: --facts FILE or --pairs FILE")
    task = FACTS if facts is not None else PAIRS
    found = read_wordings(templates, task, texts, words)
    items = read_facts(facts, limit) if facts else read_pairs(pairs or Path(), found.verbalisers, limit)
    with _open_chat(recipe, chat, overrides) as opening, show_progress(opening.observers, as_json):
        model = opening.chat_model()
        check_scores_text(model, opening.model.chat.name, "so that wordings cannot be measured by it")
        one_word = candidates == "vocabulary" and task is FACTS
        if task is PAIRS:
            choices = list(dict.fromkeys(found.verbalisers.values()))
        else:
            choices = list(model.vocabulary()) if one_word else sorted({item.answer for item in items})
        rows = [WordingChooser(wording, model, one_word) for wording in found.wordings]
        size = small if task is PAIRS else 0
        with stage(opening.observers, "score", "choices", len(rows) * len(items), opening.model.chat) as running:
            scores = score(task, rows, items, choices, small=size, seed=seed, on_item=running.advance)
    print_json(scores.as_json()) if as_json else _print(scores)


@contextmanager
def _open_chat(path: Path | None, chat: str | None, overrides: Sequence[str]) -> Iterator[Recipe]:
    """A recipe for its chat model; without a file, one that names nothing else."""
    from potluck import recipe as recipes
    from potluck.api import Recipe
    from potluck.egress import guard_process

    if path is None and chat is None:
        raise click.UsageError("name a model: a RECIPE, or --chat NAME --set chat.model=FOLDER")
    said = (*overrides, *([f"chat.use={chat}"] if chat is not None else []))
    if path is None:
        model = recipes.loads("potluck: 1", Path("--chat"), said, check_installed=False)
    else:
        model = recipes.load(path, said, check_installed=False)
    with Recipe(model) as opening:
        if not opening.needs_network():
            guard_process("the chat model is on this machine")
        yield opening


def _print(scores: Scores) -> None:
    from potluck.terminal_tables import TerminalTable

    drawn = TerminalTable(_title(scores))
    drawn.add_column("wording", folds=True)
    drawn.add_column("hash")
    for table in scores.tables:
        drawn.add_column(f"{scores.task.measure}, {table.n} {scores.task.name}")
    drawn.add_column("text", folds=True)
    for number, row in enumerate(scores.rows):
        cells = [_interval(table, number) for table in scores.tables]
        drawn.add_row(row.name, row.fingerprint[:12], *cells, row.text)
    draw(drawn)
    for table in scores.tables:
        _print_table(table, scores)
    if scores.left_out:
        echo(f"left out: {scores.left_out} whose answer is not one word of the model's vocabulary")


def _title(scores: Scores) -> str:
    return f"{scores.candidates} candidates; the commonest answer is right {scores.guess:.3f} of the time"


def _interval(table: ScoreTable, number: int) -> str:
    return str(table.means[number])


def _print_table(table: ScoreTable, scores: Scores) -> None:
    spread = table.spread
    if len(scores.rows) < 2 or spread.chance is None:
        return
    echo(
        f"spread over {table.n} {scores.task.name}: {spread.value:.3f} [{spread.low:.3f}, {spread.high:.3f}]; "
        f"up to {spread.chance:.3f} is chance"
    )
    for one in table.against:
        echo(f"  {one.sentence}")
