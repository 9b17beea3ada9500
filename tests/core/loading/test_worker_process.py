"""Whatever a loader raises becomes an error of the file or of the machine, and attachments become files.

Modules: ``potluck.loading.worker_process``. How the process answers is tested with ``potluck.loading.worker``.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from potluck import plugins
from potluck.contracts import Loader
from potluck.documents import Attachment, Document, Source
from potluck.errors import (
    ContractBroken,
    DocumentError,
    DocumentInaccessible,
    DocumentLimit,
    DocumentVanished,
    LoaderCrashed,
    MissingDependency,
    PasswordNeeded,
    PotluckError,
    UnreadableDocument,
)
from potluck.loading.worker_process import NoModels, may_send, run_loader
from support.fake_plugins import HASHING_EMBEDDER, install, visible


class Does(Loader):
    """Does what it is told to."""

    def __init__(self, work: Callable[[], Iterator[Document | Attachment]]) -> None:
        self.work = work

    def load(self, source: Source) -> Iterator[Document | Attachment]:
        return self.work()


def raising(error: BaseException, cause: BaseException | None = None) -> Loader:
    def work() -> Iterator[Document | Attachment]:
        yield Document("規範.txt", "道碴")
        raise error from cause

    return Does(work)


@pytest.fixture
def source(tmp_path: Path) -> Source:
    (tmp_path / "規範.txt").write_text("道碴", encoding="utf-8")
    return Source("規範.txt", tmp_path / "規範.txt")


REFUSED = PermissionError(errno.EACCES, os.strerror(errno.EACCES))
ERRORS: dict[str, tuple[Loader, type[PotluckError], str]] = {
    "the loader's own": (raising(PasswordNeeded("it is encrypted")), PasswordNeeded, "it is encrypted"),
    "unreadable": (raising(UnreadableDocument("half is missing")), UnreadableDocument, "half is missing"),
    "unreadable because of the machine": (
        raising(UnreadableDocument("half"), REFUSED), DocumentInaccessible, "it cannot be read: Permission denied",
    ),
    "the machine's": (raising(REFUSED), DocumentInaccessible, "it cannot be read: Permission denied"),
    "memory": (raising(MemoryError()), DocumentLimit, "reading it takes too much memory"),
    "nesting": (raising(RecursionError()), DocumentLimit, "it is nested too deeply"),
    "an import": (
        raising(ImportError("no lxml")), MissingDependency,
        "its loader needs what cannot be imported here (no lxml); install it",
    ),
    "an exit": (raising(SystemExit(3)), LoaderCrashed, "its loader asked to end the program (exit status 3)"),
    "anything": (raising(KeyError("碴")), UnreadableDocument, "it could not be read (KeyError: '碴')"),
}  # fmt: skip


@pytest.mark.parametrize("what", ERRORS)
def test_what_a_loader_raises_has_one_class_for_each_cause(source: Source, what: str) -> None:
    loader, kind, message = ERRORS[what]

    with pytest.raises(PotluckError) as raised:
        run_loader(loader, source)
    assert (type(raised.value), str(raised.value)) == (kind, message)


def test_a_file_that_is_gone_meanwhile_has_vanished(source: Source) -> None:
    source.path.unlink()
    gone = FileNotFoundError(errno.ENOENT, "No such file")

    with pytest.raises(DocumentVanished):
        run_loader(raising(gone), source)


def test_an_interruption_is_an_interruption(source: Source) -> None:
    with pytest.raises(KeyboardInterrupt):
        run_loader(raising(KeyboardInterrupt()), source)


def test_documents_come_as_they_are_and_attachments_as_files_of_their_own(source: Source, tmp_path: Path) -> None:
    def work() -> Iterator[Document | Attachment]:
        yield Document("規範.txt", "道碴")
        yield Attachment("規範.txt#表.XLSX", b"one")
        yield Attachment("規範.txt#../../a.t/../x", b"two")
        yield Attachment(f"規範.txt#a.{'長' * 40}", b"three")

    document, first, second, third = run_loader(Does(work), source, tmp_path)

    assert document == Document("規範.txt", "道碴")
    assert first == Source("規範.txt#表.XLSX", tmp_path / "1.XLSX")
    assert second == Source("規範.txt#../../a.t/../x", tmp_path / "2")
    assert isinstance(third, Source)
    assert third.path == tmp_path / f"3.{'長' * 15}"
    assert [path.read_bytes() for path in sorted(tmp_path.glob("[123]*"))] == [b"one", b"two", b"three"]


def test_a_loader_that_hands_on_files_without_saying_so_is_refused(source: Source) -> None:
    with pytest.raises(ContractBroken, match=r"hands on a\.txt#b without saying so \(hands_on\)"):
        run_loader(Does(lambda: iter([Attachment("a.txt#b", b"")])), source)


def test_loaders_have_no_models() -> None:
    for ask in (NoModels().fetch, NoModels().folder):
        with pytest.raises(DocumentError, match="a loader asked for the model 模型"):
            ask("模型")


def test_what_sends_to_a_host_may_send_and_nothing_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    install(tmp_path, "sends", {"potluck.embedders": {"hashing": "sending"}}, {"sending": HASHING_EMBEDDER})
    with visible(tmp_path, monkeypatch):
        sending, text = plugins.find("embedder", "hashing"), plugins.find("loader", "text")

        assert may_send(sending, plugins.offer(sending).config(send="example.com"))
        assert not may_send(sending, plugins.offer(sending).config())
        assert not may_send(text, plugins.offer(text).config())
