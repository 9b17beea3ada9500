"""What the commands share: their options, opening a recipe, and printing what several of them report."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from potluck.amounts import many
from potluck.cli.terminal import echo
from potluck.visible import visible_line

if TYPE_CHECKING:
    from potluck.api import Recipe
    from potluck.comparison.compare import Plan
    from potluck.documents import Passage
    from potluck.ledger import Ledger
    from potluck.loading.failure import LoadFailure
    from potluck.observation.observers import Observers

_F = TypeVar("_F", bound=Callable[..., Any])

recipe_argument = click.argument("recipe", type=click.Path(path_type=Path))
set_option = click.option(
    "--set", "overrides", multiple=True, metavar="KEY=VALUE", help="Override a key of the recipe: embedder.fit=pool."
)
json_option = click.option("--json", "as_json", is_flag=True, help="Print one JSON document and nothing else.")


fresh_option = click.option("--fresh", is_flag=True, help="Ask the chat models again what they have answered before.")


def recipe_options(command: _F) -> _F:
    """The argument and options of every command that works on a recipe."""
    return recipe_argument(set_option(json_option(command)))


@contextmanager
def open_recipe(
    path: Path, overrides: Sequence[str], as_json: bool, plan: Plan | None = None, *, fresh: bool = False
) -> Iterator[Recipe]:
    """Open a recipe for a command: with a progress display, and with the network shut unless the recipe needs it.

    ``plan`` is of a comparison, whose variants may need it too; with ``fresh`` no answer is taken from what was kept.
    """
    from potluck.api import Recipe
    from potluck.egress import guard_process

    with Recipe.load(path, overrides, fresh) as recipe:
        if not recipe.needs_network(plan):
            guard_process("the recipe names no remote component")
        show_progress(recipe.observers, as_json)
        yield recipe


def show_progress(observers: Observers, quiet: bool) -> None:
    """Let the progress display of commands watch as well, unless it was asked for; ``quiet``: on a terminal only."""
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


def print_notes(notes: Sequence[str]) -> None:
    """Say what the user should know, on standard error."""
    for note in notes:
        echo(f"note: {note}", err=True, fg="yellow")


def print_ledger(ledger: Ledger) -> None:
    """Print what each stage was given, kept and lost."""
    rows: list[tuple[str, ...]] = [("", "in", "out", "cut", "dropped", "same text")]
    for entry in ledger.entries:
        amounts = (entry.came_in, entry.went_out, entry.cut, entry.dropped, entry.deduplicated)
        rows.append((entry.stage, *(_amount(a.items, a.characters, a.tokens) for a in amounts)))
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    for row in rows:
        echo("  " + "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())
    for entry in ledger.entries:
        for note in entry.notes:
            echo(f"  {entry.stage}: {visible_line(note)}")


def print_citations(citations: Sequence[Passage]) -> None:
    """Print where an answer comes from."""
    for number, passage in enumerate(citations, 1):
        source = visible_line(passage.source)
        section = f" {visible_line(passage.section)}" if passage.section else ""
        echo(f"  [{number}] {source}{section}{_page(passage)}, characters {passage.start} to {passage.end}")
        echo(f"      {_short(passage.text)}", dim=True)


def _page(passage: Passage) -> str:
    """The page as a reader looks it up: by what is printed on it, and by its place in the file."""
    if passage.page is None:
        return ""
    if passage.page_label is None:
        return f", page {passage.page}"
    return f", page {visible_line(passage.page_label)} ({passage.page} in the file)"


def _amount(items: int, characters: int, tokens: int | None) -> str:
    parts = [f"{items:,}"] if items or not characters else []
    if characters:
        parts.append(many(characters, "character"))
    if tokens is not None:
        parts.append(many(tokens, "token"))
    return ", ".join(parts)


def _short(text: str, width: int = 100) -> str:
    line = " ".join(text.split())
    return line if len(line) <= width else line[: width - 1] + "…"
