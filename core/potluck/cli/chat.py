"""``potluck chat``."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from potluck.cli.ask import answer
from potluck.cli.common import open_recipe, recipe_argument, set_option, warn
from potluck.cli.terminal import echo
from potluck.errors import OutputFailed, PotluckError


@click.command("chat")
@recipe_argument
@set_option
def command(recipe: Path, overrides: tuple[str, ...]) -> None:
    """Ask questions one after another; models stay loaded.

    Each line is a question of its own, answered from the documents. An empty line or the end of input leaves.
    """
    with open_recipe(recipe, overrides, as_json=False) as opening:
        warn(opening.index().failures)
        while question := _next():
            try:
                answer(opening, question)
            except OutputFailed:
                raise
            except PotluckError as error:
                echo(str(error), fg="red", err=True)


def _next() -> str:
    if sys.stdin is None:
        raise PotluckError("standard input is closed, so no question can be read from it")
    try:
        if sys.stdin.isatty():
            echo("> ", nl=False)
        return sys.stdin.readline().strip()
    except OSError as error:
        raise PotluckError(f"no question can be read from standard input ({error.strerror or error})") from error
