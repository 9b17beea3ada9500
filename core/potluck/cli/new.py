"""``potluck new``."""

from __future__ import annotations

from pathlib import Path

import click

from potluck.cli.common import json_option
from potluck.cli.terminal import echo, print_json
from potluck.contracts.kinds import KINDS, Kind


@click.command("new")
@click.argument("kind", type=click.Choice(list(KINDS)))
@click.argument("name")
@click.option("--dir", "parent", type=click.Path(path_type=Path), default=Path(), help="Where to put the folder.")
@json_option
def command(kind: Kind, name: str, parent: Path, as_json: bool) -> None:
    """Write the package of a new plugin, which works as it is: the folder potluck-NAME.

    NAME is what recipes will write: lower-case letters, digits and hyphens. The package builds, keeps the rules of its
    kind, and has an example; replace the sample with your own work.
    """
    from potluck.scaffold import create_package

    created = create_package(kind, name, parent)
    if as_json:
        print_json(created.as_json())
        return
    echo(f"{created.folder}: {len(created.files)} files")
    for path in created.files:
        echo(f"  {path}")
    echo("Try it:")
    for step in created.steps:
        echo(f"  {step}")
