"""A group of commands that suggests the one meant by an unknown name."""

from __future__ import annotations

import os

import click

from potluck.cli.terminal import shell_word
from potluck.suggestions import did_you_mean

_LONGEST = 200
"""Characters of a first sentence; click cuts it if it is longer."""


class CommandGroup(click.Group):
    """A group whose error for an unknown command suggests one, or says what to do with a path in its place."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command. Raises ``UsageError`` for an unknown name."""
        name = args[0]
        unknown = not ctx.resilient_parsing and not name.startswith("-") and self.get_command(ctx, name) is None
        if unknown:
            raise click.UsageError(f"No such command {name!r}{self._explain(ctx, name)}.", ctx)
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands, each with its whole first sentence."""
        found = [(name, self.get_command(ctx, name)) for name in self.list_commands(ctx)]
        with formatter.section("Commands"):
            formatter.write_dl([(name, one.get_short_help_str(_LONGEST)) for name, one in found if one is not None])

    def _explain(self, ctx: click.Context, name: str) -> str:
        if ctx.parent is None and os.path.exists(name):
            path = shell_word(name)
            doing = f"run it: potluck run {path}" if name.endswith(".yaml") else f"ask it: potluck ask {path} QUESTION"
            return f", but there is a file or folder of that name. To {doing}"
        return did_you_mean(name, self.list_commands(ctx))
