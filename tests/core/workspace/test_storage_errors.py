"""What the system refuses in a workspace is told with a way out, and nothing else is taken for it."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from potluck.atomic_files import write_atomically
from potluck.errors import StorageFailed
from potluck.workspace.storage_errors import storage_errors


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
