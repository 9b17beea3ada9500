"""``potluck chat``."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import click

from potluck.cli.ask import answer, answer_task
from potluck.cli.common import open_recipe, source_options, warn
from potluck.cli.task_fields import FieldsUnreadable, next_fields
from potluck.cli.terminal import echo, error_json, print_json
from potluck.errors import OutputFailed, PotluckError

if TYPE_CHECKING:
    from potluck.api import Recipe
    from potluck.documents import Json

_QUESTION = "question"


@click.command("chat")
@source_options
def command(sources: tuple[Path, ...], overrides: tuple[str, ...], as_json: bool) -> None:
    """Ask questions one after another; models stay loaded.

    SOURCE is a recipe, or documents without one: a folder or files.

    Each line is a question of its own, answered from the documents. An empty line or the end of input leaves. With
    --json every answer is an object on a line of its own, as is the error of a question that has none.

    For a recipe that names a task a line is the field of its prompt. If the prompt has several fields, each has a line
    of its own on a terminal, and elsewhere a line is an object of JSON with all of them.
    """
    from potluck.workloads import answers_task

    with open_recipe(sources, overrides, as_json) as opening:
        if answers_task(opening.model):
            names: tuple[str, ...] = opening.task.wording.fields
        else:
            names = (_QUESTION,)
            warn(opening.index().failures)
        while _answer_next(opening, names, as_json):
            pass


def _answer_next(opening: Recipe, names: tuple[str, ...], as_json: bool) -> bool:
    """Answer the next question; False if there is none."""
    from potluck.workloads import answers_task

    try:
        if (fields := next_fields(names, prompt=not as_json)) is None:
            return False
    except FieldsUnreadable as error:
        _print_error(error, as_json)
        return True
    try:
        if as_json:
            print_json(_ask(opening, fields), indent=None)
        elif answers_task(opening.model):
            answer_task(opening, fields)
        else:
            answer(opening, fields[_QUESTION])
    except OutputFailed:
        raise
    except PotluckError as error:
        _print_error(error, as_json)
    return True


def _ask(opening: Recipe, fields: Mapping[str, str]) -> Mapping[str, Json]:
    from potluck.workloads import answers_task

    return (
        opening.task.ask(fields).as_json() if answers_task(opening.model) else opening.ask(fields[_QUESTION]).as_json()
    )


def _print_error(error: PotluckError, as_json: bool) -> None:
    if as_json:
        print_json(error_json(error), indent=None)
    echo(str(error), fg="red", err=True)
