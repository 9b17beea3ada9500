"""A folder in which the planted plugins are installed, and an engine over a recipe's variants."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from potluck import recipe
from potluck.comparison.engine import Engine
from potluck.evaluation.resources import SharedResources
from potluck.model_sources.model_store import ModelStore
from potluck.observation.observers import Observers
from potluck.recipe.model import RecipeModel
from potluck.workspace import Workspace
from support.fake_plugins import visible
from support.planted import install_planted
from support.scoring import usual

EngineFor = Callable[[RecipeModel], Engine]


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An empty folder for recipes; embedded texts and asked questions are logged beside it."""
    folder = tmp_path / "home"
    folder.mkdir()
    monkeypatch.setenv("EMBEDDED_LOG", str(tmp_path / "embedded.log"))
    monkeypatch.setenv("ASKED_LOG", str(tmp_path / "asked.log"))
    with visible(install_planted(tmp_path / "site"), monkeypatch):
        yield folder


@pytest.fixture
def engine_for() -> Iterator[EngineFor]:
    """Makes engines, and closes what they share."""
    opened: list[SharedResources | Workspace] = []

    def make(model: RecipeModel) -> Engine:
        workspace = Workspace(model.folder / ".potluck")
        resources = SharedResources(workspace, ModelStore(model.folder), Observers())
        opened.extend((workspace, resources))
        return Engine([model], usual(), resources)

    yield make
    for one in reversed(opened):
        one.close()


def load(path: Path) -> RecipeModel:
    """Read a recipe."""
    return recipe.load(path)
