"""The keys of a recipe that tune a model: what they mean, and what is wrong with them, at its place.

Modules: ``potluck.recipe.tuning_keys``.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from potluck.errors import RecipeError
from potluck.recipe import loads
from potluck.recipe.model import RecipeModel
from potluck.tasks.workload import ExampleTask
from potluck.workloads import workload_of
from support.fake_plugins import forget

Read = Callable[..., RecipeModel]


@pytest.fixture(autouse=True)
def _files(tmp_path: Path) -> None:
    (tmp_path / "train.jsonl").write_text('{"text": "a", "label": "b"}\n', encoding="utf-8")
    (tmp_path / "資料").mkdir()
    (tmp_path / "learned").mkdir()
    (tmp_path / "learned" / "potluck.json").write_text("{}", encoding="utf-8")


def problems(folder: Path, text: str) -> list[str]:
    with pytest.raises(RecipeError) as raised:
        loads(text, folder / "recipe.yaml", [])
    return [f"{one.line}:{one.column}: {one.message}" for one in raised.value.problems]


TUNED = "model: base\ntask: classification\ndataset: train.jsonl\ntuner: lora\n"


def test_a_recipe_that_tunes_answers_with_the_model_that_it_is_about_and_what_was_learned(read: Read) -> None:
    recipe = read(TUNED)

    assert recipe.tuner is not None
    assert (recipe.tuner.name, recipe.tuning.model, recipe.tuning.task) == ("lora", "base", "classification")
    assert recipe.tuning.dataset is not None
    assert (recipe.tuning.dataset.path, recipe.tuning.dataset.validation) == ("train.jsonl", 0.1)
    assert recipe.tuning.adapter == "tuner"
    assert (recipe.chat.name, recipe.chat.config.decisive()["model"]) == ("transformers", "base")
    assert workload_of(recipe) is ExampleTask


@pytest.mark.parametrize(
    ("keys", "chat", "model"),
    [
        ("chat: transformers\n", "transformers", "base"),
        ("chat: {dtype: float32, use: transformers}\n", "transformers", "base"),
        ("chat: {use: transformers, model: other}\n", "transformers", "other"),
        ("chat: {adapter: {from: tuner}}\n", "transformers", "base"),
        ("chat: {adapter: null}\n", "transformers", "base"),
        ("chat: extractive\n", "extractive", None),
        ("chat: picky\n", "picky", None),
    ],
)
def test_a_chat_model_that_needs_a_model_has_the_recipes_unless_it_names_one(
    keys: str, chat: str, model: str | None, read: Read
) -> None:
    found = read(TUNED + keys).chat

    assert found.name == chat
    assert found.config.decisive().get("model") == model


@pytest.mark.parametrize(
    ("keys", "adapter"),
    [
        ("", "tuner"),
        ("chat: transformers\n", "tuner"),
        ("chat: {use: transformers, model: base}\n", "tuner"),
        ("chat: {use: transformers, model: other}\n", None),
        ("chat: {use: transformers, adapter: null}\n", None),
        ("chat: {use: transformers, model: other, adapter: {from: tuner}}\n", "tuner"),
        ("chat: {use: transformers, adapter: learned}\n", "learned"),
        ("adapter: learned\n", "learned"),
        ("adapter: learned\nchat: {use: transformers, adapter: {from: tuner}}\n", "tuner"),
        ("adapter: learned\nchat: {use: transformers, adapter: null}\n", "learned"),
        ("chat: extractive\n", None),
    ],
)
def test_what_was_learned_is_answered_with_where_the_model_is_the_same_or_the_recipe_says_so(
    keys: str, adapter: str | None, read: Read, tmp_path: Path
) -> None:
    found = read(TUNED + keys).tuning

    assert found.adapter == (tmp_path / "learned" if adapter == "learned" else adapter)
    assert found.as_mapping().get("adapter") == (str(tmp_path / "learned") if adapter == "learned" else None)


def test_without_a_tuner_nothing_is_learned_to_be_answered_with(read: Read) -> None:
    assert read("model: base\nchat: {use: transformers, adapter: {from: tuner}}\n").tuning.adapter is None
    assert read("model: base\nchat: transformers\n").tuning.adapter is None
    assert read("model: base\n").tuning.as_mapping() == {"model": "base"}


@pytest.mark.parametrize("task", ["classification", "question-answering", "summarization", "generation"])
def test_each_task_is_known(task: str, read: Read) -> None:
    found = read(f"model: base\ntask: {task}\n")

    assert found.tuning.task == task
    assert workload_of(found) is ExampleTask


@pytest.mark.parametrize(
    ("dataset", "path", "validation"),
    [
        ("train.jsonl", "train.jsonl", 0.1),
        ("資料", "資料", 0.1),
        ("{path: train.jsonl, validation: 0}", "train.jsonl", 0.0),
        ("{path: train.jsonl, validation: 0.99}", "train.jsonl", 0.99),
        ("{path: train.jsonl, validation: train.jsonl}", "train.jsonl", "train.jsonl"),
        ("{path: train.jsonl, validation: 資料}", "train.jsonl", "資料"),
    ],
)
def test_a_dataset_is_a_file_or_a_folder_with_a_part_or_a_file_to_validate_with(
    dataset: str, path: str, validation: float | str, read: Read
) -> None:
    found = read(f"model: base\ndataset: {dataset}\n").tuning

    assert found.dataset is not None
    assert (found.dataset.path, found.dataset.validation) == (path, validation)
    assert found.as_mapping()["dataset"]["path"] == path  # type: ignore[index, call-overload]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("model: base\ntask: clasification\n",
         "2:7: task: expected one of classification, question-answering, summarization, generation, got "
         "'clasification' (did you mean 'classification'?)"),
        ("model: base\ntask: 分類\n",
         "2:7: task: expected one of classification, question-answering, summarization, generation, got '分類'"),
        ("model: base\ndataset: [train.jsonl]\n", "2:10: dataset: expected a path or a mapping, got a list"),
        ("model: base\ndataset: 其他\n", "2:10: dataset.path: there is no file '其他'"),
        ("model: base\ndataset: {path: trian.jsonl}\n",
         "2:17: dataset.path: there is no file 'trian.jsonl' (did you mean 'train.jsonl'?)"),
        ("model: base\ndataset: {path: train.jsonl, validation: 其他}\n",
         "2:42: dataset.validation: there is no file '其他'"),
        ("model: base\ndataset: {path: train.jsonl, validation: 1}\n",
         "2:42: dataset.validation: expected a part from 0 to less than 1, or a file, got 1"),
        ("model: base\ndataset: {path: train.jsonl, validation: -0.1}\n",
         "2:42: dataset.validation: expected a part from 0 to less than 1, or a file, got -0.1"),
        ("model: base\ndataset: {path: train.jsonl, limit: 0}\n", "2:37: dataset.limit: expected at least 1, got 0"),
        ("model: base\ndataset: {input: text}\n", "2:1: dataset.path: is missing"),
        ("tuner: lora\ndataset: train.jsonl\n", "1:8: tuner: the recipe names no model; add 'model: ...'"),
        ("model: base\ntuner: lora\n", "2:8: tuner: the recipe names no dataset; add 'dataset: ...'"),
        ("model: base\nadapter: 資料\n",
         "2:10: adapter: expected {from: tuner} or a folder that `potluck tune` made, got '資料'"),
        ("model: base\nadapter: [a]\n",
         "2:10: adapter: expected {from: tuner} or a folder that `potluck tune` made, got a list"),
        ("model: base\nchat: {use: transformers, adapter: none}\n",
         "2:36: adapter: expected {from: tuner} or a folder that `potluck tune` made, got 'none'"),
        ("model: base\nchat: {use: extractive, adapter: learned}\n",
         "2:34: chat.adapter: the chat model 'extractive' does not answer with what was tuned; chat models that do: "
         "'masked-lm', 'seq2seq', 'transformers'"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_at_its_place(text: str, message: str, tmp_path: Path) -> None:
    assert problems(tmp_path, text) == [message]


def test_a_tuner_that_cannot_be_used_for_the_task_says_for_which_it_can(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    from potluck_plugins.tuners.lora import Lora

    monkeypatch.setattr(Lora, "tasks", frozenset({"summarization", "generation"}))
    request.addfinalizer(forget)
    forget()

    assert problems(tmp_path, TUNED) == [
        "2:7: task: the tuner 'lora' cannot be used for classification; it can for generation, summarization"
    ]
    assert loads(TUNED.replace("classification", "generation"), tmp_path / "recipe.yaml", []).tuner is not None
