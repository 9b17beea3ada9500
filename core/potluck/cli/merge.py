"""``potluck merge``."""

from __future__ import annotations

from pathlib import Path

import click

from potluck.cli.common import json_option, open_recipe, recipe_argument, set_option
from potluck.cli.terminal import echo, print_json


@click.command("merge")
@recipe_argument
@click.argument("into", type=click.Path(path_type=Path))
@set_option
@json_option
def command(recipe: Path, into: Path, overrides: tuple[str, ...], as_json: bool) -> None:
    """Write the model of a recipe with what its tuner learned in its weights.

    Or with what the adapter holds that it names. INTO is a folder, or for llama.cpp a file that ends in .gguf
    (float16), and need not exist. Trains first, where that was not done. It appears only if the merged model gives
    the same figures as the tuned one.
    """
    from potluck.adapters.merge import merge

    with open_recipe(recipe, overrides, as_json) as opening:
        report = merge(opening.components, into)
    if as_json:
        print_json(report.as_json())
    else:
        echo(f"{report.folder}: logits differ by at most {report.difference:.2g} from the tuned model's")
