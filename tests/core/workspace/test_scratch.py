"""A workspace that must not be written is looked at in a copy, which knows the same and leaves nothing behind.

Modules: ``potluck.workspace.scratch``.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from potluck.documents import Document
from potluck.errors import StorageFailed
from potluck.workspace import Workspace
from potluck.workspace.catalogue import Load
from potluck.workspace.scratch import can_be_written, readable, scratch


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A workspace with a document and an answer; nobody has it open."""
    folder = tmp_path / "家" / ".potluck"
    with closing(Workspace(folder)) as workspace:
        workspace.catalogue.add_load(Load("甲", "甲.txt", "c"), "loader", [Document("甲.txt", "道碴")])
        workspace.answer_cache.keep_answer("key", {"text": "一九〇七年"})
    (folder / "lengths.json").write_text('{"a": 8}', encoding="utf-8")
    (folder / "runs").mkdir()
    return folder


@pytest.fixture
def forbidden(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The folder, as the system shows it to another user."""
    access = os.access

    def refuse(path: Path, mode: int) -> bool:
        return not (mode == os.W_OK and Path(path).is_relative_to(folder)) and access(path, mode)

    monkeypatch.setattr(os, "access", refuse)
    return folder


def content(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}


def texts(workspace: Workspace) -> list[str]:
    return [document.text for _, document in workspace.catalogue.documents("甲")]


def test_a_workspace_can_be_written_where_it_is_there_and_its_catalogue_too(folder: Path) -> None:
    assert can_be_written(folder)
    assert not can_be_written(folder.parent / "none")
    (folder / "catalogue.sqlite").unlink()
    assert not can_be_written(folder)


def test_one_whose_catalogue_alone_is_forbidden_cannot_be_written(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    access = os.access
    monkeypatch.setattr(os, "access", lambda path, mode: path != folder / "catalogue.sqlite" and access(path, mode))

    assert not can_be_written(folder)


def test_a_scratch_workspace_knows_what_the_real_one_does_and_changes_nothing_there(folder: Path) -> None:
    before = content(folder)

    with scratch(folder) as workspace:
        place = workspace.folder
        assert place.name == ".potluck"
        assert not place.is_relative_to(folder)
        assert texts(workspace) == ["道碴"]
        assert (place / "lengths.json").read_text(encoding="utf-8") == '{"a": 8}'
        assert not (place / "calls.sqlite").exists()
        workspace.catalogue.add_load(Load("乙", "乙.txt", "c"), "loader", [Document("乙.txt", "鋼軌")])

    assert content(folder) == before
    assert not place.parent.exists()


def test_a_scratch_workspace_finds_what_was_trained(folder: Path) -> None:
    (folder / "tuned" / "a1").mkdir(parents=True)
    (folder / "tuned" / "a1" / "potluck.json").write_text("{}", encoding="utf-8")

    with scratch(folder) as workspace:
        assert (workspace.folder / "tuned" / "a1" / "potluck.json").read_text(encoding="utf-8") == "{}"

    assert (folder / "tuned" / "a1" / "potluck.json").is_file(), "it is still there"


def test_without_a_workspace_it_is_empty_and_none_is_made(tmp_path: Path) -> None:
    with scratch(tmp_path / ".potluck") as workspace:
        assert texts(workspace) == []

    assert os.listdir(tmp_path) == []


def test_it_is_removed_after_an_error_too(folder: Path) -> None:
    places: list[Path] = []

    def fail() -> None:
        with scratch(folder) as workspace:
            places.append(workspace.folder)
            raise ValueError("壞了")

    with pytest.raises(ValueError, match="壞了"):
        fail()
    assert not places[0].exists()


def test_what_another_process_has_open_is_copied_as_it_is_at_the_moment(folder: Path) -> None:
    with closing(Workspace(folder)) as real:
        real.catalogue.add_load(Load("甲", "甲.txt", "c2"), "loader", [Document("甲.txt", "新的道碴")])
        assert (folder / "catalogue.sqlite-wal").stat().st_size > 0
        with scratch(folder) as workspace:
            real.catalogue.add_load(Load("甲", "甲.txt", "c3"), "loader", [Document("甲.txt", "更新的道碴")])
            assert texts(workspace) == ["新的道碴"]


def test_what_a_killed_process_left_in_its_log_is_copied_where_sqlite_cannot_read_it(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with closing(Workspace(folder)) as real:
        real.catalogue.add_load(Load("甲", "甲.txt", "c2"), "loader", [Document("甲.txt", "新的道碴")])
        connect = sqlite3.connect

        def refuse(path: str | Path, *rest: object, **more: object) -> object:
            if str(path).endswith("?mode=ro"):
                raise sqlite3.OperationalError("unable to open database file")
            return connect(path, *rest, **more)  # type: ignore[call-overload]

        monkeypatch.setattr(sqlite3, "connect", refuse)
        with scratch(folder) as workspace:
            assert texts(workspace) == ["新的道碴"]


def test_what_can_be_written_is_read_in_its_place(folder: Path) -> None:
    with readable(folder) as place:
        assert place == folder


def test_what_cannot_be_written_is_read_in_a_copy_of_both_databases(forbidden: Path) -> None:
    with readable(forbidden) as place:
        assert place != forbidden
        assert set(os.listdir(place)) == {"catalogue.sqlite", "calls.sqlite"}
        with closing(Workspace(place)) as workspace:
            assert texts(workspace) == ["道碴"]
            assert workspace.answer_cache.answer("key") == {"text": "一九〇七年"}

    assert not place.exists()


def test_only_the_databases_that_there_are_are_copied(forbidden: Path) -> None:
    (forbidden / "calls.sqlite").unlink()

    with readable(forbidden) as place:
        assert os.listdir(place) == ["catalogue.sqlite"]


@pytest.mark.parametrize("name", ["catalogue.sqlite", "calls.sqlite"])
def test_a_folder_in_the_place_of_a_database_is_named(folder: Path, name: str) -> None:
    (folder / name).unlink()
    (folder / name).mkdir()

    with pytest.raises(StorageFailed, match=f"{name} is a folder, and in the way"), readable(folder):
        pass
