"""``potluck.lock`` pins plugins, models, documents and files of questions: each that changes is noticed by name.

Modules: ``potluck.runs.pins``, ``potluck.loading.regular_file``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from potluck import Recipe
from potluck.errors import LockMismatch
from potluck.runs.pins import check_lock, lock_differences, write_lock
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
