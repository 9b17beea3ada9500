"""``potluck load``."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from potluck.amounts import many
from potluck.cli.common import json_option, open_observers
from potluck.cli.terminal import echo, print_json
from potluck.visible import visible_line

if TYPE_CHECKING:
    from potluck.documents import Document, Json
    from potluck.loading.failure import LoadFailure


@click.command("load")
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="PATH...")
@click.option("--loader", metavar="NAME", help="Read with this loader, whatever the files are called.")
@click.option("--set", "overrides", multiple=True, metavar="KEY=VALUE", help="A setting of the loader: encoding=big5.")
@json_option
def command(paths: Sequence[Path], loader: str | None, overrides: tuple[str, ...], as_json: bool) -> int:
    """Show what potluck sees in files: text, metadata, sections.

    Needs no recipe and keeps nothing. Files that cannot be read are reported, the others are still printed, and the
    exit status is 1.
    """
    from potluck.planning.preview import show

    failed = False
    shown: list[Json] = []
    with open_observers(as_json):
        for outcome in show(paths, loader, overrides):
            failed = failed or not isinstance(outcome, list)
            if as_json:
                shown += _as_json(outcome)
            else:
                _print(outcome)
    if as_json:
        print_json(shown)
    return 1 if failed else 0


def _as_json(outcome: list[Document] | LoadFailure) -> list[Json]:
    from potluck.json_values import as_json
    from potluck.results.listings import LoadedResult, NotLoadedResult

    if not isinstance(outcome, list):
        return [as_json(NotLoadedResult(outcome.source, outcome.reason, outcome.error))]
    return [as_json(LoadedResult(one.source, one.text, _metadata(one))) for one in outcome]


def _metadata(document: Document) -> dict[str, Json]:
    sections: list[Json] = [
        {"number": s.number, "title": s.title, "level": s.level, "start": s.start, "end": s.end}
        for s in document.sections
    ]
    pages: list[Json] = [
        {"number": p.number, "start": p.start, "end": p.end, **({"label": p.label} if p.label else {})}
        for p in document.pages
    ]
    return {
        **document.metadata,
        **({"sections": sections} if sections else {}),
        **({"pages": pages} if pages else {}),
        **({"losses": list(document.losses)} if document.losses else {}),
    }


def _print(outcome: list[Document] | LoadFailure) -> None:
    if not isinstance(outcome, list):
        echo(f"not read: {outcome}", fg="yellow", err=True)
        return
    for document in outcome:
        facts = [f"{len(document.text):,} characters"]
        facts += [many(len(document.sections), "section")] if document.sections else []
        facts += [many(len(document.pages), "page")] if document.pages else []
        echo(f"{visible_line(document.source)}: {', '.join(facts)}", bold=True)
        for key, value in document.metadata.items():
            echo(visible_line(f"  {key}: {value}"), dim=True)
        for loss in document.losses:
            echo(visible_line(f"  lost: {loss}"), fg="yellow")
        echo(document.text)
