"""``potluck reproduce``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from potluck.amounts import many
from potluck.cli.common import json_option, open_observers
from potluck.cli.terminal import echo, print_json

if TYPE_CHECKING:
    from potluck.runs.reproduce import Reproduction


@click.command("reproduce")
@click.argument("run")
@json_option
def command(run: str, as_json: bool) -> int:
    """Do a run again from its manifest, and say what differs.

    RUN is what `potluck runs` takes: a name or an end of it, a folder, or `latest`. Nothing kept is used: documents are
    loaded, split and embedded, and questions answered, anew. The exit status is 1 if a measure or an answer came out
    differently.
    """
    from potluck.api import Recipe
    from potluck.egress import guard_process
    from potluck.runs.find import find_run
    from potluck.runs.reproduce import recipes_of, reproduce

    folder = find_run(run)
    recipes = recipes_of(folder)
    if not any(Recipe(model).needs_network() for model in recipes.values()):
        guard_process("the run's recipe names no remote component")
    with open_observers(as_json, next(iter(recipes.values()))) as observers:
        result = reproduce(folder, observers)
    if as_json:
        print_json(result.as_json())
    else:
        _print(result)
    return 0 if result.same else 1


def _print(result: Reproduction) -> None:
    for one in (*result.inputs, *result.metrics):
        echo(str(one))
    for one in result.answers:
        echo(f"answer {one.name}\n  then: {one.then}\n  now:  {one.now}")
    if result.same:
        echo(f"run {result.run} came out the same: {many(result.questions, 'answer')} and all measures")
    else:
        echo(f"{len(result.answers)} of {many(result.questions, 'answer')} and {len(result.metrics)} measures differ")
