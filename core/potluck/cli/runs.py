"""``potluck runs list``, ``latest``, ``show``, ``open``, ``diff`` and ``rm``."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

import click

from potluck.amounts import many, size
from potluck.cli.common import json_option
from potluck.cli.groups import CommandGroup
from potluck.cli.terminal import draw, echo, is_terminal, print_result

if TYPE_CHECKING:
    from potluck.results.kept_runs import (
        KeptRunResult,
        MeasureDifferenceResult,
        RunDetailResult,
        RunDiffResult,
        RunListResult,
    )

run_argument = click.argument("run", metavar="RUN")


@click.group("runs", cls=CommandGroup)
def command() -> None:
    """List the runs that are kept, look at one, compare two, or remove some.

    RUN is the name of a run (its last four characters are enough), its folder, or `latest`: the newest of the workspace
    in the current folder, or if that has none, of all workspaces of this user.
    """


@command.command("list")
@click.option("--limit", type=click.IntRange(min=1), default=20, show_default=True, help="Only the newest N.")
@json_option
def list_command(limit: int, as_json: bool) -> None:
    """List the runs of all workspaces of this user, the newest first."""
    from potluck.results.kept_runs import RunListResult
    from potluck.runs.find import all_runs
    from potluck.runs.kept import kept_run

    runs = all_runs()
    found = RunListResult(tuple(map(kept_run, runs[:limit])), max(0, len(runs) - limit))
    if as_json:
        print_result(found)
    else:
        _print_list(found)


@command.command("latest")
@json_option
def latest_command(as_json: bool) -> None:
    """Show the newest run, as `potluck runs show latest` does."""
    _show("latest", as_json)


@command.command("show")
@run_argument
@json_option
def show_command(run: str, as_json: bool) -> None:
    """Show the settings and measures of a run."""
    _show(run, as_json)


@command.command("open")
@run_argument
@json_option
def open_command(run: str, as_json: bool) -> None:
    """Open the report of a run in a browser.

    Off a terminal, with --json, and if there is no browser, its path is printed.
    """
    import webbrowser

    from potluck.results.kept_runs import OpenedRunResult
    from potluck.runs.find import find_run
    from potluck.runs.kept import report_of

    folder = find_run(run)
    report = report_of(folder)
    opened = not as_json and is_terminal() and webbrowser.open(report.as_uri())
    if as_json:
        print_result(OpenedRunResult(folder.name, str(report), opened))
    else:
        echo(str(report))


@command.command("diff")
@click.argument("one", metavar="A")
@click.argument("other", metavar="B")
@json_option
def diff_command(one: str, other: str, as_json: bool) -> None:
    """Show the settings and inputs that differ between two runs, and their measures side by side.

    If both answered the same questions, the measures are compared question by question, and a difference comes with its
    interval and p. In comparisons each variant is compared with the one of the same name.
    """
    from potluck.runs.diff import compare_runs
    from potluck.runs.find import find_run

    found = compare_runs(find_run(one), find_run(other))
    if as_json:
        print_result(found)
    else:
        _print_diff(found)


@command.command("rm")
@click.argument("runs", metavar="RUN...", nargs=-1, required=True)
@click.option("--yes", is_flag=True, help="Do not ask.")
@json_option
def rm_command(runs: tuple[str, ...], yes: bool, as_json: bool) -> None:
    """Remove runs: their manifests, answers and reports.

    Indexes, cached answers and tuned models stay. Other runs lose nothing.
    """
    from potluck.results.kept_runs import RemovedRunsResult
    from potluck.runs.find import find_run
    from potluck.runs.kept import kept_run
    from potluck.runs.remove import check_removable, remove_runs

    folders = list(dict.fromkeys(map(find_run, runs)))
    for folder in folders:
        check_removable(folder)
    found = tuple(map(kept_run, folders))
    if not yes:
        _ask(found, as_json)
    remove_runs(folders)
    if as_json:
        print_result(RemovedRunsResult(found))
    else:
        echo(f"removed {many(len(found), 'run')}")


def _ask(found: Sequence[KeptRunResult], as_json: bool) -> None:
    """Raise ``Abort`` unless the user agrees, and ``UsageError`` if nobody can be asked."""
    if as_json or not sys.stdin.isatty():
        raise click.UsageError("nobody can be asked here: say --yes to remove the runs")
    for one in found:
        echo(f"{one.folder}  {one.command} of {one.recipe}, {size(one.bytes)}")
    click.confirm(f"Remove {many(len(found), 'run')}?", abort=True, err=True)


def _show(run: str, as_json: bool) -> None:
    from potluck.runs.find import find_run
    from potluck.runs.kept import run_detail

    found = run_detail(find_run(run))
    if as_json:
        print_result(found)
    else:
        _print_run(found)


def _print_list(found: RunListResult) -> None:
    from potluck.terminal_tables import TerminalTable

    if not found.runs:
        echo("no run was kept yet: potluck run RECIPE keeps one")
        return
    table = TerminalTable()
    for head in ("run", "when", "what", "recipe", "measure", "seconds", "size"):
        table.add_column(head, folds=head in ("recipe", "measure"))
    for one, name in zip(found.runs, _short_names(found.runs), strict=True):
        seconds = "-" if one.seconds is None else f"{one.seconds:,.1f}"
        what = one.command or "damaged"
        table.add_row(name, _age(one.started), what, one.recipe, _chief(one), seconds, size(one.bytes))
    draw(table)
    if found.older:
        echo(f"and {found.older:,} older: potluck runs list --limit {len(found.runs) + found.older}")


def _chief(one: KeptRunResult) -> str:
    """The chief measure in a few words: of variants the least and the greatest mean."""
    means = sorted(one.values.values())
    if not means:
        return "-"
    if len(means) == 1:
        return f"{one.measure} {means[0]:.3f}"
    return f"{one.measure} {means[0]:.3f} to {means[-1]:.3f} of {len(means)}"


def _print_run(found: RunDetailResult) -> None:
    one = found.kept
    echo(f"{one.run}: {one.command} of {one.recipe}", bold=True)
    seconds = "" if one.seconds is None else f", {one.seconds:,.1f} s"
    echo(f"{one.started}{seconds}, {size(one.bytes)}")
    echo(f"{found.report or one.folder}")
    echo(", ".join(f"{name} {value}" for name, value in found.versions.items()))
    _print_settings(found.settings)
    _print_measures(found.measures)


def _print_settings(of: Mapping[str, Mapping[str, object]]) -> None:
    """The settings that all variants share, then those of each."""
    first, *others = of.values() or ({},)
    common = {key: value for key, value in first.items() if all(key in one and one[key] == value for one in others)}
    own = {name: {key: value for key, value in one.items() if key not in common} for name, one in of.items()}
    for variant, settings in {"": common, **{name: one for name, one in own.items() if one}}.items():
        echo(f"\nSettings{f' of {variant}' if variant else ''}", bold=True)
        for key, value in settings.items():
            echo(f"  {key} = {_as_text(value)}")


def _print_measures(of: Mapping[str, Mapping[str, float | None]]) -> None:
    from potluck.terminal_tables import TerminalTable

    names = dict.fromkeys(name for one in of.values() for name, value in one.items() if value is not None)
    if not names:
        return
    table = TerminalTable()
    table.add_column("measure", folds=True)
    for variant in of:
        table.add_column(variant)
    for name in names:
        table.add_row(name, *(_figure(one.get(name)) for one in of.values()))
    echo()
    draw(table)


def _print_diff(found: RunDiffResult) -> None:
    for name, run in (("A", found.a), ("B", found.b)):
        echo(f"{name}  {run.run}: {run.command} of {run.recipe}", bold=True)
    for title, things in (("Settings", found.settings), ("Inputs", found.inputs)):
        if things:
            echo(f"\n{title} that differ", bold=True)
        for one in things:
            what = "" if one.what == "setting" else f"{one.what} "
            echo(f"  {what}{one.name}: {_as_text(one.then)} -> {_as_text(one.now)}")
    if found.measures and not found.settings and not found.inputs:
        echo("settings and inputs are the same")
    _print_differences(found.measures)
    for note in found.notes:
        echo(f"note: {note}", err=True, fg="yellow")


def _print_differences(measures: Sequence[MeasureDifferenceResult]) -> None:
    """The measures side by side; then in words those that both runs took on the same questions."""
    from potluck.terminal_tables import TerminalTable

    if not measures:
        return
    table = TerminalTable()
    table.add_column("measure", folds=True)
    for head in ("A", "B", "B - A", "p", "questions"):
        table.add_column(head)
    for one in measures:
        name = f"{one.measure} of {one.variant}" if one.variant else one.measure
        paired = ("-", "-", "-") if one.difference is None else (_between(one), _p_value(one), f"{one.n:,}")
        table.add_row(name, _figure(one.a), _figure(one.b), *paired)
    echo()
    draw(table)
    verdicts = [one.sentence for one in measures if one.verdict not in (None, "no evidence")]
    for sentence in verdicts:
        echo(sentence)
    if not verdicts and any(one.verdict for one in measures):
        echo("no evidence of a difference by any measure")


def _p_value(one: MeasureDifferenceResult) -> str:
    from potluck.statistics.figures import p_figure

    return "-" if one.p_adjusted is None else p_figure(one.p_adjusted)


def _between(one: MeasureDifferenceResult) -> str:
    from potluck.statistics.figures import signed_figures, signed_interval

    if one.difference is None or one.low is None or one.high is None:
        return "-" if one.difference is None else signed_figures([one.difference])[0]
    return signed_interval(one.difference, one.low, one.high)


def _figure(value: float | None) -> str:
    return "-" if value is None else f"{value:,}" if isinstance(value, int) else f"{value:,.3f}"


def _age(started: str) -> str:
    """How long ago that was, in the largest unit that is whole."""
    import time
    from calendar import timegm

    try:
        seconds = time.time() - timegm(time.strptime(started, "%Y-%m-%dT%H:%M:%SZ"))
    except ValueError:
        return "-"
    if seconds >= 86400:
        return f"{many(int(seconds // 86400), 'day')} ago"
    for unit, length in (("h", 3600), ("min", 60)):
        if seconds >= length:
            return f"{int(seconds // length)} {unit} ago"
    return "just now"


def _short_names(runs: Sequence[KeptRunResult]) -> Iterator[str]:
    """The end of each name where it means that run alone."""
    from potluck.runs.find import SHORTEST

    ends = [one.run[-SHORTEST:] for one in runs]
    for one, end in zip(runs, ends, strict=True):
        yield end if ends.count(end) == 1 else one.run


def _as_text(value: object) -> str:
    import json

    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
