"""``potluck completion``."""

from __future__ import annotations

import click

from potluck.cli.common import json_option
from potluck.cli.terminal import echo, print_result


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

    from potluck.results.listings import CompletionResult

    made_for = get_completion_class(shell)
    assert made_for is not None, "the choice names only shells that click knows"
    script = made_for(ctx.find_root().command, {}, "potluck", "_POTLUCK_COMPLETE").source()
    if shell == "zsh":
        script = _with_compinit(script)
    if as_json:
        print_result(CompletionResult(shell, script))
    else:
        echo(script, nl=False)


def _with_compinit(script: str) -> str:
    """The script, which starts zsh's completion where nothing has: it fails there with *command not found: compdef*."""
    first, rest = script.split("\n", 1)
    assert first.startswith("#compdef"), "zsh reads a first line of that kind where the script is a file of its own"
    return f"{first}\n\n(( $+functions[compdef] )) || {{ autoload -Uz compinit && compinit -i }}\n{rest}"
