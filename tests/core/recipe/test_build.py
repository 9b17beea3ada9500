"""A recipe is built from the keys that are read, and no mistake hides another.

Modules: ``potluck.recipe.build``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from potluck.recipe.build import build_recipe
from potluck.recipe.model import RecipeModel
from potluck.recipe.nodes import Findings
from potluck.recipe.source import RecipeSource
from potluck.recipe.yaml_reader import parse_yaml
from support.fake_plugins import visible
from support.retrieving import install_keywords

Problems = Callable[..., list[str]]
Read = Callable[..., RecipeModel]


@pytest.fixture(autouse=True, scope="module")
def _plugins_too(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    site = install_keywords(tmp_path_factory.mktemp("retrievers"))
    with pytest.MonkeyPatch.context() as monkeypatch, visible(site, monkeypatch):
        yield


def build(text: str, path: Path) -> tuple[RecipeModel | None, list[tuple[int, int, str]]]:
    findings = Findings(str(path), text)
    found = build_recipe(RecipeSource(parse_yaml(text, findings), path, True, findings))
    return found, [(place.line, place.column, message) for place, message in findings]


def test_every_key_reaches_the_model(tmp_path: Path) -> None:
    (tmp_path / "問題.jsonl").touch()
    text = (
        "name: 食譜名\ndocuments: 筆記\nsplitter: sections\nembedder: {use: hashing, window: 9}\nstore: faiss\n"
        "retriever: {use: hanbi, k: 3, fit: split}\nreranker: {use: numbers, candidates: 3}\nchat: picky\n"
        "answer: refine\nprompt: '{examples}{context}{question}'\nshots: {count: 2, examples: 問題.jsonl}\n"
        "questions: 問題.jsonl\nmetrics: [labels]\nobservers: jsonl\ncompare: {seed: {甲: 1, 乙: 2}}\nseed: 5\n"
    )
    recipe, wrong = build(text, tmp_path / "r.yaml")

    assert wrong == []
    assert recipe is not None
    assert (recipe.path, recipe.folder, recipe.name, recipe.seed) == (
        tmp_path / "r.yaml", tmp_path.resolve(), "食譜名", 5,
    )  # fmt: skip
    kinds = (recipe.splitter, recipe.embedder, recipe.store, recipe.retriever_spec, recipe.chat)
    assert [part.name for part in kinds] == ["sections", "hashing", "faiss", "hanbi", "picky"]
    assert (recipe.retriever.k, recipe.retriever.fit, recipe.answer.method) == (3, "split", "refine")
    assert recipe.reranker is not None
    assert (recipe.reranker.name, [one.name for one in recipe.metrics]) == ("numbers", ["labels"])
    assert [one.name for one in recipe.observers] == ["jsonl"]
    assert (recipe.shots.count, recipe.questions) == (2, tmp_path.resolve() / "問題.jsonl")
    assert recipe.compare == {"seed": {"甲": 1, "乙": 2}}
    assert recipe.prompt is not None
    assert recipe.documents is not None
    assert recipe.documents.patterns == ("筆記",)


def test_a_plugin_that_stands_alone_is_written_by_itself_and_those_of_a_list_as_one(tmp_path: Path) -> None:
    recipe, _ = build("documents: 筆記\nmetrics: labels\nreranker: numbers\n", tmp_path / "r.yaml")

    assert recipe is not None
    written = recipe.as_mapping()
    assert isinstance(written["metrics"], list)
    assert isinstance(written["reranker"], dict)


def test_kinds_that_the_recipe_does_not_name_are_not_among_its_components(tmp_path: Path) -> None:
    recipe, _ = build("metrics: []\n", tmp_path / "食譜.yaml")

    assert recipe is not None
    assert (recipe.components, recipe.name, recipe.tuner) == ({}, "食譜", None)


@pytest.mark.parametrize(
    "text", ["seed: x\n", "retriever: {k: 0}\n", "answer: 無\n", "store: 無\n", "metrics: 無\n", "鍵: 1\n"]
)
def test_where_something_is_wrong_there_is_no_model(text: str, tmp_path: Path) -> None:
    recipe, wrong = build(text, tmp_path / "食譜.yaml")

    assert recipe is None
    assert len(wrong) == 1


def test_a_reranker_is_told_at_its_candidates_or_where_it_is_named(problems: Problems) -> None:
    expected = "reranker.candidates: 20 are fewer than the 30 passages of retriever.k, which are chosen from them"
    assert problems("retriever: {k: 30}\nreranker: numbers\n") == [f"2:11: {expected}"]

    few = "reranker.candidates: 3 are fewer than the 4 passages of retriever.k, which are chosen from them"
    assert problems("reranker:\n  use: numbers\n  candidates: 3\n") == [f"3:15: {few}"]


def test_candidates_are_checked_against_the_defaults_where_the_settings_of_the_retriever_are_wrong(
    problems: Problems,
) -> None:
    assert problems("retriever: {k: 很多}\nreranker: {use: numbers, candidates: 3}\n") == [
        "1:16: retriever.k: expected a whole number, got '很多'",
        "2:38: reranker.candidates: 3 are fewer than the 4 passages of retriever.k, which are chosen from them",
    ]


def test_of_private_documents_everything_that_would_send_is_told(problems: Problems) -> None:
    text = (
        "documents: {use: picky, path: a, private: true, host: 甲.tw}\nchat: {use: picky, host: 乙.tw}\n"
        "retriever: {use: hanbi, send: 丙.tw}\n"
    )
    found = problems(text)

    assert [one.split(":")[0] for one in found] == ["1", "2", "3"]
    assert [host for one, host in zip(found, ("甲.tw", "乙.tw", "丙.tw"), strict=True) if host in one] == [
        "甲.tw", "乙.tw", "丙.tw",
    ]  # fmt: skip


def test_a_variant_with_a_mistake_is_told_in_the_recipe(problems: Problems) -> None:
    (found,) = problems("documents: a\ncompare: {retriever.k: {少: 2, 多: 很多}}\n")

    assert found.startswith("2:")
    assert "expected a whole number, got '很多'" in found
