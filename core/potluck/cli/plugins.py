"""``potluck plugins list`` and ``potluck plugins doctor``."""

from __future__ import annotations

import click

from potluck.cli.common import json_option, print_json


@click.group("plugins")
def command() -> None:
    """List the installed plugins, or find those that do not work."""


@command.command("list")
@click.argument("kind", required=False)
@json_option
def list_plugins(kind: str | None, as_json: bool) -> None:
    """List the installed plugins (of a KIND: loader, splitter, embedder, store, tuner, chat). Imports none of them."""
    from potluck.plugins import GROUPS, installed

    if kind is not None and kind not in GROUPS:
        raise click.BadParameter(f"{kind!r} is not one of {', '.join(GROUPS)}", param_hint="KIND")
    found = [plugin for plugin in installed() if kind in (None, plugin.kind)]
    if as_json:
        print_json([{"kind": p.kind, "name": p.name, "package": p.package, "version": p.version} for p in found])
    else:
        for plugin in found:
            click.echo(f"{plugin.kind:9} {plugin.name:22} {plugin.package} {plugin.version}")


@command.command("doctor")
@json_option
def doctor(as_json: bool) -> int:
    """Import every plugin and say what is wrong: failures, missing packages, clashes of names.

    A missing optional package is not a failure: the exit status is 1 only for plugins that are broken.
    """
    from potluck.errors import MissingDependency
    from potluck.plugins import broken

    failures = broken()
    if as_json:
        print_json(
            [
                {"kind": p.kind, "name": p.name, "package": p.package, "problem": type(e).__name__, "message": str(e)}
                for p, e in failures
            ]
        )
    else:
        for _, error in failures:
            click.echo(str(error))
        if not failures:
            click.echo("every installed plugin can be used")
    return 1 if any(not isinstance(error, MissingDependency) for _, error in failures) else 0
