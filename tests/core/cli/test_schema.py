"""``potluck schema``: of recipes, or of a command's output.

Modules: ``potluck.cli.schema``.
"""

from __future__ import annotations

from potluck.cli.outputs import output_schema
from potluck.recipe.schema import json_schema
from support.commands import potluck, potluck_json


def test_without_a_command_it_is_the_schema_of_recipes() -> None:
    assert potluck_json("schema") == json_schema()
    assert potluck_json("schema", "--output", "error") == output_schema("error")


def test_the_schema_of_a_command_that_there_is_not_is_an_error_with_a_hint() -> None:
    done = potluck("schema", "--output", "comapre")

    assert done.returncode == 1
    assert "no command 'comapre' prints JSON (did you mean 'compare'?)" in done.stderr
