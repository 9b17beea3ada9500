"""The command line, one file per command. A command's module is imported when the command is called."""

from __future__ import annotations

import contextlib
import importlib
import io
import os
import sys
from typing import TYPE_CHECKING, NoReturn

import click

from potluck.cli import signals, terminal
from potluck.cli.groups import CommandGroup
from potluck.errors import OutputClosed, OutputFailed, PotluckError
from potluck.redaction import redact
from potluck.version import __version__

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

COMMANDS = {
    "ask": "Answer a question from a recipe's documents, with citations.",
    "chat": "Ask questions one after another.",
    "compare": "Ask the same questions with one thing changed, and say whether the difference is real.",
    "completion": "Print the script by which a shell completes commands, options and file names.",
    "conform": "Check an installed plugin against the rules of its contract.",
    "evaluate": "Answer a file of questions, and measure retrieval and answers.",
    "examples": "List the examples that come with potluck, or copy one to a new folder.",
    "help": "Explain a command, as its --help does, or list them all.",
    "index": "Bring a recipe's index up to date with its documents.",
    "init": "Write a recipe for the documents in a folder, and a template of questions.",
    "load": "Show what potluck sees in files.",
    "lock": "Pin settings, plugins, models, documents and questions.",
    "merge": "Write a recipe's model with its tuned parameters merged into the weights.",
    "new": "Write the package of a new plugin, which works as it is.",
    "plan": "Say what a recipe would take, and what would leave the machine.",
    "plugins": "List the installed plugins, or find those that do not work.",
    "predict": "Answer the rows of a file, and write them with the answers.",
    "prompts": "List prompts, find what is wrong with them, or measure how much their wording matters.",
    "reproduce": "Do a run again from its manifest, and say what differs.",
    "run": "Do all that a recipe asks for.",
    "runs": "List the runs that are kept, look at one, compare two, or remove some.",
    "schema": "Print the JSON Schema of recipes, with the settings of every installed plugin.",
    "strategy": "Find out which strategy suits labelled data.",
    "tune": "Train what a recipe's tuner learns from its dataset.",
    "tuners": "List the installed tuners, and where their parameters go.",
    "workspace": "Say whether a recipe's workspace holds what was written, and repair it.",
}
"""The commands with their short help, so that ``potluck --help`` imports none of them."""


class _Commands(CommandGroup):
    """Commands that are imported when they are called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """All names, in order."""
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import a command's module."""
        if cmd_name not in COMMANDS:
            return None
        module = importlib.import_module(f"potluck.cli.{cmd_name}")
        command = module.command
        assert isinstance(command, click.Command)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, COMMANDS[name]) for name in self.list_commands(ctx)])

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """Complete a command's name without importing any."""
        from click.shell_completion import CompletionItem

        found = [CompletionItem(name, help=COMMANDS[name]) for name in sorted(COMMANDS) if name.startswith(incomplete)]
        return [*found, *click.Command.shell_complete(self, ctx, incomplete)]


@click.command(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--debug", is_flag=True, help="Show the traceback of an error.")
@click.version_option(__version__, prog_name="potluck")
@click.pass_context
def potluck(ctx: click.Context, debug: bool) -> None:
    """Find out what works on your documents.

    To begin with a folder of yours: potluck ask FOLDER 'Your question?'

    A recipe (a YAML file) names plugins that load, split, embed, store and answer. To get one: potluck init FOLDER
    """
    ctx.obj = {"debug": debug}
    terminal.guard_messages()


def main(arguments: list[str] | None = None) -> NoReturn:
    """Run a command and exit with its status: 0; 1 after one message for a mistake; 128 plus the signal's number if a
    signal ended it, as shells count: 130 for Ctrl-C, 143 for SIGTERM, 129 for SIGHUP, 141 if the reader of its output
    has gone.
    """
    arguments = sys.argv[1:] if arguments is None else arguments
    # Else pydantic reads the entry points of all packages at once, and one that is damaged ends every command.
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
    terminal.prepare_streams()
    signals.catch()
    try:
        status = _run(arguments)
    except OutputClosed:
        sys.exit(signals.status(signals.PIPE))
    except (click.exceptions.Abort, KeyboardInterrupt) as error:
        if isinstance(error.__cause__, EOFError):  # click takes it for the end of what somebody types
            sys.exit(_explain(error.__cause__, arguments))
        _tell_interrupted(error, arguments)
        sys.exit(signals.status_of(error))
    except click.ClickException as error:
        terminal.echo(_usage(error), nl=False, err=True)
        sys.exit(1)
    except Exception as error:
        sys.exit(_explain(error, arguments))
    sys.exit(status if isinstance(status, int) else 0)


def _run(arguments: list[str]) -> object:
    def run() -> object:
        return potluck.main(arguments, prog_name="potluck", standalone_mode=False)

    # These exit after printing a text of click's.
    return terminal.write(run) if {"-h", "--help", "--version"} & {*arguments} else run()


def _tell_interrupted(error: BaseException, arguments: list[str]) -> None:
    from potluck.cli.interruption import interruption_sentences

    notes = [note for one in (error, error.__cause__) for note in getattr(one, "__notes__", ())]
    for sentence in interruption_sentences(notes, arguments):
        terminal.echo(sentence, err=True)


def _usage(error: click.ClickException) -> str:
    """The error as click itself would print it."""
    written = io.StringIO()
    error.show(written)
    return written.getvalue()


def _explain(error: Exception, arguments: list[str]) -> int:
    if not isinstance(error, PotluckError):
        from potluck.failed_plugin import name_plugin

        error = name_plugin(error)
    if "--debug" in arguments:
        import traceback

        terminal.echo(redact("".join(traceback.format_exception(error))), nl=False, err=True)
        return 1
    said = message = redact(str(error))
    if not isinstance(error, PotluckError):
        fault = "This is a fault of potluck or of a plugin: potluck --debug shows where"
        message = f"unexpected {type(error).__name__}: {said}\n{fault}"
    if "--json" in arguments and not isinstance(error, OutputFailed):
        with contextlib.suppress(OutputFailed):  # the message below says what matters more
            terminal.print_json(terminal.error_json(error), indent=None)
    terminal.echo(message, err=True)
    return 1
