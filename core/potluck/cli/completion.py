"""``potluck completion``."""

from __future__ import annotations

import click

from potluck.cli.common import json_option
from potluck.cli.terminal import echo, print_json


@click.command("completion")
@click.argument("shell", type=click.Choice(("bash", "zsh", "fish")))
@json_option
@click.pass_context
def command(ctx: click.Context, shell: str, as_json: bool) -> None:
    """Print the script by which a shell completes commands, options and file names.

    \b
    bash: echo 'eval "$(potluck completion bash)"' >> ~/.bashrc
    zsh:  echo 'eval "$(potluck completion zsh)"' >> ~/.zshrc
    fish: potluck completion fish > ~/.config/fish/completions/potluck.fish

    It takes effect in the next shell.
    """
    from click.shell_completion import get_completion_class

    from potluck.json_values import as_json as to_json
    from potluck.results.listings import CompletionResult

    made_for = get_completion_class(shell)
    assert made_for is not None, "the choice names only shells that click knows"
    script = made_for(ctx.find_root().command, {}, "potluck", "_POTLUCK_COMPLETE").source()
    if as_json:
        print_json(to_json(CompletionResult(shell, script)))
    else:
        echo(script, nl=False)
