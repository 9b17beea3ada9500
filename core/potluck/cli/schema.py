"""``potluck schema``."""

from __future__ import annotations

import click

from potluck.cli.common import json_option
from potluck.cli.terminal import print_json


@click.command("schema")
@json_option
def command(as_json: bool) -> None:
    """Print the JSON Schema of recipes, with the settings of every installed plugin.

    Editors complete and check recipes with it: save it as recipe.schema.json and begin a recipe with
    '# yaml-language-server: $schema=recipe.schema.json'.
    """
    from potluck.recipe.schema import json_schema

    print_json(json_schema())
