"""Retrievers and rerankers are made with the models that they need and no others, and named after what decides them.

Modules: ``potluck.retrieval.maker``.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any

import pytest

from potluck import recipe as recipes
from potluck.components.components import Components
from potluck.model_sources.model_store import ModelStore
from potluck.retrieval.maker import RetrievalMaker
from potluck.workspace import Workspace
from support.fake_plugins import visible
from support.retrieving import install_keywords


class Kitchen:
    """Makers for recipes over one document."""

    def __init__(self, folder: Path, closing_all: ExitStack) -> None:
        self.folder, self._closing = folder, closing_all
        self.workspace = closing_all.enter_context(closing(Workspace(folder / ".potluck")))

    def maker(self, *overrides: str) -> RetrievalMaker:
        text = "documents: a.txt\nembedder: hashing\nchat: guesser\n"
        recipe = recipes.loads(text, self.folder / "recipe.yaml", overrides)
        self.components = Components(recipe, self.workspace, ModelStore(self.folder))
        self._closing.callback(self.components.close)
        return RetrievalMaker(self.components)

    def fingerprint(self, *overrides: str, reranker: bool = False) -> str:
        maker = self.maker(*overrides)
        recipe = self.components.recipe
        spec = recipe.reranker if reranker else recipe.retriever_spec
        assert spec is not None
        within = tuple(maker.make(one, self.folder) for one in spec.inner)
        component = maker.make(spec, self.folder, within)  # type: ignore[arg-type]
        return maker.fingerprint(spec, component)


@pytest.fixture
def kitchen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Kitchen]:
    (tmp_path / "a.txt").write_text("道碴", encoding="utf-8")
    with visible(install_keywords(tmp_path / "site"), monkeypatch), ExitStack() as closing_all:
        yield Kitchen(tmp_path, closing_all)


@pytest.mark.parametrize(
    ("retriever", "embedder", "chat"),
    [("hanbi", False, False), ("vector", True, False), ("guessed", True, True), ("fused", True, False)],
)
def test_a_maker_has_the_models_that_some_retriever_needs(
    kitchen: Kitchen, retriever: str, embedder: bool, chat: bool
) -> None:
    maker = kitchen.maker(f"retriever={retriever}")

    assert (maker.embedder is not None, maker.chat is not None) == (embedder, chat)


def test_each_component_gets_what_itself_needs_and_those_within_it(kitchen: Kitchen) -> None:
    maker = kitchen.maker("retriever={use: fused, of: [hanbi, guessed]}")
    spec = kitchen.components.recipe.retriever_spec

    inner: Any = [maker.make(one, kitchen.folder / "own") for one in spec.inner]
    outer: Any = maker.make(spec, kitchen.folder, tuple(inner))

    assert outer.retrievers == tuple(inner)
    assert inner[0].path == kitchen.folder / "own" / "words.json"
    assert (inner[1].embedder, inner[1].chat) == (maker.embedder, maker.chat)
    assert maker.embedder is not None
    assert maker.embedder.embedder is kitchen.components.embedder


def test_what_is_made_is_named_after_its_settings_and_the_seed(kitchen: Kitchen) -> None:
    plain = kitchen.fingerprint("retriever=hanbi")

    assert kitchen.fingerprint("retriever={use: hanbi, k: 9, workers: 3}") == plain
    others = [
        kitchen.fingerprint("retriever={use: hanbi, least: 0.5}"),
        kitchen.fingerprint("retriever=hanbi", "seed=7"),
        kitchen.fingerprint("retriever=vector"),
        kitchen.fingerprint("reranker=numbers", reranker=True),
        kitchen.fingerprint("reranker={use: numbers, strict: true}", reranker=True),
    ]
    assert len({plain, *others}) == 6


def test_another_model_is_another_name_for_whoever_asks_it(kitchen: Kitchen) -> None:
    def names(retriever: str) -> set[str]:
        swaps = ("embedder={use: hashing, dimensions: 8}", "chat={use: guesser, max_tokens: 9}")
        return {kitchen.fingerprint(f"retriever={retriever}", *swap) for swap in ((), swaps[:1], swaps[1:])}

    assert len(names("hanbi")) == 1
    assert len(names("vector")) == 2
    assert len(names("guessed")) == 3


def test_files_that_retrievers_and_the_reranker_depend_on_are_listed_by_kind(
    kitchen: Kitchen, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert kitchen.maker("retriever=hanbi").identities() == {}
    assert kitchen.maker("retriever=fused", "reranker=numbers").identities() == {}
    (kitchen.folder / "model").write_text("第一版", encoding="utf-8")
    monkeypatch.setenv("NUMBERS_MODEL", str(kitchen.folder / "model"))

    closed: list[object] = []
    reranker = kitchen.maker("reranker=numbers")
    assert kitchen.components.recipe.reranker is not None
    made = type(reranker.make(kitchen.components.recipe.reranker, kitchen.folder))
    monkeypatch.setattr(made, "close", lambda component: closed.append(component))

    assert reranker.identities() == {"reranker": {"numbers model": "第一版"}}
    assert len(closed) == 1
    assert kitchen.maker().identities() == {}
