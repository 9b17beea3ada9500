"""A path of a recipe is looked at before anything is looked for, and a file that is missing is named with its nearest.

Modules: ``potluck.recipe.paths``.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from potluck.recipe.paths import file_problem, pattern_problem


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "a path is empty"),
        (" \t", "a path is empty"),
        ("　", "a path is empty"),
        ("筆記\x1f.txt", "the path '筆記\\x1f.txt' has a control character in it"),
        ("a\nb", "the path 'a\\nb' has a control character in it"),
        ("~nobody-of-that-name/筆記", "'~nobody-of-that-name/筆記': Could not determine home directory."),
        ("筆記/**/*.txt", None),
        ("two words.txt", None),
        ("a\x7fb", None),
        (" a", None),
    ],
)
def test_a_pattern_is_a_path_without_controls_that_has_a_home(text: str, problem: str | None) -> None:
    assert pattern_problem(text) == problem


def test_a_file_is_looked_for_beside_the_recipe(tmp_path: Path) -> None:
    (tmp_path / "問題.jsonl").touch()
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "inner.jsonl").touch()

    assert file_problem(tmp_path, "問題.jsonl") is None
    assert file_problem(tmp_path, "sub/inner.jsonl") is None
    assert file_problem(Path("/"), str(tmp_path / "問題.jsonl")) is None
    assert file_problem(tmp_path, "sub") == "'sub' is a folder"
    assert file_problem(tmp_path, " ") == "a path is empty"


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("qeustions.jsonl", "there is no file 'qeustions.jsonl' (did you mean 'questions.jsonl'?)"),
        ("問体.jsonl", "there is no file '問体.jsonl' (did you mean '問題.jsonl'?)"),
        ("無關的東西", "there is no file '無關的東西'"),
        ("no/questions.jsonl", "there is no file 'no/questions.jsonl'"),
        ("x" * 300, f"'{'x' * 59}…' cannot be read: File name too long"),
    ],
)
def test_a_missing_file_is_named_with_the_nearest_of_its_folder(tmp_path: Path, text: str, problem: str) -> None:
    for name in ("questions.jsonl", "問題.jsonl"):
        (tmp_path / name).touch()

    assert file_problem(tmp_path, text) == problem


def test_a_path_from_the_home_folder_is_expanded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / "題.jsonl").touch()

    assert file_problem(Path("/nowhere"), "~/題.jsonl") is None
