"""``potluck.lock`` pins plugins, models, documents and files of questions: each that changes is noticed by name.

Modules: ``potluck.runs.pins``, ``potluck.loading.regular_file``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from potluck import Recipe
from potluck.documents import Json
from potluck.errors import LockMismatch, PotluckError
from potluck.runs.pins import Difference, check_lock, check_locked, lock_differences, pins, write_lock
from support.fake_plugins import install_hashing, visible

RECIPE = "documents: notes/*.txt\nembedder: hashing\nquestions: q.jsonl\nshots: {examples: shots.jsonl, count: 1}\n"
QUESTION = '{"question": "what?", "answers": ["this"]}\n'


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    (tmp_path / "notes").mkdir()
    (tmp_path / "notes" / "a.txt").write_text("this is it", encoding="utf-8")
    (tmp_path / "recipe.yaml").write_text(RECIPE, encoding="utf-8")
    for name in ("q.jsonl", "shots.jsonl"):
        (tmp_path / name).write_text(QUESTION, encoding="utf-8")
    with visible(install_hashing(tmp_path / "site"), monkeypatch):
        yield tmp_path


def differences(folder: Path) -> list[tuple[str, str]]:
    with Recipe.load(folder / "recipe.yaml") as recipe:
        return [(one.what, one.name) for one in lock_differences(recipe.model, recipe.components)]


CHANGES: dict[str, tuple[Callable[[Path], object], list[tuple[str, str]]]] = {
    "nothing": (lambda folder: None, []),
    "a question": (
        lambda folder: (folder / "q.jsonl").write_text(QUESTION.replace("what", "who"), encoding="utf-8"),
        [("questions file", "q.jsonl")],
    ),
    "a worked example": (
        lambda folder: (folder / "shots.jsonl").write_text(QUESTION * 2, encoding="utf-8"),
        [("questions file", "shots.jsonl")],
    ),
    "a document": (
        lambda folder: (folder / "notes" / "a.txt").write_text("that is it", encoding="utf-8"),
        [("document", "notes/a.txt")],
    ),
    "a document more": (
        lambda folder: (folder / "notes" / "b.txt").write_text("more", encoding="utf-8"),
        [("document", "notes/b.txt")],
    ),
}


@pytest.mark.parametrize("what", CHANGES)
def test_what_has_changed_since_the_lock_is_named(folder: Path, what: str) -> None:
    with Recipe.load(folder / "recipe.yaml") as recipe:
        write_lock(recipe.model, recipe.components)
    change, expected = CHANGES[what]
    change(folder)
    assert differences(folder) == expected


def test_a_run_refuses_other_questions_than_the_lock_pins(folder: Path) -> None:
    with Recipe.load(folder / "recipe.yaml") as recipe:
        write_lock(recipe.model, recipe.components)
        check_lock(recipe.model, recipe.components)
    (folder / "q.jsonl").write_text(QUESTION * 2, encoding="utf-8")
    with (
        Recipe.load(folder / "recipe.yaml") as recipe,
        pytest.raises(LockMismatch, match=r"file q\.jsonl was"),
    ):
        check_lock(recipe.model, recipe.components)


def keys_of_files(path: Path) -> set[str]:
    with Recipe.load(path) as recipe:
        return set(pins(recipe.model, recipe.components)["questions file"])


def test_two_files_of_one_name_are_both_pinned_by_their_path_from_the_recipe(folder: Path) -> None:
    for name in ("考題", "範例"):
        (folder / name).mkdir()
        (folder / name / "q.jsonl").write_text(QUESTION, encoding="utf-8")
    written = RECIPE.replace("q.jsonl", "考題/q.jsonl").replace("shots.jsonl", "範例/q.jsonl")
    (folder / "recipe.yaml").write_text(written, encoding="utf-8")
    with Recipe.load(folder / "recipe.yaml") as recipe:
        write_lock(recipe.model, recipe.components)
    (folder / "考題" / "q.jsonl").write_text(QUESTION * 2, encoding="utf-8")

    assert keys_of_files(folder / "recipe.yaml") == {"考題/q.jsonl", "範例/q.jsonl"}
    assert differences(folder) == [("questions file", "考題/q.jsonl")]


def test_a_file_outside_the_folder_is_pinned_by_the_way_to_it(folder: Path) -> None:
    inner = folder / "食譜"
    inner.mkdir()
    (inner / "recipe.yaml").write_text("documents: ../notes/*.txt\nembedder: hashing\nquestions: ../q.jsonl\n")

    assert keys_of_files(inner / "recipe.yaml") == {"../q.jsonl"}


def test_a_dataset_is_pinned_with_the_file_of_its_validation(folder: Path) -> None:
    for name in ("train.jsonl", "驗證.jsonl"):
        (folder / name).write_text('{"text": "蘋果", "label": "水果"}\n', encoding="utf-8")
    written = "task: classification\ndataset: {path: train.jsonl, validation: 驗證.jsonl}\nchat: extractive\n"
    (folder / "recipe.yaml").write_text(written, encoding="utf-8")

    assert keys_of_files(folder / "recipe.yaml") == {"train.jsonl", "驗證.jsonl"}


def test_without_a_lock_of_the_recipe_nothing_is_as_pinned(folder: Path) -> None:
    with Recipe.load(folder / "recipe.yaml") as recipe:
        path = recipe.model.path
        message = f"there is no lock of {path}; write one: potluck lock {path}"
        with pytest.raises(PotluckError, match=re.escape(message)):
            check_locked(recipe.model)
        check_lock(recipe.model, recipe.components)
        lock = write_lock(recipe.model, recipe.components)
        check_locked(recipe.model)
        lock.write_text(lock.read_text(encoding="utf-8").replace('"recipe.yaml"', '"其他.yaml"'), encoding="utf-8")
        with pytest.raises(PotluckError, match=re.escape(message)):
            check_locked(recipe.model)


@pytest.mark.parametrize(
    ("recipes", "wrong"),
    [
        ("[]", "recipes is not a mapping"),
        ('{"recipe.yaml": []}', "recipe.yaml is not a mapping"),
        ('{"recipe.yaml": {"plugin": []}}', "plugin is not a mapping"),
    ],
)
def test_a_lock_of_another_shape_is_damaged(folder: Path, recipes: str, wrong: str) -> None:
    (folder / "potluck.lock").write_text(f'{{"potluck": 1, "recipes": {recipes}}}', encoding="utf-8")
    with Recipe.load(folder / "recipe.yaml") as recipe:
        for check in (lambda: check_locked(recipe.model), lambda: check_lock(recipe.model, recipe.components)):
            with pytest.raises(PotluckError, match=f"is damaged .*{re.escape(wrong)}"):
                check()


@pytest.mark.parametrize(
    ("then", "now", "said"),
    [
        (None, "1.0", "library 套件 is new"),
        ("1.0", None, "library 套件 is gone"),
        ("1.0", "2.0", "library 套件 was 1.0 and is 2.0"),
        ({"a": 1}, "2.0", "library 套件 was {'a': 1} and is 2.0"),
        (
            {"a": 1, "b": 2},
            {"b": 3, "c": 4},
            "library 套件: a was 1 and is None, b was 2 and is 3, c was None and is 4",
        ),
    ],
)
def test_a_difference_says_what_was_and_what_is(then: Json, now: Json, said: str) -> None:
    assert str(Difference("library", "套件", then, now)) == said


def test_a_recipe_with_overrides_is_another_one_and_is_not_checked(folder: Path) -> None:
    with Recipe.load(folder / "recipe.yaml") as recipe:
        write_lock(recipe.model, recipe.components)
    for overrides in ((), ("retriever.k=2",)):
        with Recipe.load(folder / "recipe.yaml", overrides) as recipe:
            check_lock(recipe.model, recipe.components)
    (folder / "notes" / "a.txt").write_text("that is it", encoding="utf-8")
    with Recipe.load(folder / "recipe.yaml", ["retriever.k=2"]) as recipe:
        check_lock(recipe.model, recipe.components)
    with Recipe.load(folder / "recipe.yaml") as recipe, pytest.raises(LockMismatch):
        check_lock(recipe.model, recipe.components)
