"""``potluck tuners``."""

from __future__ import annotations

from pathlib import Path

import click

from potluck.cli.common import json_option
from potluck.cli.terminal import draw, print_json


@click.command("tuners")
@json_option
@click.option("--model", metavar="MODEL", help="Count the parameters on this model: a path, hf:// or pypi://.")
def command(as_json: bool, model: str | None) -> None:
    """List the installed tuners, and where their parameters go.

    Also whether the result merges, and which chat models answer with it. With a model, how many parameters each trains
    at its default settings, counted without loading weights.
    """
    from potluck.planning.tuners import list_tuners

    rows = list_tuners(model, Path.cwd())
    if as_json:
        print_json([row.as_json() for row in rows])
        return
    from potluck.terminal_tables import TerminalTable

    table = TerminalTable()
    for name in ("tuner", "parameters go", "trained", "merges", "models", "answered by", "package"):
        table.add_column(name, folds=True)
    for row in rows:
        share = (
            "-" if row.trainable is None or not row.total else f"{row.trainable:,} ({row.trainable / row.total:.2%})"
        )
        merges = "whole model" if row.whole else "yes" if row.mergeable else "no"
        table.add_row(
            row.name,
            row.family or "-",
            share,
            merges,
            ", ".join(row.kinds) or "-",
            ", ".join(row.served_by),
            row.package,
        )
    draw(table, file_width=80)
