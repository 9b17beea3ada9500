"""``potluck lock``."""

from __future__ import annotations

from pathlib import Path

import click

from potluck.amounts import many
from potluck.cli.common import open_recipe, recipe_options
from potluck.cli.terminal import echo, print_json


@click.command("lock")
@recipe_options
@click.option(
    "--check",
    is_flag=True,
    help="Write nothing; the exit status is 1 without a lock, or if something is not as pinned.",
)
def command(recipe: Path, overrides: tuple[str, ...], as_json: bool, check: bool) -> int:
    """Pin settings, plugins, models, documents and questions.

    They are kept in potluck.lock beside the recipe. With a lock, `potluck lock --check` says what has changed, and
    `potluck run` refuses to run if something has.
    """
    from potluck.runs.pins import check_locked, lock_differences, write_lock

    with open_recipe(recipe, overrides, as_json) as opening:
        if check:
            check_locked(opening.model)
        found = lock_differences(opening.model, opening.components)
        path = None if check else write_lock(opening.model, opening.components)
    if as_json:
        print_json({"file": str(path) if path else None, "differences": [one.as_json() for one in found]})
    else:
        for one in found:
            echo(str(one))
        echo(
            f"wrote {path}"
            if path
            else "as pinned"
            if not found
            else f"{many(len(found), 'thing', 'is', 'are')} not as pinned"
        )
    return 1 if check and found else 0
