"""The ``langchain`` store: the contract with three stores of LangChain, and what a class has to be able to do."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from potluck.contracts import Collection
from potluck.errors import PluginError, PotluckError
from potluck.testing import Check, checks
from potluck.testing.kit import subject
from support.fake_plugins import visible
from support.langchain_classes import install_classes

STORES = {
    "InMemoryVectorStore": {"class": "langchain_core.vectorstores.InMemoryVectorStore"},
    "FAISS": {"class": "langchain_community.vectorstores.FAISS"},
    "Chroma": {"class": "langchain_chroma.Chroma"},
}
NAME = "0123456789abcdef" * 2


@pytest.fixture
def classes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with visible(install_classes(tmp_path / "site"), monkeypatch):
        yield
    sys.modules.pop("lc_tried", None)


def opened(folder: Path, written: dict[str, Any], fingerprint: str = "a") -> Any:
    store = subject("store", "langchain", folder, written).make()
    store.open(Collection(NAME, 4, fingerprint))
    return store


def rows(*numbers: int) -> Any:
    return np.eye(4, dtype=np.float32)[list(numbers)]


OF_PROCESSES = {"killed-before-a-commit", "killed-in-a-commit", "other-processes-read"}


def _pace(rule: str, name: str) -> list[pytest.MarkDecorator]:
    """What other processes see is what the plugin itself writes, the same for all: one is enough on each change."""
    return [pytest.mark.slow] if rule in OF_PROCESSES and name != "FAISS" else []


@pytest.mark.parametrize(
    ("check", "name"),
    [
        pytest.param(check, name, marks=_pace(check.rule, name), id=f"{check}-{name}")
        for check in checks("store")
        for name in STORES
    ],
)
def test_it_keeps_the_contract(check: Check, name: str, tmp_path: Path) -> None:
    """Rules of what other processes see are slow with two of the three stores, and repeat what the third shows."""
    check("langchain", tmp_path, STORES[name])


def test_a_class_that_cannot_search_by_vector_is_refused_by_name(classes: None, tmp_path: Path) -> None:
    with pytest.raises(PotluckError, match="OnlyTexts cannot search by a vector"):
        opened(tmp_path, {"class": "lc_tried.OnlyTexts"})


def test_it_is_refused_before_anything_is_embedded(classes: None, tmp_path: Path) -> None:
    from potluck import Recipe
    from potluck.errors import RecipeError

    (tmp_path / "a.txt").write_text("道碴", encoding="utf-8")
    recipe = tmp_path / "recipe.yaml"
    recipe.write_text("documents: a.txt\nstore: {use: langchain, class: lc_tried.OnlyTexts}\n", encoding="utf-8")

    with pytest.raises(RecipeError, match=r"recipe.yaml:2:\d+: store.class: OnlyTexts cannot search by a vector"):
        Recipe.load(recipe)
    assert not (tmp_path / ".potluck").exists()


def test_what_the_plugin_gives_cannot_be_written(tmp_path: Path) -> None:
    with pytest.raises(PotluckError, match=r"'embedding' of .* is given by the plugin itself"):
        opened(tmp_path, {**STORES["FAISS"], "arguments": {"embedding": "x"}})


def test_vectors_that_others_have_put_into_a_shared_collection_do_not_come_out(tmp_path: Path) -> None:
    from langchain_chroma import Chroma
    from langchain_core.embeddings import DeterministicFakeEmbedding

    shared = Chroma("shared", DeterministicFakeEmbedding(size=4))
    shared.add_texts([f"foreign {number}" for number in range(50)])
    store = opened(tmp_path, {**STORES["Chroma"], "arguments": {"collection_name": "shared"}})

    store.add(["a", "b"], rows(0, 1))
    store.commit()
    found = store.search(rows(0)[0], 2)
    store.close()

    assert found.ids == ("a", "b")
    assert shared.similarity_search("foreign 7", k=1)[0].page_content == "foreign 7"
    shared.delete_collection()


def test_a_collection_of_its_own_is_gone_when_the_store_is_closed(tmp_path: Path) -> None:
    import chromadb

    store = opened(tmp_path, STORES["Chroma"])
    before = len(chromadb.Client().list_collections())
    store.add(["a"], rows(0))
    store.commit()
    store.search(rows(0)[0], 1)
    during = len(chromadb.Client().list_collections())
    store.close()

    assert (during, len(chromadb.Client().list_collections())) == (before + 1, before)


def test_a_store_that_fails_halfway_is_filled_again(classes: None, tmp_path: Path) -> None:
    store = opened(tmp_path, {"class": "lc_tried.Failing"})
    store.add(["a"], rows(0))
    store.commit()
    assert store.search(rows(0)[0], 1).ids == ("a",)

    store.add(["b"], rows(1))
    with pytest.raises(PluginError, match="the disk is full"):
        store.commit()

    assert store.search(rows(1)[0], 1).ids == ("b",)
    assert store.ids() == {"a", "b"}


def test_nothing_pickled_is_written(tmp_path: Path) -> None:
    store = opened(tmp_path, STORES["FAISS"])
    store.add(["甲"], rows(0))
    store.commit()
    store.search(rows(0)[0], 1)
    store.close()

    assert sorted(path.name for path in tmp_path.rglob("*") if path.is_file()) == ["ids", "manifest", "vectors"]


@pytest.mark.parametrize("name", STORES)
def test_it_says_that_it_may_miss_some_of_the_nearest(tmp_path: Path, name: str) -> None:
    store = opened(tmp_path, STORES[name])

    assert not store.exact
    store.close()
