"""``potluck examples``."""

from __future__ import annotations

from pathlib import Path

import click

from potluck.cli.common import json_option
from potluck.cli.terminal import echo, print_json, print_result


def _complete_name(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[str]:
    from potluck.bundled_examples import list_examples

    return [one.name for one in list_examples() if one.name.startswith(incomplete)]


@click.command("examples")
@click.argument("name", required=False, shell_complete=_complete_name)
@click.option("--to", "folder", type=click.Path(path_type=Path), metavar="DIR", help="The new folder; default: ./NAME.")
@json_option
def command(name: str | None, folder: Path | None, as_json: bool) -> None:
    """List the examples that come with potluck, or copy one to a new folder.

    The examples that it needs are copied beside it. A folder that exists is never written to.
    """
    if name is not None:
        _copy(name, folder or Path(name), as_json)
    elif folder is not None:
        raise click.UsageError("--to needs the NAME of an example")
    else:
        _list(as_json)


def _list(as_json: bool) -> None:
    from potluck.bundled_examples import list_examples
    from potluck.json_values import as_json as to_json

    found = list_examples()
    if as_json:
        print_json([to_json(one) for one in found])
        return
    width = max(len(one.name) for one in found)
    for one in found:
        echo(f"{one.name.ljust(width)}  {one.summary}")


def _copy(name: str, folder: Path, as_json: bool) -> None:
    from potluck.amounts import many
    from potluck.bundled_examples import copy_example

    copied = copy_example(name, folder)
    if as_json:
        print_result(copied)
        return
    echo(f"{copied.folder}: {many(len(copied.files), 'file')}")
    for path in copied.files:
        echo(f"  {path}")
    for one in copied.added:
        echo(f"{one}: copied too, because {name} uses its files")
    for one in copied.present:
        echo(f"{one}: exists already and stays as it is; {name} uses its files")
