"""Files appear whole or not at all."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from potluck.atomic_files import remove_leftovers, write_atomically, write_new


def test_a_file_is_written_and_nothing_is_left_beside_it(tmp_path: Path) -> None:
    folder = tmp_path / "new" / "深"
    write_atomically(folder / "清單.json", "內容".encode())

    assert (folder / "清單.json").read_text(encoding="utf-8") == "內容"
    assert os.listdir(folder) == ["清單.json"]


@pytest.mark.parametrize("write", [write_atomically, write_new])
def test_what_is_written_is_flushed_to_the_disk_and_so_is_its_name(
    write: Callable[[Path, bytes], object], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    flushed: list[os.stat_result] = []
    monkeypatch.setattr(os, "fsync", lambda handle: flushed.append(os.fstat(handle)))

    write(tmp_path / "檔", b"content")

    file, folder = flushed
    assert (file.st_ino, file.st_size) == ((tmp_path / "檔").stat().st_ino, len(b"content"))
    assert folder.st_ino == tmp_path.stat().st_ino


def test_a_write_that_fails_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "manifest.json"
    write_atomically(path, b"old")

    def full(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        write_atomically(path, b"new")

    assert path.read_bytes() == b"old"
    assert os.listdir(tmp_path) == ["manifest.json"]


def test_a_new_file_is_a_users_own_and_never_takes_the_place_of_another(tmp_path: Path) -> None:
    path, beside = tmp_path / "新" / "深" / "檔", tmp_path / "plain"
    beside.touch()

    assert write_new(path, b"one")
    assert not write_new(path, b"two")
    assert path.read_bytes() == b"one"
    assert path.stat().st_mode == beside.stat().st_mode
    (tmp_path / "afterwards").touch()
    assert (tmp_path / "afterwards").stat().st_mode == beside.stat().st_mode
    assert [one.name for one in path.parent.iterdir()] == ["檔"]


def test_a_new_file_comes_too_late_where_another_process_is_faster(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "fsync", lambda handle: (tmp_path / "a").write_bytes(b"theirs"))

    assert not write_new(tmp_path / "a", b"ours")
    assert (tmp_path / "a").read_bytes() == b"theirs"


def test_what_a_killed_write_has_left_goes_with_the_next_write_of_that_file(tmp_path: Path) -> None:
    for name in ("問題[1].json", "other.json"):
        (tmp_path / f".{name}.potluck-abc").touch()

    write_atomically(tmp_path / "問題[1].json", b"{}")

    assert set(os.listdir(tmp_path)) == {"問題[1].json", ".other.json.potluck-abc"}
    remove_leftovers(tmp_path)
    assert os.listdir(tmp_path) == ["問題[1].json"]
