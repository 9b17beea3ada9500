"""The wording of a prompt and its worked examples: what they are, and what is wrong with them, at its place.

Modules: ``potluck.recipe.prompt_keys``.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from potluck.errors import RecipeError
from potluck.recipe import loads
from potluck.recipe.model import RecipeModel, Shots

Problems = Callable[..., list[str]]
Read = Callable[..., RecipeModel]

START = "documents: notes/*.txt\nembedder: hashing\n"
"""The beginning of the recipes in the table: what comes below begins in line 3."""

ENVIRONMENT = "environment references ${NAME} are for secrets only"


@pytest.fixture(autouse=True)
def _files(tmp_path: Path) -> None:
    (tmp_path / "train.jsonl").write_text('{"text": "a", "label": "b"}\n', encoding="utf-8")


CASES = [
    ("prompt: 'Answer {question}'\n", "3:9: prompt: the field {context} is missing; the model would not see it"),
    (
        "prompt: '{{context}} {question}'\n",
        "3:9: prompt: the field {context} is missing; the model would not see it ({{context}} is not a field)",
    ),
    (
        "prompt: '{question} {text}'\ntask: generation\n",
        "3:9: prompt: unknown field {text} (did you mean 'context'?)\n"
        "3:9: prompt: the field {context} is missing; the model would not see it",
    ),
    ("prompt: '{context} {question} {contxt}'\n", "3:9: prompt: unknown field {contxt} (did you mean 'context'?)"),
    ("prompt: '{context} {question} {'\n", "3:9: prompt: a single '{' at character 22; write it twice if it is meant"),
    ("prompt: '{context} {question[0]}'\n", "3:9: prompt: '{question[0]}' is not a field; write {{ and }} for braces"),
    ("prompt: '{context} {question!r}'\n", "3:9: prompt: '{question!r}' is not a field; write {{ and }} for braces"),
    ("prompt: '${HOME} {context} {question}'\n", f"3:9: prompt: {ENVIRONMENT}"),
    ("prompt: {context}\n", "3:9: prompt: expected a text, got a mapping; put quotes around it"),
    ("prompt: ''\n", "3:9: prompt: expected a text, got ''"),
    (
        "prompt: '內容：{內容} 問題：{question}'\n",
        "3:9: prompt: unknown field {內容}\n3:9: prompt: the field {context} is missing; the model would not see it",
    ),
    ("prompt: '{context}'\n", "3:9: prompt: the field {question} is missing; the model would not see it"),
    ("prompt: 5\n", "3:9: prompt: expected a text, got 5; put quotes around it"),
]


@pytest.mark.parametrize(("text", "expected"), CASES, ids=lambda value: repr(value)[:40])
def test_each_mistake_of_a_prompt_is_named_at_its_place(text: str, expected: str, problems: Problems) -> None:
    assert problems(START + text) == expected.split("\n")


def test_a_prompt_of_documents_may_show_examples_and_doubled_braces(read: Read) -> None:
    prompt = read(START + "prompt: '{examples}{{x}} 依據{context}回答{question}'\n").prompt

    assert prompt is not None
    assert set(prompt.fields) == {"examples", "context", "question"}
    assert read(START).prompt is None


def test_which_fields_a_prompt_about_a_dataset_has_is_known_when_its_rows_are_read(read: Read, tmp_path: Path) -> None:
    (tmp_path / "列.jsonl").write_text("{}", encoding="utf-8")

    for about in ("dataset: 列.jsonl\n", "task: classification\n"):
        prompt = read(f"{about}prompt: '前提：{{前提}}'\n").prompt
        assert prompt is not None
        assert prompt.fields == ("前提",)
    with pytest.raises(RecipeError, match=r"unknown field \{前提\}"):
        read("documents: a\ndataset: 列.jsonl\nprompt: '前提：{前提}'\n")


def test_a_recipe_about_nothing_has_the_prompt_of_documents(problems: Problems) -> None:
    assert problems("prompt: '{question}'\n") == [
        "1:9: prompt: the field {context} is missing; the model would not see it"
    ]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("documents: a\nshots: 3\n", "2:8: shots: name a file of examples: shots: {count: 3, examples: FILE.jsonl}"),
        ("documents: a\nshots: {count: 3, examples: 其他}\n",
         "2:29: shots.examples: there is no file '其他'"),
        ("documents: a\nshots: {count: 3, examples: train.jsonl}\nprompt: '{context} {question}'\n",
         "3:9: prompt: the field {examples} is missing, and shots asks for some"),
    ],
)  # fmt: skip
def test_shots_need_a_file_and_a_place_in_the_prompt(text: str, message: str, tmp_path: Path) -> None:
    with pytest.raises(RecipeError) as raised:
        loads(text, tmp_path / "recipe.yaml", [])
    assert [f"{one.line}:{one.column}: {one.message}" for one in raised.value.problems] == [message]


def test_shots_of_a_recipe_are_those_of_its_file(read: Read, tmp_path: Path) -> None:
    shots = read("documents: a\nshots: {count: 3, examples: train.jsonl, select: balanced}\n").shots

    assert (shots.count, shots.examples, shots.select) == (3, tmp_path / "train.jsonl", "balanced")
    assert read("documents: a\nshots: {count: 0}\n").shots.count == 0


def test_no_examples_need_no_file(read: Read) -> None:
    assert read("documents: a\nshots: {count: 0, examples: 沒有.jsonl, select: nearest}\n").shots == Shots()
    assert read("documents: a\n").shots == Shots(0, None, "random")


def test_examples_of_the_home_folder(read: Read, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))

    shots = read("documents: a\nshots: {count: 1, examples: ~/train.jsonl}\nprompt: '{examples}{context}{question}'\n")
    assert shots.shots == Shots(1, tmp_path / "train.jsonl", "random")
