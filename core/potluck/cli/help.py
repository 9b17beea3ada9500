"""``potluck help``."""

from __future__ import annotations

from collections.abc import Sequence

import click

from potluck.cli.common import json_option
from potluck.cli.terminal import echo, print_result


@click.command("help")
@click.argument("names", nargs=-1, metavar="[COMMAND]...")
@json_option
@click.pass_context
def command(ctx: click.Context, names: Sequence[str], as_json: bool) -> None:
    """Explain a command, as its --help does, or list them all."""
    from potluck.results.listings import HelpResult

    at = _context_of(ctx.find_root(), names)
    if as_json:
        print_result(HelpResult(at.command_path, at.get_help()))
    else:
        echo(at.get_help())


def _context_of(root: click.Context, names: Sequence[str]) -> click.Context:
    """The context of a command, for its help. Raises ``UsageError`` for an unknown name."""
    at = root
    for name in names:
        if not isinstance(at.command, click.Group):
            raise click.UsageError(f"{at.command_path!r} has no commands of its own.", at)
        _, found, _ = at.command.resolve_command(at, [name])
        if found is None:
            raise click.UsageError(f"No such command {name!r}.", at)
        at = click.Context(found, info_name=name, parent=at)
    return at
