"""What is asked of a store, and what is made of its answer.

Modules: ``potluck.retrieval.open_index``, ``potluck.stages.retrieve``.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from potluck import Recipe
from potluck.contracts import Vectors
from potluck.contracts.store import Hits
from potluck.documents import Passage
from potluck.evaluation.search import open_searcher
from potluck.ledger import Amount, Ledger
from potluck.stages.retrieve import SearchResult, account_reranked, account_results, blind_notes
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


def passages(*texts: str) -> list[Passage]:
    return [Passage(id=text, source="a", text=text, start=0, end=len(text), score=0.0) for text in texts]


def searching(reranker: str | None = None) -> Any:
    named = None if reranker is None else SimpleNamespace(name=reranker)
    return SimpleNamespace(spec=SimpleNamespace(name="words"), reranker_spec=named)


def test_nothing_is_asked_for_no_passage(recipe: Recipe, monkeypatch: pytest.MonkeyPatch) -> None:
    search = open_searcher(recipe.components, recipe.workspace)
    monkeypatch.setattr(search, "_retriever", None)

    assert search.retrieve("第3站", 0) == []
    monkeypatch.undo()
    assert [one.text for one in search.retrieve("第3站 station 3", 1)] == ["第3站 station 3"]


def test_questions_are_ranked_as_many_at_once_as_the_retriever_takes(
    recipe: Recipe, monkeypatch: pytest.MonkeyPatch
) -> None:
    search = open_searcher(recipe.components, recipe.workspace)
    questions = [f"第{number}站 station {number}" for number in range(5)]
    asked, real = list[int](), search._retriever.retrieve
    counted = SimpleNamespace(batch_size=2, retrieve=lambda some, k: asked.append(len(some)) or real(some, k))
    monkeypatch.setattr(search, "_retriever", counted)

    found = list(search.rank(questions, 1))

    assert asked == [2, 2, 1]
    assert [one.passages[0].text for one in found] == questions


def test_the_span_of_a_passage_is_counted_from_its_beginning(recipe: Recipe) -> None:
    search = open_searcher(recipe.components, recipe.workspace)
    (found,) = search.retrieve("第3站 station 3", 1)

    assert search.narrow(found, 1, 3).text == found.text[1:3] == "3站"


def test_passages_that_are_found_go_in_and_out() -> None:
    ledger, results = Ledger(), [SearchResult(passages("一二", "c")), SearchResult(passages("d"))]
    account_results(ledger, results, searching(), ["a note"])

    (entry,) = ledger.entries
    assert (entry.stage, entry.came_in, entry.went_out, entry.notes) == (
        "retrieve",
        Amount(3, 4),
        Amount(3, 4),
        ["a note"],
    )


def test_a_reranker_leaves_out_all_but_the_first() -> None:
    found = passages("a", "bb", "ccc")
    results = [SearchResult([found[2], found[0]], tuple(found)), SearchResult(found[:1], tuple(found[:1]))]
    ledger = Ledger()
    account_results(ledger, results, searching("judge"))

    retrieved, reranked = ledger.entries
    assert (retrieved.came_in, retrieved.notes) == (Amount(4, 7), [])
    assert (reranked.came_in, reranked.went_out, reranked.dropped) == (Amount(4, 7), Amount(3, 5), Amount(1, 2))
    assert reranked.notes == ["judge chose 3 of 4 passages that were found"]


def test_a_reranker_that_leaves_out_nothing_says_nothing() -> None:
    found = passages("a", "bb")
    entry = account_reranked([SearchResult(found, tuple(found))], "judge", 2)

    assert (entry.dropped, entry.notes) == (Amount(0, 0), [])
    deeper = account_reranked([SearchResult(found, tuple(found))], "judge", 1)
    assert (deeper.went_out, deeper.dropped) == (Amount(1, 1), Amount(1, 2))


def test_for_how_many_questions_a_retriever_is_blind_is_told_by_the_reason() -> None:
    results = [SearchResult([], blind=why) for why in ("no word", "", "太短", "no word")]

    assert blind_notes(results, searching()) == [
        "the retriever 'words' is blind for 2 questions of 4: no word",
        "the retriever 'words' is blind for 1 question of 4: 太短",
    ]
    assert blind_notes(results[1:2], searching()) == []


def test_a_searcher_knows_its_index(recipe: Recipe) -> None:
    search = open_searcher(recipe.components, recipe.workspace)
    (found,) = search.retrieve("第3站 station 3", 1)

    assert search.embeds is True
    assert search.sources() == {f"{number}.txt" for number in range(6)}
    assert sorted(source for source, _ in search.sections()) == sorted(search.sources())
    assert search.find(found.id) is not None
    assert search.find("another") is None
    assert search.state.id == recipe.components.index_id
    assert search.store.count() == 6
    assert search.part.kind == "embedder", "whose work the observers are told of"
    vector = recipe.components.embedder.embed_queries(["第3站 station 3"])[0]
    assert [one.id for one in search.nearest(vector, 1)] == [found.id]


def test_questions_are_embedded_ahead_once(recipe: Recipe) -> None:
    search = open_searcher(recipe.components, recipe.workspace)
    questions = ["第3站", "第4站"]

    assert search.prepare(questions, recipe.workspace.answer_cache) == 2
    assert search.prepare(questions, recipe.workspace.answer_cache) == 0
