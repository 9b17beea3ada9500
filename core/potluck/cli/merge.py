"""``potluck merge``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from potluck.cli.common import json_option, open_recipe, recipe_argument, set_option
from potluck.cli.terminal import echo, print_json

if TYPE_CHECKING:
    from potluck.models.quantisation import Precision


@click.command("merge")
@recipe_argument
@click.argument("into", type=click.Path(path_type=Path))
@click.option(
    "--precision",
    type=click.Choice(["f16", "q8_0", "q4_k_m"]),
    help="How many bits per weight of a .gguf file has: 16, about 8.5, or about 4.8.",
)
@set_option
@json_option
def command(recipe: Path, into: Path, precision: Precision | None, overrides: tuple[str, ...], as_json: bool) -> None:
    """Write a recipe's model with its tuned parameters merged into the weights.

    If the recipe names an adapter, that is merged. INTO is a folder, or for llama.cpp a file that ends in .gguf, and
    need not exist. Trains first if that was not done. INTO appears only if the merged model gives the same figures as
    the tuned one, before a file is quantised.

    A file for llama.cpp comes with a Modelfile for Ollama: INTO with the ending .Modelfile.
    """
    from potluck.adapters.merge import merge

    with open_recipe(recipe, overrides, as_json) as opening:
        report = merge(opening.components, into, precision)
    if as_json:
        print_json(report.as_json())
        return
    rounded = f", before its weights are rounded to {precision or 'f16'}" if report.modelfile is not None else ""
    echo(f"{report.folder}: logits differ by at most {report.difference:.2g} from the tuned model's{rounded}")
    if report.modelfile is not None:
        echo(f"{report.modelfile}: for ollama create NAME -f {report.modelfile}")
