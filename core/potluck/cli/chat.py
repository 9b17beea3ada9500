"""``potluck chat``."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from potluck.cli.ask import answer
from potluck.cli.common import open_recipe, recipe_options, warn
from potluck.cli.terminal import echo, error_json, print_json
from potluck.errors import OutputFailed, PotluckError


@click.command("chat")
@recipe_options
def command(recipe: Path, overrides: tuple[str, ...], as_json: bool) -> None:
    """Ask questions one after another; models stay loaded.

    Each line is a question of its own, answered from the documents. An empty line or the end of input leaves.
    With --json every answer is an object on a line of its own, as is the error of a question that has none.
    """
    with open_recipe(recipe, overrides, as_json) as opening:
        warn(opening.index().failures)
        while question := _next_question(prompt=not as_json):
            try:
                if as_json:
                    print_json(opening.ask(question).as_json(), indent=None)
                else:
                    answer(opening, question)
            except OutputFailed:
                raise
            except PotluckError as error:
                if as_json:
                    print_json(error_json(error), indent=None)
                echo(str(error), fg="red", err=True)


def _next_question(prompt: bool) -> str:
    if sys.stdin is None:
        raise PotluckError("standard input is closed, so no question can be read from it")
    try:
        if prompt and sys.stdin.isatty():
            echo("> ", nl=False)
        return sys.stdin.readline().strip()
    except OSError as error:
        raise PotluckError(f"no question can be read from standard input ({error.strerror or error})") from error
