"""An index is brought up to date with all that its retriever keeps of it, and opened in one whole state.

Modules: ``potluck.evaluation.search``.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from potluck import Recipe
from potluck.evaluation.search import lend_models, open_index, open_searcher, update_indexes
from support.fake_plugins import visible
from support.retrieving import CLAUSES, install_keywords, write_project


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    write_project(tmp_path / "規範", retriever="vector", chat="guesser")
    monkeypatch.setenv("RETRIEVAL_LOG", str(tmp_path / "retrieval.log"))
    with visible(install_keywords(tmp_path / "site"), monkeypatch):
        yield tmp_path / "規範"


def log(home: Path) -> list[str]:
    path = home.parent / "retrieval.log"
    return path.read_text(encoding="utf-8").splitlines() if path.exists() else []


@pytest.mark.parametrize(
    ("retriever", "added"),
    [("vector", 0), ("hanbi", len(CLAUSES)), ("{use: fused, of: [vector, hanbi]}", len(CLAUSES))],
)
def test_the_index_that_a_retriever_keeps_is_filled_with_the_recipes_own_once(
    home: Path, retriever: str, added: int
) -> None:
    with Recipe.load(home / "recipe.yaml", [f"retriever={retriever}"]) as recipe:
        for loaded in (len(CLAUSES), 0):
            report = update_indexes(recipe.components, recipe.workspace, recipe.observers)
            assert report.loaded == loaded
            assert len(log(home)) == added


def test_a_searcher_finds_in_the_state_that_is_finished(home: Path) -> None:
    with Recipe.load(home / "recipe.yaml", ["retriever=hanbi"]) as recipe:
        update_indexes(recipe.components, recipe.workspace, recipe.observers)
        with closing(open_searcher(recipe.components, recipe.workspace)) as searcher:
            assert searcher.retrieve("正線道碴厚度", 1)[0].source == "正線.txt"
            assert searcher.sources() == {f"{name}.txt" for name in CLAUSES}
            assert not searcher.embeds


def test_the_newest_state_is_opened_whole(home: Path) -> None:
    with Recipe.load(home / "recipe.yaml") as recipe:
        update_indexes(recipe.components, recipe.workspace, recipe.observers)
        (home / "patrol.txt").unlink()
        update_indexes(recipe.components, recipe.workspace, recipe.observers)
        with closing(open_index(recipe.components, recipe.workspace)) as index:
            assert index.whole
            assert len(index.ids) == len(CLAUSES) - 1
            assert index.state.generation == recipe.workspace.catalogue.generation(recipe.components.index_id)


def test_a_store_that_lost_vectors_is_opened_all_the_same_where_the_index_has_not_changed(home: Path) -> None:
    with Recipe.load(home / "recipe.yaml") as recipe:
        update_indexes(recipe.components, recipe.workspace, recipe.observers)
        with closing(open_index(recipe.components, recipe.workspace)) as index:
            lost = sorted(index.ids)[0]
            index.store.delete([lost])
            index.store.commit()
        with closing(open_index(recipe.components, recipe.workspace)) as index:
            assert not index.whole
            assert lost in index.ids


def test_a_searcher_may_ask_the_models_of_others(home: Path) -> None:
    with (
        Recipe.load(home / "recipe.yaml", ["retriever=guessed"]) as one,
        Recipe.load(home / "recipe.yaml", ["retriever=guessed"]) as other,
    ):
        update_indexes(one.components, one.workspace, one.observers)
        with closing(open_searcher(one.components, one.workspace)) as searcher:
            one.components.close()
            lend_models(searcher, other.components)

            assert len(searcher.retrieve("正線？", 2)) == 2
        assert "guess" in log(home)
        assert "chat" in other.components.__dict__
        assert "chat" not in one.components.__dict__
