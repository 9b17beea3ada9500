"""What embedders leave unread of long chunks is said in words, and vectors of chunks that were read whole are shared.

Modules: ``potluck.comparison.unread``.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from potluck import Recipe, recipe
from potluck.comparison.unread import unread_by
from potluck.evaluation.resources import SharedResources
from potluck.model_sources.model_store import ModelStore
from potluck.observation.observers import Observers
from potluck.recipe.model import RecipeModel
from potluck.workspace import Workspace

LONG = "第七座橋於一九零七年落成，長度為二十五公尺，由工程司核定。"
SHORT = "短的。"


@pytest.fixture
def resources(home: Path) -> Iterator[SharedResources]:
    for name, text in (("a", LONG), ("b", SHORT), ("c", LONG * 2)):
        (home / f"{name}.txt").write_text(text, encoding="utf-8")
    workspace = Workspace(home / ".potluck")
    shared = SharedResources(workspace, ModelStore(home), Observers())
    yield shared
    shared.close()
    workspace.close()


def indexed(home: Path, embedder: str) -> RecipeModel:
    path = home / "recipe.yaml"
    path.write_text(f'documents: "*.txt"\nchat: reader\nembedder: {embedder}\n', encoding="utf-8")
    with Recipe.load(path) as opened:
        opened.index()
    return recipe.load(path)


def test_chunks_that_are_longer_than_the_window_are_counted_and_the_longest_is_told(
    home: Path, resources: SharedResources
) -> None:
    model = indexed(home, f"{{use: keys, window: {len(LONG) - 1}, fit: cut}}")

    assert unread_by(resources, model) == (
        f"keys read {len(LONG) - 1} of up to {2 * len(LONG)} tokens, and so not the whole of 2 of 3 chunks"
    )


def test_a_chunk_that_just_fits_is_read_whole(home: Path, resources: SharedResources) -> None:
    assert unread_by(resources, indexed(home, f"{{use: keys, window: {len(LONG)}, fit: cut}}")).endswith(
        "1 of 3 chunks"
    )
    assert unread_by(resources, indexed(home, f"{{use: keys, window: {2 * len(LONG)}, fit: cut}}")) == ""


def test_an_embedder_without_a_window_reads_everything(home: Path, resources: SharedResources) -> None:
    assert unread_by(resources, indexed(home, "keys")) == ""


def test_without_an_index_nothing_is_known(home: Path, resources: SharedResources) -> None:
    path = home / "recipe.yaml"
    path.write_text('documents: "*.txt"\nembedder: {use: keys, window: 3, fit: cut}\n', encoding="utf-8")

    assert unread_by(resources, recipe.load(path)) == ""


def test_the_embedder_that_reads_all_embeds_only_what_was_not_read_whole(
    home: Path, resources: SharedResources
) -> None:
    model = indexed(home, f"{{use: keys, window: {len(LONG) - 1}, fit: cut}}")
    unread_by(resources, model)
    log = home.parent / "embedded.log"
    log.unlink()

    indexed(home, f"{{use: keys, window: {len(LONG) - 1}, fit: pool}}")

    embedded = "".join(log.read_text(encoding="utf-8").splitlines())
    assert SHORT not in embedded
    assert LONG[:10] in embedded
