"""``potluck index``."""

from __future__ import annotations

from pathlib import Path

import click

from potluck.cli.common import open_recipe, print_ledger, print_notes, source_options, warn
from potluck.cli.terminal import echo, print_json


@click.command("index")
@source_options
def command(sources: tuple[Path, ...], overrides: tuple[str, ...], as_json: bool) -> int:
    """Bring a recipe's index up to date with its documents.

    SOURCE is a recipe, or documents without one: a folder or files.

    Only what has changed is loaded, split and embedded. The exit status is 1 if a document could not be read (the
    others are indexed all the same), unless the recipe says 'documents: {on_error: skip}'.
    """
    with open_recipe(sources, overrides, as_json) as opening:
        report = opening.index(check_service=True)
        consented = opening.model.documents is not None and opening.model.documents.on_error == "skip"
    if as_json:
        print_json(report.as_json())
    else:
        warn(report.failures)
        print_notes(report.notes)
        for name, changes in (("documents", report.documents), ("chunks", report.chunks)):
            echo(
                f"{name}: {changes.added} added, {changes.changed} changed, {changes.removed} removed, "
                f"{changes.unchanged} unchanged"
            )
        echo(f"embedded: {report.embedded}, reused: {report.reused}, in {report.seconds:.1f} s")
        print_ledger(report.ledger, report.notes)
    return 1 if report.failures and not consented else 0
