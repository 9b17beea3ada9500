"""Files appear whole or not at all, and a full disk is said so."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from potluck.errors import StorageFailed
from potluck.workspace.files import storage_errors, write_whole


def test_a_file_is_written_and_nothing_is_left_beside_it(tmp_path: Path) -> None:
    write_whole(tmp_path / "new" / "清單.json", "內容".encode())

    assert (tmp_path / "new" / "清單.json").read_text(encoding="utf-8") == "內容"
    assert os.listdir(tmp_path / "new") == ["清單.json"]


def test_a_write_that_fails_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "manifest.json"
    write_whole(path, b"old")

    def full(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(StorageFailed, match="make room"), storage_errors(tmp_path):
        write_whole(path, b"new")

    assert path.read_bytes() == b"old"
    assert os.listdir(tmp_path) == ["manifest.json"]


def test_a_missing_document_is_no_fault_of_the_storage(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError), storage_errors(tmp_path):
        (tmp_path / "nothing").read_bytes()
