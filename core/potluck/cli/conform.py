"""``potluck conform``."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click

from potluck.amounts import count_kept_rules
from potluck.cli.common import json_option, open_observers
from potluck.cli.terminal import echo, print_json
from potluck.contracts.kinds import KINDS, Kind


@click.command("conform")
@click.argument("kind", type=click.Choice(list(KINDS)))
@click.argument("name")
@click.option("--config", type=click.Path(path_type=Path), help="A YAML file with the plugin's settings.")
@click.option(
    "--samples",
    type=click.Path(path_type=Path),
    help="For a loader: a folder of files with an expected.json, which says what text each has to hold.",
)
@json_option
def command(kind: Kind, name: str, config: Path | None, samples: Path | None, as_json: bool) -> int:
    """Check an installed plugin against the rules of its contract.

    Every rule has a name; a broken one is reported with what happened. The exit status is 1 if one is broken.

    A loader is tried on sample files, whole and damaged: on yours, or on samples in those text formats whose extensions
    it claims. expected.json: {"report.docx": ["a phrase that has to come out", "another"]}.
    """
    from potluck.testing import conform

    with open_observers(as_json):
        outcomes = conform(kind, name, _settings(config), samples)
    broken = [one for one in outcomes if not one.kept]
    if as_json:
        print_json([asdict(one) for one in outcomes])
        return 1 if broken else 0
    for one in outcomes:
        state = "skipped" if one.skipped else "kept" if one.kept else "BROKEN"
        echo(f"{state:8} {one.rule}" + (f": {one.why}" if one.why else ""), fg=None if one.kept else "red")
    echo(count_kept_rules(len(outcomes), len(broken), sum(one.skipped for one in outcomes)))
    return 1 if broken else 0


def _settings(path: Path | None) -> dict[str, object]:
    """The mapping of a YAML file. Raises ``PotluckError`` for anything else."""
    from potluck.errors import PotluckError
    from potluck.recipe.yaml_reader import parse_value

    if path is None:
        return {}
    try:
        said = parse_value(path.read_text(encoding="utf-8"), str(path)).plain()
    except OSError as error:
        raise PotluckError(f"{path}: cannot be read: {error.strerror}") from error
    if not isinstance(said, dict):
        raise PotluckError(f"{path}: expected a mapping of settings")
    return dict(said)
