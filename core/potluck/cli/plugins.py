"""``potluck plugins list`` and ``potluck plugins doctor``."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

import click

from potluck.amounts import count_kept_rules
from potluck.cli.common import json_option, open_observers
from potluck.cli.groups import CommandGroup
from potluck.cli.terminal import echo, print_json

if TYPE_CHECKING:
    from potluck.doctor.examine import Examination
    from potluck.documents import Json
    from potluck.plugins import Plugin

_OWN = "potluck"
"""The package of the bundled plugins: their modules are this program's own."""


@click.group("plugins", cls=CommandGroup)
def command() -> None:
    """List the installed plugins, or find those that do not work."""


@command.command("list")
@click.argument("kind", required=False)
@click.option("--import", "importing", is_flag=True, help="Import each plugin, in a process of its own, to be certain.")
@json_option
def list_plugins(kind: str | None, importing: bool, as_json: bool) -> None:
    """List the installed plugins (of a KIND: loader, splitter, embedder, store, retriever, reranker, tuner, chat,
    metric, observer).

    Each with its package, that package's version, the version of the contract that it was written for, and the packages
    that it needs and that are not installed.

    Nothing is imported from other packages. What their metadata does not say is shown as '?': the version of the
    contract, unless the package names it in the entry-point group potluck.contracts, and what is missing, unless the
    package has an extra named like the plugin, or everything that its extras ask for is installed. With --import each
    is imported in a process of its own, for at most 20 seconds.
    """
    from potluck.plugins import GROUPS, installed_plugins

    if kind is not None and kind not in GROUPS:
        raise click.BadParameter(f"{kind!r} is not one of {', '.join(GROUPS)}", param_hint="KIND")
    chosen = [plugin for plugin in installed_plugins() if kind in (None, plugin.kind)]
    found = list(_describe_imported(chosen) if importing else map(_describe, chosen))
    if as_json:
        print_json([_row(*one) for one in found])
    else:
        _print_table(found)


@command.command("doctor")
@click.option("--conform", is_flag=True, help="Also check every plugin that can be used against the rules of its kind.")
@click.option(
    "--timeout", type=click.FloatRange(min=0.1), default=20.0, show_default=True, help="Seconds an import may take."
)
@json_option
def doctor(conform: bool, timeout: float, as_json: bool) -> int:
    """Import every plugin, and say how long that takes and what is wrong, one line each.

    Each is imported in a process of its own, so one that hangs, crashes, ends its process or prints costs its line and
    nothing else; what it tries to send when it is imported is refused and reported. It also reports names offered by
    two packages, file types that two loaders claim, and packages that do not work together.

    --conform takes minutes. It leaves out plugins that have no default for a setting, or would send texts to another
    machine, and says so.

    The exit status is 1 if something is broken. A missing optional package is not, nor is a module that is slow.
    """
    from potluck.doctor.examine import examine
    from potluck.doctor.packages import conflicts, findings
    from potluck.plugins import installed_plugins
    from potluck.reporting import iterate_in_stages

    found = []
    with open_observers(as_json):
        for one in iterate_in_stages(examine(installed_plugins(), timeout, conform), "examine"):
            found.append(one)
            if not as_json:
                _print_examined(one)
    wrong, together = list(findings()), list(conflicts())
    failed = bool(wrong) or any(one.is_broken for one in found)
    if as_json:
        print_json({"plugins": [one.as_json() for one in found], "findings": [*wrong, *together]})
    else:
        for line in (*wrong, *together):
            echo(line, fg="red")
        _print_summary(found, len(wrong) + len(together))
    return 1 if failed else 0


_Description = tuple["Plugin", int | None, Sequence[str] | None]
"""A plugin, the version of its contract, and what is missing; None for what is not known."""


def _describe(plugin: Plugin) -> _Description:
    """What metadata says of each plugin; only the bundled ones are imported."""
    from potluck import plugins
    from potluck.doctor import packages
    from potluck.errors import PluginError

    if plugin.package == _OWN:
        try:
            return plugin, plugins.unchecked_offer(plugin).contract, plugins.missing_modules(plugin)
        except PluginError:
            return plugin, None, None
    return plugin, plugins.declared_contract(plugin), packages.missing_packages(plugin)


def _describe_imported(chosen: Sequence[Plugin]) -> Iterator[_Description]:
    from potluck.doctor.examine import examine

    for one in examine(chosen):
        yield one.plugin, one.contract, one.missing if one.contract is not None else None


def _row(plugin: Plugin, contract: int | None, missing: Sequence[str] | None) -> dict[str, Json]:
    from potluck.json_values import as_json
    from potluck.results.listings import PluginResult

    lacking = None if missing is None else tuple(missing)
    return as_json(PluginResult(plugin.kind, plugin.name, plugin.package, plugin.version, contract, lacking))


def _print_table(found: Iterable[_Description]) -> None:
    rows = [("kind", "name", "package", "contract", "missing")]
    for plugin, contract, missing in found:
        lacking = "?" if missing is None else ", ".join(missing) or "-"
        shown = "?" if contract is None else str(contract)
        rows.append((plugin.kind, plugin.name, f"{plugin.package} {plugin.version}", shown, lacking))
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    for row in rows:
        echo("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())


def _print_examined(one: Examination) -> None:
    """One line, and one for each broken rule."""
    from potluck.doctor.examine import SLOW

    took = "" if one.seconds is None else f"{one.seconds * 1000:,.0f} ms"
    said = one.message or "can be used"
    if one.reached_for:
        said += f"; when it is imported it tries to reach {', '.join(one.reached_for)}, which was refused"
    if one.seconds is not None and one.seconds > SLOW:
        said += "; slow: heavy libraries belong into the methods that need them"
    if one.rules:
        skipped = sum(bool(rule["skipped"]) for rule in one.rules)
        said += f"; {count_kept_rules(len(one.rules), len(one.broken_rules), skipped)}"
    elif one.skipped:
        said += f"; not checked against the rules: {one.skipped}"
    colour = "red" if one.is_broken else "yellow" if one.missing else None
    echo(f"{one.plugin.kind:9} {one.plugin.qualified_name:32} {took:>9}  {said}", fg=colour)
    for rule in one.broken_rules:
        echo(f"{'':54}{rule}", fg="red")


def _print_summary(found: Sequence[Examination], findings: int) -> None:
    broken = sum(one.is_broken for one in found)
    missing = sum(bool(one.missing) for one in found)
    echo(
        f"{len(found)} plugins: {len(found) - broken - missing} can be used, {missing} need packages, {broken} are "
        f"broken; {findings} other findings"
    )
