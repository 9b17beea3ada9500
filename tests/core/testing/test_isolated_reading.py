"""Reading in a process of its own: what comes back of it, and what becomes of a loader that hangs or ends it.

Modules: ``potluck.testing.isolated_reading``.
"""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Callable
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest

from potluck.documents import Attachment, Document, Source
from potluck.errors import UnreadableDocument
from potluck.testing import Subject, isolated_reading
from potluck.testing.isolated_reading import ReadResult, open_files, read_isolated, run_isolated, without_space
from support.given_loader import Given


def read(folder: Path, made: Callable[[Source], list[Any]]) -> ReadResult:
    path = folder / "files" / "規範.abc"
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(b"text")
    (found,) = read_isolated(Subject(lambda own: Given(made), folder), [Source("規範.abc", path)], ["規範.abc"])
    return found


def test_documents_come_back_with_their_metadata_and_losses(tmp_path: Path) -> None:
    metadata = MappingProxyType({"章": 1})
    found = read(
        tmp_path, lambda source: [Document(source.name, "軌 道\n", metadata), Document("b", "碴", losses=("a page",))]
    )

    assert found.documents == (Document("規範.abc", "軌 道\n", {"章": 1}), Document("b", "碴", losses=("a page",)))
    assert (found.error, found.hosts, found.held) == ("", (), ())
    assert (found.text, found.losses) == ("軌道碴", ("a page",))


@pytest.mark.parametrize(
    ("error", "proper"), [(UnreadableDocument("壞了"), True), (ValueError("壞了"), False), (SystemExit("壞了"), False)]
)
def test_an_error_comes_back_as_its_class_and_text(error: BaseException, proper: bool, tmp_path: Path) -> None:
    def fail(source: Source) -> list[Any]:
        raise error

    found = read(tmp_path, fail)

    assert (found.documents, found.error, found.proper, found.reason) == ((), type(error).__name__, proper, "壞了")


def test_a_host_that_is_asked_and_a_file_that_is_left_open_are_told(tmp_path: Path) -> None:
    if not isolated_reading.tells_open_files():
        pytest.skip("this system does not say which files are open")
    held: list[Any] = []

    def litter(source: Source) -> list[Any]:
        held.append(source.path.open("rb"))
        socket.create_connection(("192.0.2.1", 80), 0.1)
        return []

    found = read(tmp_path, litter)

    assert (found.hosts, found.held) == (("192.0.2.1",), ("規範.abc",))
    assert held == []
    assert open_files(tmp_path / "files") == []


def test_a_process_that_ends_is_told_with_the_file_and_its_status(tmp_path: Path) -> None:
    with pytest.raises(AssertionError, match=r"^規範\.abc: the process ended \(exit status 3\)$"):
        read(tmp_path, lambda source: os._exit(3))


def test_a_file_that_takes_too_long_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(isolated_reading, "SECONDS", 0.2)

    def wait(source: Source) -> list[Any]:
        threading.Event().wait(60)
        return []

    with pytest.raises(AssertionError, match=r"^規範\.abc: it takes more than 0\.2 seconds$"):
        read(tmp_path, wait)


def test_what_is_written_without_a_thought_lies_in_the_folder_of_the_test(tmp_path: Path) -> None:
    import tempfile

    def litter(source: Source) -> list[Any]:
        Path("beside.txt").write_text("碴", encoding="utf-8")
        return [Document(source.name, f"{Path.cwd()}\n{tempfile.gettempdir()}")]

    before = Path.cwd()
    (document,) = read(tmp_path, litter).documents

    assert document.text.split("\n") == [str(tmp_path / "elsewhere"), str(tmp_path / "temporary")]
    assert (tmp_path / "elsewhere" / "beside.txt").exists()
    assert Path.cwd() == before


def test_work_that_fails_breaks_the_rule_with_its_label(tmp_path: Path) -> None:
    def work(loader: Any) -> list[int]:
        raise ValueError("no loader")

    with pytest.raises(AssertionError, match=r"^規範\.abc: ValueError: no loader$"):
        list(run_isolated(Subject(lambda own: Given(lambda source: []), tmp_path), work, ["規範.abc"]))


def test_files_within_a_file_are_for_other_loaders(tmp_path: Path) -> None:
    document = Document("a", "text")
    inner = Attachment("a#內文.txt", "道碴".encode())

    found = isolated_reading.documents_of(Given(lambda source: [inner, document]), Source("a", tmp_path))

    assert list(found) == [document]


def test_white_space_of_any_script_does_not_count() -> None:
    assert without_space(" 軌\u3000道\u00a0\n\tTrack ") == "軌道Track"
