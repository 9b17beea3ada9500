"""What the commands share: their options, opening a recipe, and printing what several of them report."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from potluck.cli import terminal
from potluck.cli.ledger_words import ledger_lines
from potluck.cli.terminal import echo, shell_word
from potluck.errors import NoRecipe
from potluck.visible import visible_line

if TYPE_CHECKING:
    from potluck.api import Recipe
    from potluck.comparison.compare import Plan
    from potluck.documents import Passage
    from potluck.indexing.report import IndexReport
    from potluck.ledger import Ledger
    from potluck.loading.failure import LoadFailure
    from potluck.observation.observers import Observers
    from potluck.recipe.model import RecipeModel

_DATA = frozenset({".csv", ".tsv", ".jsonl", ".json", ".xlsx", ".parquet"})
_TUNING = frozenset({"tune", "merge", "predict"})
"""The commands for data and not for documents."""

_F = TypeVar("_F", bound=Callable[..., Any])


def _require_recipe(ctx: click.Context, param: click.Parameter, path: Path) -> Path:
    """The recipe that a path means. Raises ``NoRecipe`` for documents that have none."""
    from potluck.recipe import find_recipe

    found = find_recipe(path)
    if found is None and os.path.lexists(path):
        target = path if path.is_dir() else path.parent
        if path.suffix.lower() in _DATA and ctx.info_name in _TUNING:
            raise NoRecipe(
                f"{path} is not a recipe; write one that names it, with a model, a task and a tuner: 'dataset: "
                f"{path.name}'. To begin with one: potluck examples"
            )
        raise NoRecipe(f"{path} is not a recipe, and has none in it; write one: potluck init {shell_word(str(target))}")
    return found or path


recipe_argument = click.argument("recipe", type=click.Path(path_type=Path), callback=_require_recipe)
source_argument = click.argument(
    "sources", nargs=-1, required=True, metavar="SOURCE...", type=click.Path(path_type=Path)
)
set_option = click.option(
    "--set", "overrides", multiple=True, metavar="KEY=VALUE", help="Override a key of the recipe: embedder.fit=pool."
)
json_option = click.option("--json", "as_json", is_flag=True, help="Print one JSON document and nothing else.")


fresh_option = click.option("--fresh", is_flag=True, help="Ask the chat models again what they have answered before.")


_QUIET = "potluck.quiet"
_PARTLY_READ = 5
"""Losses within documents that are listed before an answer."""

_LONGEST_WORD = 30
"""A longer one is cut where a text is shortened."""


def _remember_quiet(context: click.Context, _: click.Parameter, value: bool) -> None:
    context.meta[_QUIET] = value


quiet_option = click.option(
    "-q", "--quiet", is_flag=True, expose_value=False, callback=_remember_quiet,
    help="Print the outcome only: no progress, no ledger, no tables beside the conclusion.",
)  # fmt: skip


def is_quiet() -> bool:
    """Whether the command was asked to print only the outcome."""
    context = click.get_current_context(silent=True)
    return context is not None and bool(context.meta.get(_QUIET))


def recipe_options(command: _F) -> _F:
    """The argument and options of every command that works on a recipe."""
    return recipe_argument(set_option(json_option(quiet_option(command))))


def one_source_options(command: _F) -> _F:
    """The same for a command that takes one recipe, folder or file."""
    source = click.argument("recipe", metavar="SOURCE", type=click.Path(path_type=Path))
    return source(set_option(json_option(quiet_option(command))))


def source_options(command: _F) -> _F:
    """The argument and options of every command that works on a recipe, or on documents without one."""
    return source_argument(set_option(json_option(quiet_option(command))))


@contextmanager
def open_recipe(
    sources: Path | Sequence[Path],
    overrides: Sequence[str],
    as_json: bool,
    plan: Plan | None = None,
    *,
    fresh: bool = False,
    apart: Sequence[Path | None] = (),
    keeps: bool = True,
) -> Iterator[Recipe]:
    """Open a recipe for a command: with a progress display, and with the network shut unless the recipe needs it.

    ``sources`` are a recipe, or documents without one, but for the files ``apart``. ``plan`` is of a comparison, whose
    variants may need the network too; with ``fresh`` no answer is taken from what was kept. ``keeps``: the command
    makes a workspace, and says where.
    """
    from potluck.api import Recipe
    from potluck.egress import guard_process
    from potluck.recipe import load_sources

    paths = [sources] if isinstance(sources, Path) else [*sources]
    with Recipe(load_sources(paths, overrides, [*filter(None, apart)]), fresh) as recipe:
        if keeps:
            _say_where(recipe.model)
        if not recipe.needs_network(plan):
            guard_process("the recipe names no remote component")
        with show_progress(recipe.observers, as_json):
            yield recipe


def _say_where(model: RecipeModel) -> None:
    """Say, before a workspace is made, where it will be, unless that is beside a recipe.

    Raises ``NoDocuments`` if there is no recipe and nothing to read, so that none is made.
    """
    from potluck.stages.discover import discover_documents
    from potluck.workspace import folder_of

    folder = folder_of(model)
    bare = model.origin.folder is not None
    if folder.exists() or not (bare or folder.parent != model.folder):
        return
    if bare and model.documents is not None:
        discover_documents(model)
        echo(f"{model.path}: read without a recipe, with the defaults (see potluck help init)", err=True, dim=True)
        if model.questions is not None:
            echo(f"{shorten_path(model.questions)}: read as questions, not as a document", err=True, dim=True)
    echo(f"what is computed is kept in {shorten_path(folder)}", err=True, dim=True)


def say_questions(model: RecipeModel, named: Path | None) -> None:
    """Say which questions are asked of documents without a recipe, unless the command names them."""
    if named is None and model.origin.folder is not None and model.questions is not None:
        echo(f"the questions are those of {shorten_path(model.questions)}", err=True, dim=True)


def shorten_path(path: Path) -> Path:
    """A path as it is printed: from the current folder where it lies there, so that most fit a line."""
    return path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path


@contextmanager
def show_progress(observers: Observers, quiet: bool) -> Iterator[None]:
    """Show the command's progress from beginning to end; ``quiet``: on a terminal only.

    The whole command is a stage of its own, around those of its work.
    """
    from potluck.cli.interruption import Interruption
    from potluck.hookspecs import StageEvent
    from potluck.reporting import run_stage

    if not is_quiet():
        _add_display(observers, quiet)
    interruption = Interruption()
    observers.register(interruption)
    name = click.get_current_context().command_path.removeprefix("potluck ")
    try:
        with (
            terminal.tell_of_output(lambda: observers.tell("potluck_output_begins", {})),
            run_stage(observers, StageEvent(name)),
        ):
            yield
    except KeyboardInterrupt as error:
        if words := interruption.words():
            error.add_note(words)
        raise


@contextmanager
def open_observers(quiet: bool, recipe: RecipeModel | None = None) -> Iterator[Observers]:
    """The observers of a command: the display, those that the environment names, and those of a recipe that is not
    opened."""
    from potluck.observation.observers import Observers, observers_of

    observers = Observers() if recipe is None else observers_of(recipe)
    try:
        with show_progress(observers, quiet):
            yield observers
    finally:
        observers.close()


def _add_display(observers: Observers, quiet: bool) -> None:
    """Add the progress display of commands, unless it was requested explicitly."""
    from potluck import plugins
    from potluck.contracts.kinds import KINDS
    from potluck.errors import PluginError

    name = KINDS["observer"].default_of_commands
    if name is None or observers.get_plugin(name) is not None:
        return
    with suppress(PluginError):  # without it the work is the same
        plugin = plugins.find("observer", name)
        observers.add(plugin, plugins.offer(plugin).config.model_validate({"quiet": quiet}), Path())


def warn(failures: Sequence[LoadFailure]) -> None:
    """Say which documents could not be read, on standard error."""
    for failure in failures:
        echo(f"not read: {failure}", err=True, fg="yellow")


def warn_of_index(report: IndexReport) -> None:
    """Say which documents could not be read, and of which only a part, on standard error."""
    warn(report.failures)
    lost = report.losses
    for note in lost[:_PARTLY_READ]:
        echo(f"not all read: {visible_line(note)}", err=True, fg="yellow")
    if len(lost) > _PARTLY_READ:
        echo(f"not all read: {len(lost) - _PARTLY_READ:,} more; potluck index lists them", err=True, fg="yellow")


def print_notes(notes: Sequence[str]) -> None:
    """Say what the user should know, on standard error."""
    for note in notes:
        echo(f"note: {note}", err=True, fg="yellow")


def print_ledger(ledger: Ledger, told: Collection[str] = ()) -> None:
    """Print what each stage kept, and what it lost if anything, without notes that were ``told``; nothing if quiet."""
    for line in () if is_quiet() or not ledger.entries else ledger_lines(ledger, told):
        echo(line)


def print_citations(citations: Sequence[Passage]) -> None:
    """Print where an answer comes from."""
    for number, passage in enumerate(citations, 1):
        source = visible_line(passage.source)
        section = f" {visible_line(passage.section)}" if passage.section else ""
        echo(f"  [{number}] {source}{section}{_page(passage)}, characters {passage.start} to {passage.end}")
        echo(f"      {_short(passage.text)}", dim=True)


def _page(passage: Passage) -> str:
    """The page as a reader looks it up: by its printed label, and by its place in the file."""
    if passage.page is None:
        return ""
    if passage.page_label is None:
        return f", page {passage.page}"
    return f", page {visible_line(passage.page_label)} ({passage.page} in the file)"


def _short(text: str, width: int = 100) -> str:
    """The beginning of a text, in whole words; Chinese ends at any letter."""
    line = " ".join(text.split())
    if len(line) <= width:
        return line
    cut = line[: width - 1]
    whole, _, broken = cut.rpartition(" ")
    ends_whole = line[width - 1] == " " or not (cut[-1].isascii() and line[width - 1].isascii())
    return f"{cut if ends_whole or not whole or len(broken) > _LONGEST_WORD else whole}…"
