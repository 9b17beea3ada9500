"""``potluck chat``."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from potluck.cli.ask import answer, answer_task
from potluck.cli.common import open_recipe, source_options, warn_of_index
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
    with open_recipe(sources, overrides, as_json) as opening:
        chat = _chat_of(opening)
        while _answer_next(chat, as_json):
            pass


@dataclass(frozen=True, slots=True)
class _Chat:
    """A recipe's questions: their fields, and how they are answered, as text or as JSON."""

    names: Sequence[str]
    answer: Callable[[Mapping[str, str]], None]
    answer_json: Callable[[Mapping[str, str]], Mapping[str, Json]]


def _chat_of(opening: Recipe) -> _Chat:
    from potluck.workloads import answers_task

    if answers_task(opening.model):
        return _Chat(
            opening.task.wording.fields,
            lambda fields: answer_task(opening, fields),
            lambda fields: opening.task.ask(fields).as_json(),
        )
    warn_of_index(opening.index())
    return _Chat(
        (_QUESTION,),
        lambda fields: answer(opening, fields[_QUESTION]),
        lambda fields: opening.ask(fields[_QUESTION]).as_json(),
    )


def _answer_next(chat: _Chat, as_json: bool) -> bool:
    """Answer the next question; False if there is none."""
    try:
        if (fields := next_fields(chat.names, prompt=not as_json)) is None:
            return False
    except FieldsUnreadable as error:
        _print_error(error, as_json)
        return True
    try:
        if as_json:
            print_json(chat.answer_json(fields), indent=None)
        else:
            chat.answer(fields)
    except OutputFailed:
        raise
    except PotluckError as error:
        _print_error(error, as_json)
    return True


def _print_error(error: PotluckError, as_json: bool) -> None:
    if as_json:
        print_json(error_json(error), indent=None)
    echo(str(error), fg="red", err=True)
