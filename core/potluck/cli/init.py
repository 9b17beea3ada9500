"""``potluck init``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from potluck.amounts import many
from potluck.cli.common import json_option
from potluck.cli.terminal import echo, print_result, shell_word
from potluck.visible import visible_line

if TYPE_CHECKING:
    from potluck.results.listings import InitResult


@click.command("init")
@click.argument("folder", type=click.Path(path_type=Path), default=Path())
@json_option
def command(folder: Path, as_json: bool) -> None:
    """Write a recipe for the documents in a folder, and a template of questions.

    FOLDER is created if it does not exist; by default it is the current one.

    The recipe names every choice, and a schema by which editors complete and check it. Existing files stay as they are;
    only the schema is brought up to date with the plugins that are installed.
    """
    from potluck.starter import write_starter

    result = write_starter(folder)
    if as_json:
        print_result(result)
    else:
        _print(result, folder)


def _print(result: InitResult, folder: Path) -> None:
    count = sum(result.documents.values())
    found = result.documents.items()
    types = ", ".join(f"{number} .{name}" if name else f"{number} without an ending" for name, number in found)
    echo(f"{many(count, 'file')}{f': {types}' if count else ''}")
    for name in result.unread:
        echo(visible_line(f"no installed loader reads .{name} files"), fg="yellow", err=True)
    for name in result.written:
        echo(f"wrote {folder / name}")
    for name in result.kept:
        echo(f"{folder / name} is there already, and stays as it is")
    place = shell_word(str(folder))
    asking = f"potluck ask {place} 'Your question?'"
    echo(f"next: {asking}" if count else f"next: put documents into {folder}, then {asking}")
