"""No path of a report says where on a machine it was made.

Modules: ``potluck.report.paths``.
"""

from __future__ import annotations

from pathlib import Path

from potluck.report.paths import relative_path, without_folder

FOLDER = Path("/srv/資料/specs")


def test_a_path_is_seen_from_the_folder() -> None:
    assert relative_path("/srv/資料/specs/a/問題.jsonl", FOLDER) == "a/問題.jsonl"
    assert relative_path("/srv/資料/questions.jsonl", FOLDER) == "../questions.jsonl"
    assert relative_path("specs/recipe.yaml", Path("specs")) == "recipe.yaml"
    assert relative_path(Path("specs/問題.jsonl").absolute(), Path("specs")) == "問題.jsonl"


def test_a_path_that_is_relative_already_stays_so() -> None:
    assert relative_path("questions.jsonl", FOLDER) == "questions.jsonl"
    assert relative_path("questions.jsonl", Path("specs")) == "questions.jsonl"


def test_files_within_a_sentence_are_named_from_the_folder_and_from_home() -> None:
    text = f"{FOLDER}/a.doc: not read; {Path.home()}/.cache/model is damaged; /etc/x stays"
    assert without_folder(text, FOLDER) == "a.doc: not read; ~/.cache/model is damaged; /etc/x stays"


def test_a_folder_whose_name_only_begins_alike_is_another() -> None:
    assert without_folder(f"{FOLDER}-old/a.doc", FOLDER) == f"{FOLDER}-old/a.doc"


def test_where_all_lies_at_the_root_nothing_is_taken_away() -> None:
    assert without_folder("a / b /c", Path("/")) == "a / b /c"
