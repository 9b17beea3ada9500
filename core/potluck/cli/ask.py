"""``potluck ask``."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from potluck.answering.remarks import remarks_on
from potluck.cli.common import (
    json_option,
    open_recipe,
    print_citations,
    print_ledger,
    quiet_option,
    set_option,
    warn_of_index,
)
from potluck.cli.folding import StreamFolder
from potluck.cli.task_fields import field_option, given_fields, typed_fields
from potluck.cli.terminal import echo, is_terminal, print_json, shell_word, terminal_width
from potluck.errors import PotluckError
from potluck.visible import visible

if TYPE_CHECKING:
    from potluck.api import Recipe
    from potluck.documents import Answer

_LABELS = 5
"""Labels whose probabilities are shown."""


@click.command("ask")
@click.argument("words", nargs=-1, required=True, type=click.Path(), metavar="SOURCE... [QUESTION]")
@set_option
@json_option
@quiet_option
@field_option
def command(words: tuple[str, ...], overrides: tuple[str, ...], as_json: bool, fields: tuple[str, ...]) -> None:
    """Answer a question from a recipe's documents, with citations.

    SOURCE is a recipe, or a folder or files of documents, which are read as they are. The index is brought up to date
    first. Put the question in quotes.

    A recipe that names a task answers with its model, as it was tuned: QUESTION fills the prompt's only field. Where
    the prompt has several, name them by --field; on a terminal, those left out are asked for.
    """
    from potluck.document_qa.ask import check_question
    from potluck.workloads import answers_task

    sources, question = _divide(words)
    if question is not None:
        check_question(question)
    recipe = sources[0]
    with open_recipe(sources, overrides, as_json) as opening:
        if answers_task(opening.model):
            names = opening.task.wording.fields
            asked = typed_fields(names, given_fields(names, fields, question))
            if as_json:
                print_json(opening.task.ask(asked).as_json())
            else:
                answer_task(opening, asked)
            return
        if fields:
            raise PotluckError(f"{recipe}: --field is for recipes that name a task; this one has documents")
        if question is None:
            raise PotluckError(f"{recipe}: what is the question? potluck ask {shell_word(str(recipe))} 'QUESTION'")
        if as_json:
            print_json(opening.ask(question).as_json())
        else:
            warn_of_index(opening.index())
            answer(opening, question)


def _divide(words: Sequence[str]) -> tuple[list[Path], str | None]:
    """The sources, and the question after them, if there is one: the name of a file is not a question."""
    asked = len(words) > 1 and not os.path.lexists(words[-1])
    return list(map(Path, words[:-1] if asked else words)), words[-1] if asked else None


def answer(opening: Recipe, question: str) -> None:
    """Answer on the terminal: the text as it comes, then where it comes from, then the ledger."""
    streamed = _Streamed()
    report = opening.ask(question, streamed.show)
    _print_text(report.answer, streamed)
    print_citations(report.citations)
    print_ledger(report.ledger)


def answer_task(opening: Recipe, fields: Mapping[str, str]) -> None:
    """Perform the recipe's task on the terminal: print the text as it comes, or the labels with their shares."""
    streamed = _Streamed()
    found = opening.task.ask(fields, streamed.show)
    _print_text(found.answer, streamed)
    likeliest = sorted(found.scores.items(), key=lambda pair: -pair[1])
    for label, share in likeliest[:_LABELS]:
        echo(f"  {share:.3f}  {label}")
    if len(likeliest) > _LABELS:
        echo(f"  and {len(likeliest) - _LABELS} more labels")


class _Streamed:
    """An answer as it comes: shown on a terminal, its lines broken between words."""

    def __init__(self) -> None:
        self._pieces: list[str] = []
        self._folder = StreamFolder(terminal_width())

    @property
    def show(self) -> Callable[[str], None] | None:
        """Takes the pieces; None off a terminal."""
        return self._show if is_terminal() else None

    def _show(self, piece: str) -> None:
        self._pieces.append(piece)
        echo(self._folder.feed(visible(piece)), nl=False)

    def end(self, text: str) -> None:
        """Show what was held back, or the whole text where something else came than that."""
        if self._pieces:
            echo(self._folder.end(), nl=False)
        # Only an answer that comes in one call is streamed.
        echo("" if "".join(self._pieces) == text != "" else text)


def _print_text(given: Answer, streamed: _Streamed) -> None:
    streamed.end(given.text)
    if given.finish == "length" and not given.is_only_thoughts:
        echo("(the answer is not whole: length; see chat.max_tokens)", fg="yellow", err=True)
    elif not given.text.strip():
        for remark in [*remarks_on(given)] or ["the model wrote nothing"]:
            echo(f"(no answer: {remark})", fg="yellow", err=True)
