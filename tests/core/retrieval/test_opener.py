"""A retriever with an index of its own is opened over an index whose passages it holds, and no others.

Modules: ``potluck.retrieval.opener``.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from potluck import Recipe, hookimpl
from potluck.errors import ContractBroken
from potluck.evaluation.search import open_index
from potluck.hookspecs import StageEvent
from potluck.indexing.update import update_index
from potluck.observation.observers import Observers
from potluck.retrieval.opener import RetrieverOpener
from support.fake_plugins import visible
from support.retrieving import CLAUSES, install_keywords, write_project


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    write_project(tmp_path / "規範", retriever="vector", chat="guesser")
    monkeypatch.setenv("RETRIEVAL_LOG", str(tmp_path / "retrieval.log"))
    with visible(install_keywords(tmp_path / "site"), monkeypatch):
        yield tmp_path / "規範"


@pytest.fixture
def indexed(home: Path) -> Path:
    """The folder with the recipe's own index, which the vectors are in: no retriever has one yet."""
    with Recipe.load(home / "recipe.yaml") as recipe:
        recipe.index()
    return home


def log(home: Path) -> list[str]:
    path = home.parent / "retrieval.log"
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    path.unlink(missing_ok=True)
    return sorted(lines)


def find(home: Path, *overrides: str, observers: Observers | None = None, question: str = "正線道碴") -> list[str]:
    """The sources that the opened retriever finds for a question."""
    with Recipe.load(home / "recipe.yaml", overrides) as recipe:
        update_index(recipe.components, recipe.workspace, Observers())
        index = open_index(recipe.components, recipe.workspace)
        opener = RetrieverOpener(recipe.components, recipe.workspace, index, observers)
        try:
            (ranking,) = opener.retriever().retrieve([question], 1)
            return [passage.source for passage in ranking.passages]
        finally:
            opener.closing.close()
            index.close()


HANBI = "retriever=hanbi"
ADDED = sorted(f"add {name}.txt" for name in CLAUSES)


def folders(home: Path) -> list[Path]:
    return sorted((home / ".potluck" / "retrievers").glob("*/*"))


def test_a_retriever_without_an_index_of_its_own_is_opened_as_it_is(indexed: Path) -> None:
    assert find(indexed, question=CLAUSES["正線"]) == ["正線.txt"]
    assert (log(indexed), folders(indexed)) == ([], [])


def test_with_observers_its_index_is_filled_where_it_stands_once_as_a_stage(indexed: Path) -> None:
    told: list[tuple[str, str, str]] = []

    class Stages:
        @hookimpl
        def potluck_stage_finished(self, event: StageEvent) -> None:
            told.append((event.stage, event.unit, event.component))

    observers = Observers()
    observers.register(Stages())
    for expected in (ADDED, []):
        assert find(indexed, HANBI, observers=observers) == ["正線.txt"]
        assert [line for line in log(indexed) if not line.startswith("ask")] == expected
    assert told == [("index", "passages", "hanbi")]
    assert len(folders(indexed)) == 1


def test_without_observers_another_one_is_filled_elsewhere_each_time_and_removed(indexed: Path) -> None:
    for _ in range(2):
        assert find(indexed, HANBI) == ["正線.txt"]
        assert [line for line in log(indexed) if not line.startswith("ask")] == ADDED
    assert not list((indexed / ".potluck" / "retrievers").rglob("words.json"))
    assert [name for name in os.listdir(indexed / ".potluck") if name.startswith(".retriever")] == []


def test_an_index_that_holds_other_passages_is_told_what_came_and_went(indexed: Path) -> None:
    find(indexed, HANBI, observers=Observers())
    log(indexed)
    (indexed / "正線.txt").write_text("第12條 正線之道碴厚度不得小於35公分。", encoding="utf-8")
    with Recipe.load(indexed / "recipe.yaml") as recipe:
        recipe.index()

    assert find(indexed, HANBI, observers=Observers()) == ["正線.txt"]
    assert log(indexed) == ["add 正線.txt", "ask 1", "delete"]


def test_other_settings_have_another_index(indexed: Path) -> None:
    find(indexed, HANBI, observers=Observers())
    find(indexed, "retriever={use: hanbi, least: 0.1}", observers=Observers())

    assert len(folders(indexed)) == 2


@pytest.mark.parametrize("observers", [None, Observers()], ids=["alone", "observed"])
def test_one_that_loses_what_it_is_given_is_refused(indexed: Path, observers: Observers | None) -> None:
    with pytest.raises(ContractBroken, match=r"lost what it was given: 6 of 6 passages are not in the index"):
        find(indexed, "retriever={use: hanbi, wrong: loses}", observers=observers)


def test_those_within_another_are_opened_with_it(indexed: Path) -> None:
    fused = "retriever={use: fused, of: [hanbi, vector]}"

    assert find(indexed, fused, observers=Observers(), question=CLAUSES["正線"]) == ["正線.txt"]
    assert [line for line in log(indexed) if not line.startswith("ask")] == ADDED


def test_what_a_retriever_does_not_need_it_is_refused_by_its_name(indexed: Path) -> None:
    with pytest.raises(ContractBroken, match="the retriever 'hanbi' asks for the vectors of the corpus"):
        find(indexed, "retriever={use: hanbi, wrong: vectors}", observers=Observers())


def test_there_is_a_reranker_where_the_recipe_names_one(indexed: Path) -> None:
    for overrides, candidates in (((), None), (("reranker={use: numbers, candidates: 7}",), 7)):
        with Recipe.load(indexed / "recipe.yaml", overrides) as recipe:
            index = open_index(recipe.components, recipe.workspace)
            opener = RetrieverOpener(recipe.components, recipe.workspace, index)
            reranker = opener.reranker()
            assert (None if reranker is None else reranker.candidates) == candidates
            opener.closing.close()
            index.close()
