"""What is asked of a store, and what is made of its answer.

Modules: ``potluck.retrieval.open_index``, ``potluck.stages.retrieve``.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from potluck import Recipe
from potluck.contracts import Vectors
from potluck.contracts.store import Hits
from potluck.evaluation.search import open_searcher
from support.fake_plugins import install_hashing, visible


@pytest.fixture
def recipe(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Recipe]:
    for number in range(6):
        (tmp_path / f"{number}.txt").write_text(f"第{number}站 station {number}", encoding="utf-8")
    (tmp_path / "recipe.yaml").write_text("documents: '*.txt'\nembedder: hashing\nstore: exact\n", encoding="utf-8")
    with visible(install_hashing(tmp_path / "site"), monkeypatch), Recipe.load(tmp_path / "recipe.yaml") as opened:
        opened.index()
        yield opened


def test_a_store_that_holds_the_index_alone_is_asked_for_no_more_than_is_wanted(
    recipe: Recipe, monkeypatch: pytest.MonkeyPatch
) -> None:
    search = open_searcher(recipe.components, recipe.workspace)
    asked: list[int] = []
    of_the_store = search.store.search

    def recorded(vector: Vectors, k: int) -> Hits:
        asked.append(k)
        return of_the_store(vector, k)

    monkeypatch.setattr(search.store, "search", recorded)
    found = search.retrieve("第3站 station 3", 2)

    assert asked == [2]
    assert found[0].text == "第3站 station 3"


def test_with_vectors_of_another_state_as_many_more_are_asked_for(recipe: Recipe, tmp_path: Path) -> None:
    (tmp_path / "0.txt").unlink()
    recipe.index()
    search = open_searcher(recipe.components, recipe.workspace)

    found = search.retrieve("第0站 station 0", 5)

    assert sorted(passage.source for passage in found) == [f"{number}.txt" for number in range(1, 6)]
