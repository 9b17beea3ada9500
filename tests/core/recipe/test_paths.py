"""What can be wrong with a path in a recipe is said before anything is read."""

from __future__ import annotations

from pathlib import Path

import pytest

from potluck.recipe.paths import file_problem, pattern_problem


@pytest.mark.parametrize("text", ["notes/*.txt", "規範/**/*.docx", "~/a", "a b"])
def test_a_path_or_glob_is_taken(text: str) -> None:
    assert pattern_problem(text) is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "a path is empty"),
        (" \t", "a path is empty"),
        ("a\0b", "the path 'a\\x00b' has a control character in it"),
        ("規範\n.txt", "the path '規範\\n.txt' has a control character in it"),
        ("~no-such-user-甲/a", "'~no-such-user-甲/a': Could not determine home directory."),
    ],
)
def test_what_is_no_path_is_said(text: str, expected: str) -> None:
    assert pattern_problem(text) == expected


def test_a_file_has_to_be_there_and_be_a_file(tmp_path: Path) -> None:
    (tmp_path / "問題.jsonl").write_text("{}", encoding="utf-8")
    (tmp_path / "folder").mkdir()

    assert file_problem(tmp_path, "問題.jsonl") is None
    assert file_problem(tmp_path, "folder") == "'folder' is a folder"
    assert file_problem(tmp_path, "問提.jsonl") == "there is no file '問提.jsonl' (did you mean '問題.jsonl'?)"
    assert file_problem(tmp_path, "no/such.jsonl") == "there is no file 'no/such.jsonl'"
    assert file_problem(tmp_path, " ") == "a path is empty"
