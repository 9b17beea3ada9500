"""Only a regular file that can be read has a size and a hash.

Modules: ``potluck.loading.regular_file``.
"""

from __future__ import annotations

import errno
import hashlib
import os
from pathlib import Path

import pytest

from potluck.errors import DocumentInaccessible, DocumentVanished, UnreadableDocument
from potluck.loading.regular_file import hash_file, regular_size


def test_the_size_is_in_bytes_and_the_hash_is_of_the_bytes_alone(tmp_path: Path) -> None:
    path, copy, other = tmp_path / "規範.txt", tmp_path / "copy.doc", tmp_path / "other.txt"
    for one, text in ((path, "道碴"), (copy, "道碴"), (other, "道渣")):
        one.write_bytes(text.encode())

    assert regular_size(path) == 6
    assert hash_file(path) == hashlib.blake2b("道碴".encode(), digest_size=16).hexdigest()
    assert hash_file(path) == hash_file(copy) != hash_file(other)


def test_an_empty_file_is_a_regular_file(tmp_path: Path) -> None:
    path = tmp_path / "空.txt"
    path.touch()

    assert regular_size(path) == 0
    assert hash_file(path) == hashlib.blake2b(b"", digest_size=16).hexdigest()


def test_a_link_to_a_file_is_read_as_the_file(tmp_path: Path) -> None:
    (tmp_path / "規範.txt").write_bytes(b"abc")
    (tmp_path / "link").symlink_to("規範.txt")

    assert regular_size(tmp_path / "link") == 3
    assert hash_file(tmp_path / "link") == hash_file(tmp_path / "規範.txt")


@pytest.mark.parametrize("read", [hash_file, regular_size])
def test_what_is_gone_is_told_as_such(tmp_path: Path, read: object) -> None:
    assert callable(read)
    with pytest.raises(DocumentVanished, match="it was removed or renamed"):
        read(tmp_path / "沒有")


@pytest.mark.parametrize("read", [hash_file, regular_size])
def test_a_folder_and_a_pipe_are_not_regular_files_and_are_not_opened(tmp_path: Path, read: object) -> None:
    assert callable(read)
    os.mkfifo(tmp_path / "pipe")

    for path in (tmp_path, tmp_path / "pipe"):
        with pytest.raises(UnreadableDocument, match=r"^it is not a regular file$"):
            read(path)


def test_a_folder_that_cannot_be_listed_is_out_of_reach(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(path: Path) -> list[str]:
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path))

    monkeypatch.setattr(os, "listdir", refuse)  # whoever runs as root may list any folder

    with pytest.raises(DocumentInaccessible, match=r"^it cannot be read: Permission denied$"):
        regular_size(tmp_path)


def test_a_link_that_leads_in_a_circle_is_out_of_reach(tmp_path: Path) -> None:
    (tmp_path / "甲").symlink_to("乙")
    (tmp_path / "乙").symlink_to("甲")

    with pytest.raises(DocumentInaccessible, match="it cannot be read: Too many levels of symbolic links"):
        regular_size(tmp_path / "甲")


def test_an_error_that_is_not_the_machines_is_the_files(tmp_path: Path) -> None:
    name = "長" * 300  # longer than a file system takes

    with pytest.raises(UnreadableDocument, match=r"^it cannot be read: File name too long$"):
        regular_size(tmp_path / name)
