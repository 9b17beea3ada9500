"""Why work is done again, in words: what differs between what decided a result then and now.

Modules: ``potluck.components.changes``.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from potluck import recipe as recipes
from potluck.components.changes import (
    NAME,
    Causes,
    causes_of_training,
    find_causes,
    identity_differences,
    keep_identities,
    keep_training,
)
from potluck.components.components import Components
from potluck.model_sources.model_store import ModelStore
from potluck.recipe.model import RecipeModel
from potluck.workspace import Workspace

HASH, OTHER = "0123456789abcdef" * 2, "fedcba9876543210" * 2


def identity(**changes: Any) -> dict[str, Any]:
    return {
        "plugin": "potluck:recursive",
        "version": "1.0",
        "code": "a",
        "libraries": {"regex": "2.1"},
        "settings": {"chunk_size": 500, "separators": ["。"]},
        "files": {"regex": "2.1", "vocab.txt": HASH},
        "starred": "",
        **changes,
    }


SAME: list[dict[str, Any]] = [{}, {"files": {"regex": "9.9", "vocab.txt": HASH}}]


@pytest.mark.parametrize("changes", SAME)
def test_what_decides_the_same_differs_in_nothing(changes: dict[str, Any]) -> None:
    assert [*identity_differences("splitter", identity(), identity(**changes))] == []


@pytest.mark.parametrize(
    ("changes", "phrases"),
    [
        ({"plugin": "other:recursive", "version": "3"}, ["the splitter was potluck:recursive and is other:recursive"]),
        ({"version": "1.1", "code": "b"}, ["potluck 1.0 -> 1.1"]),
        ({"code": "b"}, ["the code of the splitter changed"]),
        ({"libraries": {"regex": "2.2"}}, ["regex 2.1 -> 2.2"]),
        ({"libraries": {"regex": "2.1", "jieba": "1"}}, ["jieba nothing -> 1"]),
        ({"libraries": {}, "files": {"vocab.txt": HASH}}, ["regex 2.1 -> nothing"]),
        ({"settings": {"chunk_size": 300, "separators": ["。"]}}, ["splitter.chunk_size 500 -> 300"]),
        ({"settings": {"chunk_size": 500, "separators": ["。"], "k": "新"}}, ["splitter.k nothing -> 新"]),
        ({"files": {"regex": "2.1", "vocab.txt": OTHER}}, ["the files of the splitter's vocab.txt changed"]),
        ({"files": {"regex": "2.1"}}, ["the files of the splitter's vocab.txt changed"]),
        ({"files": {"regex": "2.1", "vocab.txt": HASH, "model": "b"}}, ["the splitter's model nothing -> b"]),
        ({"code": "b", "settings": {"chunk_size": 300, "separators": ["。"]}},
         ["the code of the splitter changed", "splitter.chunk_size 500 -> 300"]),
    ],
)  # fmt: skip
def test_each_difference_is_a_phrase(changes: dict[str, Any], phrases: list[str]) -> None:
    assert [*identity_differences("splitter", identity(), identity(**changes))] == phrases


def test_of_a_group_of_settings_those_that_changed_are_named() -> None:
    then = identity(settings={"training": {"epochs": 6, "rate": None, "標籤": {"a": 1, "b": 2}}})
    now = identity(settings={"training": {"epochs": 6, "rate": 0.004, "標籤": {"a": 1, "b": 3}}})

    assert [*identity_differences("tuner", then, now)] == [
        "tuner.training.rate nothing -> 0.004",
        "tuner.training.標籤.b 2 -> 3",
    ]


@pytest.mark.parametrize(
    ("value", "hashed"),
    [("0" * 32, True), ("a" * 64, True), ("0" * 31, False), ("g" * 32, False), ("A" * 32, False)],
)
def test_what_is_a_hash_is_not_shown(value: str, hashed: bool) -> None:
    (phrase,) = identity_differences("embedder", identity(files={}), identity(files={"model": value}))

    assert phrase == (
        "the files of the embedder's model changed" if hashed else f"the embedder's model nothing -> {value}"
    )


def test_a_password_that_changed_is_told_and_not_shown() -> None:
    settings = {"url": "http://host", "api_key": "***"}
    then = identity(settings=settings, starred=HASH)

    assert [*identity_differences("chat", then, identity(settings=settings, starred=OTHER))] == [
        "a password or key among the settings of the chat changed"
    ]
    assert [*identity_differences("chat", then, identity(settings=settings, starred=HASH))] == []
    del then["starred"]
    assert [*identity_differences("chat", then, identity(settings=settings, starred=HASH))] == [], (
        "an earlier potluck kept none"
    )


PHRASES = Causes({"loader": ("pypdf 5 -> 6",), "splitter": ("a", "b"), "embedder": ("c",), "store": ("d",)})


@pytest.mark.parametrize(
    ("amounts", "sentences"),
    [
        ((0, 0, 0, None, None), []),
        ((1, 0, 0, None, None), ["1 document is read again because pypdf 5 -> 6"]),
        ((1200, 2, 0, None, None),
         ["1,200 documents are read again because pypdf 5 -> 6", "2 documents are split again because a and b"]),
        ((0, 0, 1, None, 2.0), ["1 text is embedded again because c"]),
        ((0, 0, 2, 1500, None), ["2 texts (1,500 tokens) are embedded again because c"]),
        ((0, 0, 2, 1500, 20.0), ["2 texts (1,500 tokens, 0.0300 US dollars) are embedded again because c"]),
        ((0, 0, 2, 50_000_000, 2.0),
         ["2 texts (50,000,000 tokens, 100.0000 US dollars) are embedded again because c"]),
    ],
)  # fmt: skip
def test_what_is_done_again_is_told_with_its_amount_and_price(amounts: tuple[Any, ...], sentences: list[str]) -> None:
    assert PHRASES.of_index(*amounts) == [*sentences, "the store is filled again because d"]


def test_what_is_done_for_the_first_time_has_no_cause() -> None:
    assert Causes().of_index(3, 3, 3, 100, 1.0) == []


def opened(folder: Path, *overrides: str, name: str = "recipe.yaml") -> RecipeModel:
    return recipes.loads("model: m\ntask: classification\n", folder / name, overrides)


def decided(**changes: Any) -> dict[str, Any]:
    return {
        "tuner": identity(plugin="potluck:lora", settings={"r": 8}, files={}),
        "examples": HASH,
        "model": HASH,
        "task": "classification",
        "labels": ["a", "b"],
        "seed": 0,
        **changes,
    }


@pytest.mark.parametrize(
    ("changes", "phrases"),
    [
        ({}, []),
        ({"examples": OTHER}, ["the examples changed"]),
        ({"model": OTHER}, ["the model changed"]),
        ({"seed": 1}, ["seed 0 -> 1"]),
        ({"labels": ["a"]}, ["labels ['a', 'b'] -> ['a']"]),
        ({"task": None, "seed": 2}, ["task classification -> nothing", "seed 0 -> 2"]),
        ({"tuner": identity(plugin="potluck:lora", settings={"r": 4}, files={})}, ["tuner.r 8 -> 4"]),
    ],
)
def test_what_decides_a_training_is_compared_with_when_it_was_trained_last(
    changes: Mapping[str, Any], phrases: list[str], tmp_path: Path
) -> None:
    recipe = opened(tmp_path)
    assert causes_of_training(recipe, decided(), tmp_path) == [], "it was not trained yet"
    keep_training(recipe, decided(), tmp_path)

    assert causes_of_training(recipe, decided(**changes), tmp_path) == phrases


def test_a_recipe_with_overrides_is_another_and_neither_kept_nor_compared(tmp_path: Path) -> None:
    keep_training(opened(tmp_path, "seed=3"), decided(), tmp_path)
    assert not (tmp_path / NAME).exists()
    keep_training(opened(tmp_path), decided(), tmp_path)

    assert causes_of_training(opened(tmp_path, "seed=3"), decided(seed=3), tmp_path) == []
    keep_training(opened(tmp_path, "seed=3"), decided(seed=3), tmp_path)
    assert causes_of_training(opened(tmp_path), decided(), tmp_path) == []


def test_recipes_of_one_folder_are_kept_side_by_side(tmp_path: Path) -> None:
    for number, name in enumerate(("one.yaml", "二.yaml")):
        keep_training(opened(tmp_path, name=name), decided(seed=number), tmp_path)

    held = json.loads((tmp_path / NAME).read_text(encoding="utf-8"))
    assert {name: one["training"]["seed"] for name, one in held.items()} == {"one.yaml": 0, "二.yaml": 1}
    written = (tmp_path / NAME).read_text(encoding="utf-8")
    assert "二.yaml" in written
    assert written.splitlines()[1] == ' "one.yaml": {', "people can read it"


def test_passwords_are_starred_in_what_is_kept(tmp_path: Path) -> None:
    secret = identity(plugin="p:remote", settings={"api_key": "sk-canary-0123456789"}, files={})
    keep_training(opened(tmp_path), decided(tuner=secret), tmp_path)

    assert "canary" not in (tmp_path / NAME).read_text(encoding="utf-8")
    changed = {**secret, "settings": {"api_key": "sk-other-0123456789"}}
    assert causes_of_training(opened(tmp_path), decided(tuner=changed), tmp_path) == [
        "a password or key among the settings of the tuner changed"
    ]


def test_what_has_not_changed_is_not_written_again(tmp_path: Path) -> None:
    keep_training(opened(tmp_path), decided(), tmp_path)
    before = (tmp_path / NAME).stat()
    keep_training(opened(tmp_path), decided(), tmp_path)

    after = (tmp_path / NAME).stat()
    assert (after.st_mtime_ns, after.st_ino) == (before.st_mtime_ns, before.st_ino)


@pytest.mark.parametrize("content", ["broken", "[]", ""])
def test_what_cannot_be_read_is_as_if_nothing_were_kept(content: str, tmp_path: Path) -> None:
    (tmp_path / NAME).write_text(content, encoding="utf-8")

    assert causes_of_training(opened(tmp_path), decided(), tmp_path) == []
    keep_training(opened(tmp_path), decided(), tmp_path)
    assert causes_of_training(opened(tmp_path), decided(seed=1), tmp_path) == ["seed 0 -> 1"]


@pytest.fixture
def parts(tmp_path: Path) -> Iterator[Callable[..., Components]]:
    """The components of a recipe over documents, with some of its values replaced or written otherwise."""
    with closing(Workspace(tmp_path / "w")) as workspace:

        def of(*overrides: str, size: int = 500, name: str = "recipe.yaml") -> Components:
            text = f"documents: '*.txt'\nsplitter: {{use: recursive, chunk_size: {size}}}\n"
            return Components(recipes.loads(text, tmp_path / name, overrides), workspace, ModelStore(tmp_path))

        yield of


def test_what_an_index_is_made_of_is_compared_with_when_it_was_indexed_last(
    parts: Callable[..., Components], tmp_path: Path
) -> None:
    assert find_causes(parts(), tmp_path) == Causes(), "it was not indexed yet"
    keep_identities(parts(), tmp_path)

    assert find_causes(parts(), tmp_path) == Causes()
    assert find_causes(parts(size=300), tmp_path) == Causes({"splitter": ("splitter.chunk_size 500 -> 300",)})
    assert find_causes(parts(size=300, name="other.yaml"), tmp_path) == Causes(), "another recipe was not indexed yet"


def test_a_recipe_with_overrides_is_neither_compared_nor_kept_but_that_it_was_indexed(
    parts: Callable[..., Components], tmp_path: Path
) -> None:
    keep_identities(parts("splitter.chunk_size=300"), tmp_path)
    assert json.loads((tmp_path / NAME).read_text(encoding="utf-8")) == {}

    keep_identities(parts(), tmp_path)
    assert find_causes(parts("splitter.chunk_size=300"), tmp_path) == Causes()
    keep_identities(parts("splitter.chunk_size=300"), tmp_path)
    assert find_causes(parts(), tmp_path) == Causes()


def test_an_index_and_a_training_of_one_recipe_are_kept_beside_each_other(
    parts: Callable[..., Components], tmp_path: Path
) -> None:
    keep_training(opened(tmp_path), decided(), tmp_path)
    keep_identities(parts(), tmp_path)
    before = (tmp_path / NAME).stat()
    keep_identities(parts(), tmp_path)

    assert (tmp_path / NAME).stat().st_mtime_ns == before.st_mtime_ns, "what has not changed is not written again"
    assert causes_of_training(opened(tmp_path), decided(seed=1), tmp_path) == ["seed 0 -> 1"]
    assert find_causes(parts(size=300), tmp_path) != Causes()


def test_a_workspace_that_an_earlier_potluck_indexed_is_done_again_for_that_reason(
    parts: Callable[..., Components], tmp_path: Path
) -> None:
    (tmp_path / "stores" / "0a").mkdir(parents=True)
    (tmp_path / NAME).write_text("broken")

    found = find_causes(parts(), tmp_path).phrases

    assert [*found] == ["loader", "splitter", "embedder"]
    ((why,),) = {*found.values()}
    assert why.startswith("this workspace is of an earlier potluck")
