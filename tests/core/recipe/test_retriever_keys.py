"""The key ``retriever``: the settings of every recipe, and a plugin with its own, and with retrievers within it.

Modules: ``potluck.recipe.retriever_keys``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from potluck.contracts import Config, RerankerConfig
from potluck.recipe.model import RecipeModel, RetrieverSettings
from potluck.recipe.retriever_keys import COMMON, candidate_problems
from support.fake_plugins import visible
from support.retrieving import install_keywords

Problems = Callable[..., list[str]]
Read = Callable[..., RecipeModel]

START = "documents: notes/*.txt\nembedder: hashing\n"
"""The beginning of the recipes in the table: what comes below begins in line 3."""

CASES = [
    ("retriever: {k: 0}\n", "3:16: retriever.k: expected at least 1, got 0"),
    ("retriever: {k: 1001}\n", "3:16: retriever.k: expected at most 1000, got 1001"),
    ("retriever: {k: true}\n", "3:16: retriever.k: expected a whole number, got true"),
    ("retriever: {k: 很多}\n", "3:16: retriever.k: expected a whole number, got '很多'"),
    ("retriever: 3\n", "3:12: retriever: expected a mapping, got 3"),
    (
        "retriever: {fit: drop}\n",
        "3:18: retriever.fit: expected one of 'error', 'drop_last', 'split', got 'drop' (did you mean 'drop_last'?)",
    ),
    ("retriever: [vector]\n", "3:12: retriever: expected a mapping, got a list"),
    ("retriever: 向量\n", "3:12: unknown retriever '向量'"),
    (
        "retriever: {use: fused, of: [{use: hanbi, kk: 1}]}\n",
        "3:43: unknown key 'kk' in retriever.of.1. It takes least, workers, send, wrong, use",
    ),
    ("retriever: {use: fused, of: [hanbi, 向量]}\n", "3:37: unknown retriever '向量'"),
    (
        "retriever: {use: fused, k: 0, of: [向量]}\n",
        "3:28: retriever.k: expected at least 1, got 0\n3:36: unknown retriever '向量'",
    ),
]


@pytest.fixture(autouse=True, scope="module")
def _retrievers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    site = install_keywords(tmp_path_factory.mktemp("retrievers"))
    with pytest.MonkeyPatch.context() as monkeypatch, visible(site, monkeypatch):
        yield


def nested(depth: int) -> str:
    """A retriever within ``depth`` others."""
    return "{use: fused, of: [" * depth + "hanbi" + "]}" * depth


@pytest.mark.parametrize(("text", "expected"), CASES, ids=lambda value: repr(value)[:40])
def test_each_mistake_is_named_at_its_place(text: str, expected: str, problems: Problems) -> None:
    assert problems(START + text) == expected.split("\n")


def test_the_common_keys_stand_beside_the_settings_of_the_plugin(read: Read) -> None:
    recipe = read("retriever: {use: fused, k: 7, fit: split, of: [hanbi, vector]}\n")

    assert COMMON == ("k", "fit")
    assert recipe.retriever == RetrieverSettings(k=7, fit="split")
    assert (recipe.retriever_spec.name, list(recipe.retriever_spec.config.decisive())) == ("fused", ["of"])


@pytest.mark.parametrize("text", ["name: 甲\n", "retriever: null\n", "retriever: {}\n", "retriever: vector\n"])
def test_a_recipe_that_says_nothing_compares_vectors(text: str, read: Read) -> None:
    recipe = read(text)

    assert recipe.retriever == RetrieverSettings(k=4, fit="error")
    assert (recipe.retriever_spec.name, recipe.retriever_spec.inner) == ("vector", ())


def test_retrievers_within_are_read_in_order_with_their_own_settings(read: Read) -> None:
    spec = read("retriever: {use: fused, of: [vector, {use: fused, of: [hanbi, vector]}]}\n").retriever_spec
    by_default = read("retriever: fused\n").retriever_spec

    assert [one.name for one in spec.walk()] == ["fused", "vector", "fused", "hanbi", "vector"]
    assert [one.name for one in by_default.walk()] == ["fused", "hanbi", "vector"]
    assert all(one.kind == "retriever" for one in spec.walk())


def test_retrievers_are_nested_at_most_eight_deep(read: Read, problems: Problems) -> None:
    inner = read(f"retriever: {nested(4)}\n").retriever_spec
    deep = problems(f"retriever: {nested(5)}\n")

    assert [one.name for one in inner.walk()] == ["fused"] * 4 + ["hanbi"]
    assert [one.partition(": ")[2] for one in deep] == [
        "retriever.of.1.of.1.of.1.of.1: retrievers are nested too deeply"
    ]


@pytest.mark.parametrize(("candidates", "k", "wrong"), [(3, 3, False), (2, 3, True), (20, 3, False)])
def test_a_reranker_chooses_from_as_many_passages_as_are_used_at_least(candidates: int, k: int, wrong: bool) -> None:
    found = list(candidate_problems(RetrieverSettings(k=k), RerankerConfig(candidates=candidates)))

    assert (
        found
        == ["reranker.candidates: 2 are fewer than the 3 passages of retriever.k, which are chosen from them"] * wrong
    )
    assert list(candidate_problems(RetrieverSettings(k=1000), Config())) == []
