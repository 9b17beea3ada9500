"""What a recipe reads beside its documents is no document, even where it lies among them.

Modules: ``potluck.recipe.files_apart``, ``potluck.recipe``, ``potluck.stages.discover``.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from potluck import Recipe
from potluck.recipe import load, load_sources
from potluck.recipe.files_apart import RECIPES, exclude_patterns, files_apart
from potluck.recipe.recipe_loader import reread_recipe
from potluck.stages.discover import discover_documents

Write = Callable[[str], Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Writes a recipe into a folder of documents that also holds questions and examples."""
    for name in ("規範.txt", "內/測驗.csv", "測驗.csv", "solved.jsonl", "train.jsonl"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("短鋼軌", encoding="utf-8")

    def write(text: str) -> Path:
        (tmp_path / "recipe.yaml").write_text(text, encoding="utf-8")
        return tmp_path / "recipe.yaml"

    return write


def documents(recipe: Path, *apart: Path) -> list[str]:
    return [one.name for one in discover_documents(load_sources([recipe], apart=apart))]


@pytest.mark.parametrize("path", [".", "'**/*'", "['../{folder}', 內]", "['*.*', 內/測驗.csv]"])
def test_folders_and_globs_leave_out_the_recipe_and_its_questions(write: Write, path: str) -> None:
    path = path.replace("{folder}", write("").parent.name)

    found = documents(write(f"documents: {path}\nquestions: 測驗.csv\n"))

    assert found == ["solved.jsonl", "train.jsonl", "內/測驗.csv", "規範.txt"]


def test_solved_examples_and_datasets_are_left_out_as_well(write: Write) -> None:
    recipe = write("documents: .\nshots: {count: 1, examples: solved.jsonl}\ndataset: train.jsonl\n")

    assert documents(recipe) == ["內/測驗.csv", "測驗.csv", "規範.txt"]


def test_what_documents_name_is_a_document(write: Write) -> None:
    recipe = write("documents: [., 測驗.csv]\nquestions: 測驗.csv\n")

    assert "測驗.csv" in documents(recipe)
    assert "測驗.csv" not in [path.name for path in files_apart(load(recipe))]


def test_questions_that_a_command_names_are_no_document_of_any_variant(write: Write) -> None:
    recipe = write("documents: .\n")

    assert "測驗.csv" in documents(recipe)
    model = load_sources([recipe], apart=[recipe.parent / "測驗.csv"])
    for one in (model, reread_recipe(model, {"retriever.k": 2})):
        assert "測驗.csv" not in [source.name for source in discover_documents(one)]


def test_only_what_lies_among_the_documents_is_named(write: Write, tmp_path: Path) -> None:
    within = load(write("documents: .\nquestions: 測驗.csv\n"))
    outside = load(write("documents: 內/*.csv\nquestions: 測驗.csv\n"))

    assert (exclude_patterns(within), exclude_patterns(outside)) == (["recipe.yaml", "測驗.csv"], [])
    assert files_apart(load(write("questions: 測驗.csv\n"))) == ()
    assert RECIPES[0] == "recipe.yaml"
    assert files_apart(within) == (tmp_path / "recipe.yaml", tmp_path / "測驗.csv")


def test_an_index_without_the_questions_is_another_one(write: Write, tmp_path: Path) -> None:
    ids = set()
    for apart in ([], [tmp_path / "測驗.csv"], [tmp_path / "規範.txt"]):
        with Recipe(load_sources([write("documents: .\n")], apart=apart)) as recipe:
            ids.add(recipe.components.passages_id)

    assert len(ids) == 3
