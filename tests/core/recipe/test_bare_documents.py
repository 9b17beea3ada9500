"""Documents without a recipe are read as they are; a recipe in their folder is used.

Modules: ``potluck.recipe.bare_documents``, ``potluck.recipe``.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from potluck.errors import NoDocuments, RecipeError
from potluck.recipe import find_recipe, load, load_sources
from potluck.recipe.bare_documents import read_bare_documents
from potluck.stages.discover import discover


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("文件/規範.txt", "文件/內/talk.md", "文件/[1].txt", "other/more.txt"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("短鋼軌", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def names(paths: list[str], apart: list[str] | None = None) -> list[str]:
    """The names of the documents that are meant, as citations will give them."""
    model = read_bare_documents([*map(Path, paths)], apart=[*map(Path, apart or ())])
    assert model.documents is not None
    return [one.name for one in discover(model.folder, model.documents.patterns, model.documents.exclude)]


@pytest.mark.parametrize(
    ("paths", "found"),
    [
        (["文件"], ["[1].txt", "內/talk.md", "規範.txt"]),
        (["文件/規範.txt"], ["規範.txt"]),
        (["文件/[1].txt"], ["[1].txt"]),
        (["文件/規範.txt", "文件/內/talk.md"], ["內/talk.md", "規範.txt"]),
        (["文件/內", "other"], ["other/more.txt", "文件/內/talk.md"]),
        ([".", "other/more.txt"], ["other/more.txt", "文件/[1].txt", "文件/內/talk.md", "文件/規範.txt"]),
    ],
)
def test_folders_and_files_are_named_from_the_folder_that_they_share(paths: list[str], found: list[str]) -> None:
    assert names(paths) == found


@pytest.mark.parametrize(
    ("paths", "name"),
    [
        (["文件"], "文件/questions.jsonl"),
        (["文件"], "文件/問題.csv"),
        ([".", "文件/規範.txt"], "questions.xlsx"),
        (["文件/規範.txt", "other/questions.json"], "other/questions.json"),
    ],
)
def test_a_file_of_questions_beside_documents_is_the_recipes_and_no_document(
    home: Path, paths: list[str], name: str
) -> None:
    (home / name).write_text("{}", encoding="utf-8")

    assert read_bare_documents([*map(Path, paths)]).questions == home / name
    assert not any(Path(name).name in one for one in names(paths))


def test_of_several_files_of_questions_the_first_is_asked_and_none_is_a_document(home: Path) -> None:
    for name in ("questions.csv", "questions.jsonl"):
        (home / "other" / name).write_text("{}", encoding="utf-8")

    assert read_bare_documents([Path("other")]).questions == home / "other" / "questions.jsonl"
    assert names(["other"]) == ["more.txt"]
    assert read_bare_documents([Path("other")], ["questions=questions.csv"]).questions == home / "other/questions.csv"


def test_a_file_that_is_named_alone_is_a_document_whatever_it_is_called(home: Path) -> None:
    (home / "questions.csv").write_text("問題,答案\n", encoding="utf-8")

    assert read_bare_documents([Path("questions.csv")]).questions is None
    assert names(["questions.csv"]) == ["questions.csv"]


def test_files_that_share_the_root_alone_are_named_from_the_folder_of_the_first(home: Path) -> None:
    model = read_bare_documents([home / "文件", Path("/etc/hostname")])

    assert model.folder == home / "文件"


def test_a_file_that_is_not_a_document_is_set_apart() -> None:
    assert names(["文件"], ["文件/[1].txt"]) == ["內/talk.md", "規範.txt"]
    assert names(["文件"], ["other/more.txt"]) == ["[1].txt", "內/talk.md", "規範.txt"]


def test_the_defaults_hold_but_for_what_is_overridden() -> None:
    model = read_bare_documents([Path("文件")], ["retriever.k=7"])

    assert (model.name, model.retriever.k, model.path) == ("文件", 7, Path("文件"))
    with pytest.raises(RecipeError, match="unknown key 'embeder'"):
        read_bare_documents([Path("文件")], ["embeder=x"])


def test_a_recipe_in_the_folder_is_used() -> None:
    for name in ("potluck.yaml", "recipe.yaml"):
        Path("文件", name).write_text(f"name: {name}\ndocuments: '*.txt'\n", encoding="utf-8")
        assert find_recipe(Path("文件")) == Path("文件", name)
        assert load(Path("文件")).name == name


@pytest.mark.parametrize(
    ("name", "recipe"),
    [("a.yaml", True), ("a.YML", True), ("recipe", True), ("a.txt", False), ("a.pdf", False), ("a.png", False)],
)
def test_a_file_is_a_recipe_by_its_ending(name: str, recipe: bool) -> None:
    Path(name).touch()

    assert find_recipe(Path(name)) == (Path(name) if recipe else None)


@pytest.mark.parametrize(
    ("paths", "message"),
    [
        (["文件夾"], "文件夾: there is no such file or folder (did you mean '文件'?)"),
        (["文件/規範.tx"], "文件/規範.tx: there is no such file or folder (did you mean '規範.txt'?)"),
        (["nowhere/at/all.txt"], "nowhere/at/all.txt: there is no such file or folder"),
        (["文件", "what", "is"], "what: there is no such file or folder; put quotes around a question"),
        (["x" * 400], f"{'x' * 400}: there is no such file or folder"),
        (["a\0b"], "a\0b: there is no such file or folder"),
        (["/dev/null/a.txt"], "/dev/null/a.txt: there is no such file or folder"),
        (["文件", "new.yaml"], "new.yaml: there is no such file or folder; put quotes around a question"),
        (["文件", "a.yaml"], "a.yaml is a recipe, or has one in it: name it alone"),
    ],
)
def test_a_path_that_is_none_is_told(paths: list[str], message: str) -> None:
    Path("a.yaml").touch()

    with pytest.raises(NoDocuments) as raised:
        load_sources([*map(Path, paths)])
    assert str(raised.value) == message


def test_one_recipe_is_read_as_ever() -> None:
    Path("a.yaml").write_text("documents: other\nseed: 3\n", encoding="utf-8")

    assert load_sources([Path("a.yaml")], ["seed=4"]).seed == 4
    with pytest.raises(RecipeError, match="cannot be read"):
        load_sources([Path("b.yaml")])


def test_a_folder_without_documents_is_named_in_full(home: Path) -> None:
    os.mkdir("empty")
    model = load_sources([Path("empty")])
    assert model.documents is not None

    with pytest.raises(NoDocuments) as raised:
        discover(model.folder, model.documents.patterns)
    assert str(raised.value) == f"{home / 'empty'}: the folder holds no documents"


def test_what_is_read_is_written_as_a_recipe_that_people_can_read() -> None:
    model = read_bare_documents([Path("文件/規範.txt")])

    assert model.name == "規範"
    assert model.origin.text == '{"name": "規範", "documents": {"path": ["規範.txt"], "exclude": []}}'
