"""A workspace that cannot be written, or something else in its place: an error by name says what to do.

Modules: ``potluck.workspace.connection``, ``potluck.workspace.storage_errors``, ``potluck.workspace.lock``,
``potluck.workspace.repair``, ``potluck.workspace.scratch``.
"""

from __future__ import annotations

import os
import re
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from potluck import Recipe
from potluck.atomic_files import write_atomically
from potluck.errors import StorageFailed
from potluck.workspace.lock import lock_for_writing
from potluck.workspace.repair import check_workspace, repair_workspace
from potluck.workspace.storage_errors import storage_errors
from support.fake_plugins import install_hashing, visible


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    with visible(install_hashing(tmp_path / "site"), monkeypatch):
        home = tmp_path / "家"
        home.mkdir()
        (home / "筆記.txt").write_text("第7號橋於1907年落成。", encoding="utf-8")
        (home / "recipe.yaml").write_text('documents: "*.txt"\nembedder: hashing\n', encoding="utf-8")
        yield home


def index(home: Path) -> None:
    with Recipe.load(home / "recipe.yaml") as recipe:
        recipe.index()


def run(home: Path) -> None:
    with Recipe.load(home / "recipe.yaml") as recipe:
        recipe.run()


def put(kind: str, path: Path) -> None:
    """A folder, a file, or a link that leads nowhere."""
    if kind == "a folder":
        path.mkdir()
    elif kind == "a file":
        path.write_bytes(b"")
    else:
        path.symlink_to(path.with_name("nowhere"))


def refused(path: Path, kind: str, work: Callable[[], object]) -> None:
    with pytest.raises(StorageFailed, match=re.escape(f"{path} is {kind}, and in the way of what potluck keeps there")):
        work()


@pytest.mark.parametrize("kind", ["a file", "a link that leads nowhere"])
def test_what_stands_in_the_place_of_the_workspace_is_named(home: Path, kind: str) -> None:
    folder = home / ".potluck"
    put(kind, folder)

    refused(folder, kind, lambda: index(home))
    refused(folder, kind, lambda: check_workspace(folder))
    refused(folder, kind, lambda: repair_workspace(folder))
    with Recipe.load(home / "recipe.yaml") as recipe:
        assert recipe.plan().documents == 1
    assert os.path.lexists(folder)


def test_a_link_to_a_workspace_elsewhere_is_followed(home: Path, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (home / ".potluck").symlink_to(tmp_path / "elsewhere")

    index(home)

    assert [report.is_whole for report in check_workspace(home / ".potluck")] == [True]


@pytest.mark.parametrize("kind", ["a folder", "a link that leads nowhere"])
@pytest.mark.parametrize(
    "name", ["catalogue.sqlite", "catalogue.sqlite-wal", "catalogue.sqlite-shm", "calls.sqlite", "writer.pid"]
)
def test_what_stands_in_the_place_of_a_file_of_the_workspace_is_named(home: Path, name: str, kind: str) -> None:
    index(home)
    (home / "筆記.txt").write_text("第8號橋於1908年落成。", encoding="utf-8")
    path = home / ".potluck" / name
    path.unlink(missing_ok=True)
    put(kind, path)

    def ask() -> None:
        with Recipe.load(home / "recipe.yaml") as recipe:
            recipe.index()
            recipe.workspace.answer_cache  # noqa: B018

    refused(path, kind, ask)
    refused(path, kind, lambda: repair_workspace(home / ".potluck"))
    if name != "writer.pid":
        refused(path, kind, lambda: check_workspace(home / ".potluck"))


@pytest.mark.parametrize(("name", "kind"), [("names.json", "a folder"), ("runs", "a file")])
def test_the_obstacle_is_named_and_not_what_was_to_be_put_there(home: Path, name: str, kind: str) -> None:
    (home / ".potluck").mkdir()
    put(kind, home / ".potluck" / name)

    refused(home / ".potluck" / name, kind, lambda: run(home))


def test_what_is_in_the_way_elsewhere_is_another_matter(tmp_path: Path) -> None:
    (tmp_path / "file").mkdir()

    with pytest.raises(IsADirectoryError), storage_errors(tmp_path / "workspace"):
        write_atomically(tmp_path / "file", b"")


def test_a_lock_is_not_taken_where_the_number_of_its_holder_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "writer.pid").mkdir()

    with pytest.raises(StorageFailed), lock_for_writing(tmp_path):
        pass
    assert not (tmp_path / "lock").exists()


def forbid(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    """What the system answers for the folder of another user."""
    access, opened = os.access, os.open

    def refusing(path: Path, mode: int) -> bool:
        return not (mode == os.W_OK and Path(path).is_relative_to(folder)) and access(path, mode)

    def refusing_to_open(path: str, flags: int, *rest: int, **more: int) -> int:
        if flags & (os.O_WRONLY | os.O_RDWR) and Path(path).is_relative_to(folder):
            raise PermissionError(13, "Permission denied", str(path))
        return opened(path, flags, *rest, **more)

    monkeypatch.setattr(os, "access", refusing)
    monkeypatch.setattr(os, "open", refusing_to_open)


def content(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}


@pytest.mark.skipif(os.name == "nt", reason="folders have other rights there")
def test_a_workspace_that_may_only_be_read_is_checked_on_a_copy_and_not_repaired(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(home)
    catalogue = home / ".potluck" / "catalogue.sqlite"
    altered = catalogue.read_bytes().replace("落成".encode(), "落戌".encode())
    catalogue.write_bytes(altered)
    before = content(home / ".potluck")
    forbid(monkeypatch, home / ".potluck")

    found = {report.file: report.is_whole for report in check_workspace(home / ".potluck")}

    assert found["catalogue.sqlite"] is False
    assert content(home / ".potluck") == before
    with pytest.raises(StorageFailed, match=r"lock: Permission denied; the workspace .*\.potluck must be writable"):
        repair_workspace(home / ".potluck")
    assert content(home / ".potluck") == before


def test_the_answer_cache_is_checked_on_a_copy_too(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with Recipe.load(home / "recipe.yaml") as recipe:
        recipe.workspace.answer_cache.keep_answer("key", {"text": "一九〇七年"})
    forbid(monkeypatch, home / ".potluck")

    found = {report.file: report for report in check_workspace(home / ".potluck")}

    assert found["calls.sqlite"].rows["answers"].whole == 1


def test_the_copy_is_brought_up_to_date_and_not_what_may_only_be_read(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    index(home)
    with closing(sqlite3.connect(home / ".potluck" / "calls.sqlite")) as db:  # of the version without checksums
        db.execute("CREATE TABLE answers (key TEXT PRIMARY KEY, answer TEXT NOT NULL) WITHOUT ROWID")
        db.execute(
            "CREATE TABLE queries (embedder TEXT NOT NULL, text TEXT NOT NULL, vector BLOB NOT NULL, "
            "PRIMARY KEY (embedder, text)) WITHOUT ROWID"
        )
    before = content(home / ".potluck")
    forbid(monkeypatch, home / ".potluck")

    assert all(report.is_whole for report in check_workspace(home / ".potluck"))
    assert content(home / ".potluck") == before


def test_who_may_not_write_cannot_be_the_writer(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    index(home)
    with Recipe.load(home / "recipe.yaml") as recipe:
        assert recipe.workspace.folder
        forbid(monkeypatch, home / ".potluck")

        with pytest.raises(StorageFailed, match="must be writable"), recipe.workspace.write_lock():
            pass
