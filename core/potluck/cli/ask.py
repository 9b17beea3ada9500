"""``potluck ask``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from potluck.answering.remarks import remarks_on
from potluck.cli.common import open_recipe, print_citations, print_ledger, recipe_options, warn
from potluck.cli.terminal import echo, is_terminal, print_json

if TYPE_CHECKING:
    from potluck.api import Recipe


@click.command("ask")
@recipe_options
@click.argument("question")
def command(recipe: Path, overrides: tuple[str, ...], as_json: bool, question: str) -> None:
    """Answer a question from a recipe's documents, with citations.

    The index is brought up to date first.
    """
    from potluck.document_qa.ask import check_question

    check_question(question)
    with open_recipe(recipe, overrides, as_json) as opening:
        if as_json:
            print_json(opening.ask(question).as_json())
        else:
            warn(opening.index().failures)
            answer(opening, question)


def answer(opening: Recipe, question: str) -> None:
    """Answer on the terminal: the text as it comes, then where it comes from, then the ledger."""
    streamed: list[str] = []

    def show(piece: str) -> None:
        streamed.append(piece)
        echo(piece, nl=False)

    report = opening.ask(question, show if is_terminal() else None)
    # Only an answer that comes in one call is streamed.
    echo("" if "".join(streamed) == report.answer.text != "" else report.answer.text)
    if report.answer.finish == "length" and not report.answer.is_only_thoughts:
        echo("(the answer is not whole: length; see chat.max_tokens)", fg="yellow", err=True)
    elif not report.answer.text.strip():
        for remark in [*remarks_on(report.answer)] or ["the model wrote nothing"]:
            echo(f"(no answer: {remark})", fg="yellow", err=True)
    print_citations(report.citations)
    print_ledger(report.ledger)
