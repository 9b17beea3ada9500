"""``potluck schema``."""

from __future__ import annotations

import click

from potluck.cli.common import json_option
from potluck.cli.terminal import print_json


@click.command("schema")
@click.option("--output", metavar="COMMAND", help="The schema of a command's output instead: compare, 'plugins list'.")
@json_option
def command(output: str | None, as_json: bool) -> None:
    """Print the JSON Schema of recipes, with the settings of every installed plugin.

    Editors complete and check recipes with it: save it as recipe.schema.json and begin a recipe with '#
    yaml-language-server: $schema=recipe.schema.json'.

    With --output the schema is that of a command's JSON output; '--output error' is what any command prints if
    something is wrong.
    """
    from potluck.cli.outputs import output_schema
    from potluck.recipe.schema import json_schema

    print_json(json_schema() if output is None else output_schema(output))
