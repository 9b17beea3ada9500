"""The bundled examples are listed with what they are, and copied with all that they need.

Modules: ``potluck.bundled_examples``.
"""

from __future__ import annotations

import errno
import re
import shutil
from pathlib import Path

import pytest

from potluck.bundled_examples import copy_example, list_examples
from potluck.errors import PotluckError
from potluck.recipe import load
from potluck.recipe.tuning_settings import TASKS

EXAMPLES = Path(__file__).parents[2] / "docs" / "examples"
NAMES = sorted(path.name for path in [*EXAMPLES.iterdir(), *(EXAMPLES / "plugins").iterdir()] if path.name != "plugins")


def read_all(folder: Path) -> dict[str, bytes]:
    """What stands in a folder, by path."""
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_every_example_of_the_documentation_is_listed_with_a_line() -> None:
    found = list_examples()

    assert [one.name for one in found] == NAMES
    assert all(one.summary and "\n" not in one.summary and one.summary != one.name for one in found)


def test_each_kind_of_task_has_an_example_whose_recipe_can_be_read() -> None:
    shown = set[str]()
    for path in EXAMPLES.glob("*/recipe.yaml"):
        model = load(path, check_installed=False)
        shown.add(model.tuning.task or "question-answering")

    assert shown == set(TASKS)


@pytest.mark.parametrize("name", NAMES)
def test_a_copy_has_every_file_that_its_recipes_name(name: str, tmp_path: Path) -> None:
    copied = copy_example(name, tmp_path / "工作" / name)

    folder = tmp_path / "工作" / name
    assert sorted(read_all(folder)) == sorted(copied.files)
    for recipe in folder.glob("*.yaml"):
        for path in re.findall(r"\.\./[\w./*-]+\w", recipe.read_text(encoding="utf-8")):
            assert list(folder.parent.glob(path.removeprefix("../"))), f"{recipe.name}: {path}"


def test_a_copy_is_the_same_bytes_without_what_runs_left_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = tmp_path / "potluck"
    example = package / "example_files" / "條文"
    for path in ("README.md", "notes/軌道.txt", ".potluck/catalogue.sqlite", "src/__pycache__/one.pyc"):
        (example / path).parent.mkdir(parents=True, exist_ok=True)
        (example / path).write_bytes(b"# \xe8\xbb\x8c\xe9\x81\x93\r\n")
    monkeypatch.setattr("potluck.bundled_examples.__file__", str(package / "bundled_examples.py"))

    copied = copy_example("條文", tmp_path / "copy")

    assert [one.summary for one in list_examples()] == ["軌道"]
    assert copied.files == ("README.md", "notes/軌道.txt")
    assert read_all(tmp_path / "copy") == dict.fromkeys(copied.files, b"# \xe8\xbb\x8c\xe9\x81\x93\r\n")


@pytest.mark.parametrize("present", ["folder", "file", "link"])
def test_what_exists_is_never_written_to(present: str, tmp_path: Path) -> None:
    target = tmp_path / "messages"
    if present == "folder":
        target.mkdir()
    elif present == "file":
        target.write_text("mine", encoding="utf-8")
    else:
        target.symlink_to(tmp_path / "nowhere")

    with pytest.raises(PotluckError, match="messages exists already: nothing was copied"):
        copy_example("messages", target)

    assert [path.name for path in tmp_path.iterdir()] == ["messages"]
    assert read_all(tmp_path) == ({"messages": b"mine"} if present == "file" else {})


def test_an_example_that_is_there_serves_others_as_it_is(tmp_path: Path) -> None:
    copy_example("track-specification", tmp_path / "track-specification")
    (tmp_path / "track-specification" / "recipe.yaml").write_text("mine", encoding="utf-8")

    copied = copy_example("langchain", tmp_path / "langchain")

    assert copied.added == ()
    assert copied.present == (str(tmp_path / "track-specification"),)
    assert (tmp_path / "track-specification" / "recipe.yaml").read_text(encoding="utf-8") == "mine"


def test_a_folder_of_the_needed_name_that_is_something_else_is_refused(tmp_path: Path) -> None:
    (tmp_path / "track-specification").mkdir()

    with pytest.raises(PotluckError, match=r"track-specification exists already and is not the example .*nothing was"):
        copy_example("langchain", tmp_path / "langchain")

    assert [path.name for path in tmp_path.iterdir()] == ["track-specification"]


def test_an_example_cannot_take_the_place_of_one_that_it_needs(tmp_path: Path) -> None:
    with pytest.raises(PotluckError, match="langchain needs the example track-specification beside it"):
        copy_example("langchain", tmp_path / "track-specification")

    assert list(tmp_path.iterdir()) == []


def test_a_copy_that_fails_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "檔案").write_text("", encoding="utf-8")

    with pytest.raises(PotluckError, match="messages cannot be written: "):
        copy_example("messages", tmp_path / "檔案" / "messages")

    assert read_all(tmp_path) == {"檔案": b""}


def test_a_copy_that_ends_midway_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fill(source: Path, place: Path) -> None:
        place.write_bytes(b"half")
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(shutil, "copyfile", fill)
    with pytest.raises(PotluckError, match="messages cannot be written: No space left on device"):
        copy_example("messages", tmp_path / "messages")

    assert list(tmp_path.iterdir()) == []


def test_an_unknown_name_is_an_error_with_a_hint(tmp_path: Path) -> None:
    with pytest.raises(PotluckError, match=r"no example 'track-specfication' \(did you mean 'track-specification'\?\)"):
        copy_example("track-specfication", tmp_path / "one")


def test_an_installation_without_examples_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("potluck.bundled_examples.__file__", str(tmp_path / "potluck" / "bundled_examples.py"))

    with pytest.raises(PotluckError, match="the examples are missing from this installation"):
        list_examples()
