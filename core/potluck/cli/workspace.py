"""``potluck workspace check`` and ``potluck workspace repair``."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from potluck.amounts import many
from potluck.cli.common import one_source_options, open_observers, open_recipe, warn
from potluck.cli.groups import CommandGroup
from potluck.cli.terminal import echo, print_json

if TYPE_CHECKING:
    from potluck.workspace.repair import FileReport


@click.group("workspace", cls=CommandGroup)
def command() -> None:
    """Say whether a recipe's workspace holds what was written, and repair it."""


@command.command("check")
@one_source_options
def check_command(recipe: Path, overrides: tuple[str, ...], as_json: bool) -> int:
    """Check everything in a recipe's workspace against its checksums. Nothing is changed.

    The exit status is 1 if something is damaged.
    """
    from potluck import recipe as recipes
    from potluck.workspace import folder_of
    from potluck.workspace.repair import check_workspace

    model = recipes.load(recipe, overrides)
    with open_observers(as_json):
        reports = check_workspace(folder_of(model))
    is_whole = all(report.is_whole for report in reports)
    if as_json:
        print_json({"is_whole": is_whole, "files": [report.as_json() for report in reports]})
    else:
        _print(reports)
        if not is_whole:
            echo(f"damaged: potluck workspace repair {recipe}", fg="red", err=True)
    return 0 if is_whole else 1


@command.command("repair")
@one_source_options
def repair_command(recipe: Path, overrides: tuple[str, ...], as_json: bool) -> int:
    """Keep what is whole in a recipe's workspace, and compute what is not anew.

    Answers that are damaged are asked again when they are next needed; the indexes of other recipes beside this one
    are completed when they are next used.
    """
    from potluck import recipe as recipes
    from potluck.workspace import folder_of
    from potluck.workspace.repair import repair_workspace

    model = recipes.load(recipe, overrides)
    with open_observers(as_json):
        reports = repair_workspace(folder_of(model))
    indexed = None
    if model.documents is not None:
        with open_recipe(recipe, overrides, as_json) as opening:
            indexed = opening.index()
    if as_json:
        index = indexed.as_json() if indexed is not None else None
        print_json({"files": [report.as_json() for report in reports], "index": index})
        return 0
    _print(reports)
    if indexed is not None:
        warn(indexed.failures)
        done = (many(indexed.loaded, "file"), many(indexed.split, "document"), many(indexed.embedded, "text"))
        echo("computed again: {} loaded, {} split, {} embedded".format(*done))
    return 0


def _print(reports: Sequence[FileReport]) -> None:
    if not reports:
        echo("no workspace was made yet")
    for report in reports:
        echo(f"{report.file}: {'whole' if report.is_whole else 'damaged'}")
        if report.pages:
            echo(f"  pages: {' '.join(report.pages.split())}")
        for name, rows in report.rows.items():
            torn = "" if rows.readable else ", and others that cannot be read"
            echo(f"  {name}: {rows.whole:,} whole, {rows.damaged:,} damaged{torn}")
