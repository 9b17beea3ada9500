"""Variants share chat models and nothing else; what was lent or owned is closed.

Modules: ``potluck.evaluation.resources``.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from potluck import recipe as recipes
from potluck.components.components import Components
from potluck.documents import Message
from potluck.evaluation.resources import OpenResources, SharedResources
from potluck.indexing.report import IndexReport
from potluck.model_sources.model_store import ModelStore
from potluck.observation.observers import Observers
from potluck.recipe.model import RecipeModel
from potluck.workspace import Workspace
from support.fake_plugins import install_hashing, visible


class Shop:
    """Recipes over one document, and what happened to their components."""

    def __init__(self, folder: Path, workspace: Workspace) -> None:
        self.folder = folder
        self.resources = SharedResources(workspace, ModelStore(folder), Observers())

    def recipe(self, *overrides: str) -> RecipeModel:
        return recipes.loads("documents: a.txt\nembedder: hashing\n", self.folder / "recipe.yaml", overrides)


@pytest.fixture
def closed(monkeypatch: pytest.MonkeyPatch) -> list[Components]:
    """The components that were closed, in order."""
    found: list[Components] = []
    close = Components.close

    def note(components: Components) -> None:
        found.append(components)
        close(components)

    monkeypatch.setattr(Components, "close", note)
    return found


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Shop]:
    (tmp_path / "a.txt").write_text("道碴厚三十公分。", encoding="utf-8")
    with visible(install_hashing(tmp_path / "site"), monkeypatch), closing(Workspace(tmp_path / "w")) as workspace:
        yield Shop(tmp_path, workspace)


def test_what_is_lent_is_closed_when_it_comes_back_after_an_error_too(shop: Shop, closed: list[Components]) -> None:
    def fail() -> None:
        with shop.resources.borrow(shop.recipe()) as components:
            assert components.recipe == shop.recipe()
            assert closed == []
            raise ValueError("壞了")

    with pytest.raises(ValueError, match="壞了"):
        fail()
    assert len(closed) == 1


def test_what_is_owned_stays_open_to_the_end(shop: Shop, closed: list[Components]) -> None:
    first, second = shop.resources.own(shop.recipe()), shop.resources.own(shop.recipe())

    assert first is not second
    assert closed == []
    shop.resources.close()
    assert closed == [second, first]
    shop.resources.close()
    assert len(closed) == 2


def test_recipes_with_the_same_chat_model_share_it(shop: Shop, closed: list[Components]) -> None:
    first = shop.resources.with_chat(shop.recipe())
    same = shop.resources.with_chat(shop.recipe("retriever.k=2"))

    assert same is first
    assert len(closed) == 1
    assert closed[0] is not first
    shop.resources.close()
    assert first in closed


def test_of_chat_models_the_two_used_last_stay_open(shop: Shop, closed: list[Components]) -> None:
    def chat(tokens: int) -> Components:
        return shop.resources.with_chat(shop.recipe(f"chat.max_tokens={tokens}"))

    one, two = chat(1), chat(2)
    assert chat(1) is one
    closed.clear()
    three = chat(3)

    assert closed == [two]
    assert (chat(1), chat(3)) == (one, three)
    assert chat(2) is not two


def test_an_index_is_brought_up_to_date_and_searched(shop: Shop) -> None:
    with shop.resources.borrow(shop.recipe()) as components:
        assert shop.resources.index(components).documents.added == 1
        assert shop.resources.index(components).documents.added == 0
        with closing(shop.resources.retriever(components)) as searcher:
            assert searcher.retrieve("道碴厚三十公分。", 1)[0].source == "a.txt"


def test_threads_that_wait_leave_the_processor_to_others(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    for before, after in ((None, "passive"), ("active", "active")):
        monkeypatch.delenv("OMP_WAIT_POLICY", raising=False)
        if before is not None:
            monkeypatch.setenv("OMP_WAIT_POLICY", before)
        SharedResources(shop.resources.workspace, shop.resources.models, Observers())
        assert os.environ["OMP_WAIT_POLICY"] == after


def test_an_open_recipe_makes_nothing_twice_and_closes_nothing(shop: Shop, closed: list[Components]) -> None:
    workspace, observers = shop.resources.workspace, shop.resources.observers
    components = Components(shop.recipe(), workspace, ModelStore(shop.folder))
    report, loaded = IndexReport(), list[str]()
    searcher = object()

    def load_chat() -> object:
        loaded.append("chat")
        return components.chat

    resources = OpenResources(components, workspace, observers, lambda: report, lambda: searcher, load_chat)  # type: ignore[arg-type, return-value]

    assert (resources.workspace, resources.observers) == (workspace, observers)
    with resources.borrow(shop.recipe()) as lent:
        assert lent is resources.own(shop.recipe()) is components
        assert loaded == []
    assert resources.with_chat(shop.recipe()) is components
    assert loaded == ["chat"]
    assert resources.index(components) is report
    assert resources.retriever(components) is searcher
    assert closed == []
    assert components.chat.count_tokens([Message("user", "道碴")]) > 0
    components.close()
