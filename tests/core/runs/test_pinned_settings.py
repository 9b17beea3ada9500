"""Every key of a recipe and every setting of a plugin that may change a result is pinned; the others are named here.

Modules: ``potluck.runs.pins``, ``potluck.recipe.effects``.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from potluck import Recipe, plugins
from potluck.contracts import Config, Operational, Pinned
from potluck.documents import Json
from potluck.recipe import load
from potluck.recipe.model import (
    KEYS,
    AnswerSettings,
    DocumentSettings,
    RetrieverSettings,
    ShotSettings,
)
from potluck.recipe.tuning_settings import DatasetSettings
from potluck.runs.pins import differences, lock_differences, pins, setting_pins, write_lock
from support.fake_plugins import install_hashing, visible

DOCUMENTS = """
documents: {path: notes/*.txt}
embedder: hashing
questions: q.jsonl
shots: {examples: shots.jsonl, count: 1}
"""
TUNING = """
task: classification
chat: extractive
tuner: lora
model: here
dataset: {path: rows.jsonl, validation: 0.2, input: text, target: label}
"""
QUESTION = '{"question": "what?", "answers": ["this"]}\n'

CHANGES: dict[str, tuple[str, ...]] = {
    "documents": ("documents.path=notes/a*",),
    "documents.path": ("documents.path=notes/a*",),
    "documents.exclude": ("documents.exclude=b*",),
    "documents.encoding": ("documents.encoding=big5",),
    "documents.comments": ("documents.comments=true",),
    "documents.hidden": ("documents.hidden=true",),
    "splitter": ("splitter=sections",),
    "embedder": ("embedder.fit=pool",),
    "store": ("store=faiss",),
    "retriever": ("retriever.k=2",),
    "retriever.k": ("retriever.k=2",),
    "retriever.fit": ("retriever.fit=drop_last",),
    "chat": ("chat.threshold=0.3",),
    "answer": ("answer.method=refine",),
    "answer.method": ("answer.method=refine",),
    "prompt": ("prompt='請看 {examples}{context}：{question}'",),
    "shots": ("shots.count=2",),
    "shots.count": ("shots.count=2",),
    "shots.examples": ("shots.examples=others.jsonl",),
    "shots.select": ("shots.select=balanced",),
    "questions": ("questions=others.jsonl",),
    "metrics": ("metrics=[reach]",),
    "seed": ("seed=7",),
}
"""What changes each key of a recipe about documents."""

TUNING_CHANGES: dict[str, tuple[str, ...]] = {
    "task": ("task=generation",),
    "model": ("model=there",),
    "tuner": ("tuner.r=3",),
    "dataset": ("dataset.limit=3",),
    "dataset.path": ("dataset.path=others.jsonl",),
    "dataset.input": ("dataset.input='{text}!'",),
    "dataset.target": ("dataset.target=text",),
    "dataset.validation": ("dataset.validation=0.5",),
    "dataset.split": ("dataset.split=label",),
    "dataset.limit": ("dataset.limit=3",),
    "dataset.encoding": ("dataset.encoding=big5",),
    "seed": ("seed=7",),
}
"""The same of a recipe that tunes."""

ELSEWHERE = {
    "adapter": "a test of its own, below",
    "reranker": "none is bundled; its settings are pinned as those of every plugin are",
}

IDLE = {
    "potluck": "the version of the recipe format",
    "name": "what the recipe is called",
    "compare": "a variant has no axes of its own",
    "observers": "observers watch and change nothing",
    "documents.private": "it forbids that documents leave the machine",
    "documents.on_error": "it says what a file that cannot be read means for the exit status",
    "documents.password": "a secret is in no lock: of another password nothing is read at all",
}
"""Keys that change no result, with the reason."""

UNPINNED = {
    "cache": "whether answers are kept",
    "on_error": "what becomes of a text that is refused; where none is, all are embedded alike",
    "batch_size": "how many texts are embedded at once",
    "group_size": "how many texts go through a model at once",
    "threads": "only of a store: what it finds is compared again exactly",
    "pack_tokens": "how many tokens of a training are computed at once",
    "save_steps": "how often a training is kept",
    "logging_steps": "how often a training reports",
    "report_to": "to whom; it can only be nobody",
    "limit": "by which name a service is told the limit of tokens",
    "sends_to": "which machine a class of LangChain may reach",
    "concurrency": "how many calls are made at once",
    "timeout": "how long a call may take",
    "deadline": "how long a call may take with all that are made again",
    "max_attempts": "how often a call is made again",
    "backoff": "how long is waited before that",
}
"""Settings of bundled plugins that change how the work is done and no figure."""

PINNED = {"context_window", "device", "price", "prices", "threads", "tokenizer"}
"""Settings of which nothing is computed again, and figures depend all the same."""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    (tmp_path / "notes").mkdir()
    for name in ("a", "b"):
        (tmp_path / "notes" / f"{name}.txt").write_text(f"這是 {name}", encoding="utf-8")
    for name in ("q", "shots"):
        (tmp_path / f"{name}.jsonl").write_text(QUESTION, encoding="utf-8")
    rows = [json.dumps({"text": f"第 {n} 列", "label": "甲" if n % 2 else "乙"}) + "\n" for n in range(8)]
    (tmp_path / "rows.jsonl").write_text("".join(rows), encoding="utf-8")
    (tmp_path / "others.jsonl").write_text(QUESTION * 2, encoding="utf-8")
    (tmp_path / "documents.yaml").write_text(DOCUMENTS, encoding="utf-8")
    (tmp_path / "tuning.yaml").write_text(TUNING, encoding="utf-8")
    with visible(install_hashing(tmp_path / "site"), monkeypatch):
        yield tmp_path


def pinned(path: Path, *overrides: str) -> dict[str, dict[str, Json]]:
    with Recipe.load(path, overrides) as recipe:
        return pins(recipe.model, recipe.components)


def settings(config: type[Config], key: str) -> set[str]:
    return {f"{key}.{name}" for name in config.model_fields}


def test_every_key_of_a_recipe_is_changed_here_or_changes_nothing() -> None:
    keys = {*KEYS}
    for key, config in {
        "documents": DocumentSettings,
        "retriever": RetrieverSettings,
        "answer": AnswerSettings,
        "shots": ShotSettings,
        "dataset": DatasetSettings,
    }.items():
        keys |= settings(config, key)

    assert keys == CHANGES.keys() | TUNING_CHANGES.keys() | ELSEWHERE.keys() | IDLE.keys()


@pytest.mark.parametrize("key", CHANGES)
def test_a_key_that_changes_results_of_documents_changes_the_pins(folder: Path, key: str) -> None:
    path = folder / "documents.yaml"

    assert pinned(path, *CHANGES[key]) != pinned(path)


@pytest.mark.parametrize("key", TUNING_CHANGES)
def test_a_key_that_changes_what_is_tuned_changes_the_pins(folder: Path, key: str) -> None:
    path = folder / "tuning.yaml"

    assert pinned(path, *TUNING_CHANGES[key]) != pinned(path)


def test_that_a_chat_model_answers_with_what_is_tuned_is_pinned(folder: Path) -> None:
    def found(*overrides: str) -> Json:
        chat = "chat={use: transformers, model: here}"
        return setting_pins(load(folder / "tuning.yaml", [chat, *overrides]))["adapter"]

    assert found() == found("chat.adapter={from: tuner}") == "tuner"
    assert found("chat.adapter=null") != "tuner"


@pytest.mark.parametrize(
    "change",
    ["name=別名", "documents.private=true", "documents.on_error=skip", "embedder.on_error=skip", "chat.cache=false"],
)
def test_what_changes_no_result_changes_no_pin(folder: Path, change: str) -> None:
    path = folder / "documents.yaml"

    assert pinned(path, change) == pinned(path)


def operational(config: type[Config]) -> Iterator[tuple[str, bool]]:
    """The settings of a plugin, those within others too, of which nothing is computed again; whether each is pinned."""
    for name, info in config.model_fields.items():
        if Operational in info.metadata:
            yield name, Pinned in info.metadata
        inner = info.annotation
        if isinstance(inner, type) and issubclass(inner, Config):
            yield from operational(inner)


def test_a_setting_of_a_bundled_plugin_that_is_not_pinned_is_one_of_those_that_change_no_figure() -> None:
    bundled = [one for one in plugins.installed_plugins() if one.package == "potluck" and one.kind != "observer"]
    found = {found for one in bundled for found in operational(plugins.unchecked_offer(one).config)}

    assert len(bundled) > 30
    assert {name for name, is_pinned in found if not is_pinned} == UNPINNED.keys()
    assert {name for name, is_pinned in found if is_pinned} == PINNED


def test_a_price_is_pinned_though_nothing_is_asked_again_for_it(folder: Path) -> None:
    def found(prices: str) -> dict[str, dict[str, Json]]:
        chat = f"chat={{use: openai, model: m, base_url: 'http://localhost:1/v1', prices: {prices}}}"
        return pinned(folder / "documents.yaml", chat)

    assert [(one.what, one.name) for one in differences(found("[1, 2]"), found("[3, 4]"))] == [
        ("setting", "chat.prices")
    ]


def test_a_setting_that_has_changed_since_the_lock_is_named_with_both_values(folder: Path) -> None:
    path = folder / "documents.yaml"
    with Recipe.load(path) as recipe:
        write_lock(recipe.model, recipe.components)
    path.write_text(DOCUMENTS + "retriever: {k: 2}\nprompt: '{examples}{context}？{question}'\n", encoding="utf-8")

    with Recipe.load(path) as recipe:
        found = lock_differences(recipe.model, recipe.components)

    assert [str(one) for one in found] == [
        "setting retriever.k was 4 and is 2",
        "setting prompt is new",
    ]


def test_the_loaders_of_the_documents_and_what_measures_are_pinned_though_nobody_names_them(folder: Path) -> None:
    found = pinned(folder / "documents.yaml")

    assert {"loader text", "metric retrieval", "metric answers"} <= found["plugin"].keys() & found["code of"].keys()
    assert "potluck" in found["library"]
    (folder / "notes" / "c.html").write_text("<p>這</p>", encoding="utf-8")
    with_page = pinned(folder / "documents.yaml", "documents.path=notes/*")
    assert with_page["plugin"].keys() - found["plugin"].keys() == {"loader html"}


def test_no_secret_is_pinned(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PASSWORD", "芝麻開門")
    chat = "chat={use: openai, model: m, base_url: 'http://localhost:1/v1', api_key: '${PASSWORD}'}"
    found = json.dumps(pinned(folder / "documents.yaml", "documents.password=${PASSWORD}", chat), ensure_ascii=False)

    assert "localhost" in found
    assert "芝麻開門" not in found
