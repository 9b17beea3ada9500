"""What the system refuses in a workspace is told with a way out, and nothing else is taken for it."""

from __future__ import annotations

import errno
import os
import sqlite3
from pathlib import Path

import pytest

from potluck.atomic_files import write_atomically
from potluck.errors import PotluckError, StorageFailed, WorkspaceBusy
from potluck.workspace.storage_errors import is_made, refuse_obstacle, storage_errors


def test_a_write_that_fails_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "manifest.json"
    write_atomically(path, b"old")

    def full(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(StorageFailed, match="make room"), storage_errors(tmp_path):
        write_atomically(path, b"new")

    assert path.read_bytes() == b"old"
    assert os.listdir(tmp_path) == ["manifest.json"]


def test_a_missing_document_is_not_the_fault_of_the_storage(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError), storage_errors(tmp_path):
        (tmp_path / "nothing").read_bytes()


@pytest.mark.parametrize(
    ("code", "expected", "said"),
    [
        (sqlite3.SQLITE_BUSY, WorkspaceBusy, "is being written by another process"),
        (sqlite3.SQLITE_BUSY_SNAPSHOT, WorkspaceBusy, "is being written by another process"),
        (sqlite3.SQLITE_FULL, StorageFailed, "說明. What was finished is kept: make room"),
        (sqlite3.SQLITE_IOERR_WRITE, StorageFailed, "說明. What was finished is kept: make room"),
        (sqlite3.SQLITE_READONLY, StorageFailed, "說明; the workspace must be writable"),
        (sqlite3.SQLITE_CANTOPEN, StorageFailed, "說明; the workspace must be writable"),
    ],
)
def test_what_the_database_refuses_is_told_with_a_way_out(
    tmp_path: Path, code: int, expected: type[PotluckError], said: str
) -> None:
    error = sqlite3.OperationalError("說明")
    error.sqlite_errorcode = code

    with pytest.raises(expected) as raised, storage_errors(tmp_path):
        raise error
    assert str(raised.value).startswith(f"{tmp_path}")
    assert said in str(raised.value)


def test_another_error_of_the_database_stays_what_it_is(tmp_path: Path) -> None:
    with pytest.raises(sqlite3.OperationalError, match="no such table"), storage_errors(tmp_path):
        raise sqlite3.OperationalError("no such table")


@pytest.mark.parametrize(("reason", "said"), [("沒有空間", "沒有空間. What"), (None, "the disk is full. What")])
def test_a_full_disk_is_told_in_the_words_of_the_system_if_it_has_some(
    tmp_path: Path, reason: str | None, said: str
) -> None:
    with pytest.raises(StorageFailed) as raised, storage_errors(tmp_path):
        raise OSError(errno.ENOSPC, reason)
    assert str(raised.value).startswith(f"{tmp_path}: {said} was finished is kept")


def test_a_file_that_cannot_be_written_is_told_where_it_is_of_the_workspace(tmp_path: Path) -> None:
    for place, expected in ((tmp_path / "a", StorageFailed), (tmp_path.parent / "b", PermissionError)):
        with pytest.raises(expected, match="Permission denied"), storage_errors(tmp_path):
            raise PermissionError(errno.EACCES, "Permission denied", str(place))


def test_what_is_in_the_place_of_a_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").touch()
    (tmp_path / "link").symlink_to(tmp_path / "file")
    (tmp_path / "dangling").symlink_to(tmp_path / "nowhere")

    for name in ("file", "link", "nothing"):
        refuse_obstacle(tmp_path / name)
    for name, kind in (("folder", "a folder"), ("dangling", "a link that leads nowhere")):
        with pytest.raises(StorageFailed, match=f"{name} is {kind}, and in the way"):
            refuse_obstacle(tmp_path / name)
    assert is_made(tmp_path / "folder")
    assert not is_made(tmp_path / "nothing")
    for name, kind in (("file", "a file"), ("dangling", "a link that leads nowhere")):
        with pytest.raises(StorageFailed, match=f"{name} is {kind}, and in the way"):
            is_made(tmp_path / name)
