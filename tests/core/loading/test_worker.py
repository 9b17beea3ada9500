"""A loader runs in a process of its own: what it does there costs that process and nothing else.

Modules: ``potluck.loading.worker``, ``potluck.loading.worker_process``.
"""

from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from potluck.contracts import Config
from potluck.documents import Document, Page, Section, Source
from potluck.errors import (
    DocumentInaccessible,
    DocumentLimit,
    DocumentVanished,
    EgressRefused,
    LoaderCrashed,
    MissingDependency,
    PasswordNeeded,
    PotluckError,
    UnreadableDocument,
)
from potluck.loading import worker as module
from potluck.loading.worker import Worker
from potluck.plugins import Plugin

LOADER = '''
import os, re, sys, time, ctypes
from pathlib import Path
from pydantic import SecretStr
import potluck
from potluck.contracts import Config, Loader
from potluck.documents import Document, Page, Section
from potluck.errors import DocumentError, PasswordNeeded, UnreadableDocument

class Garbled(UnreadableDocument):
    pass

class Settings(Config):
    host: str | None = None
    """Where it sends to."""
    password: SecretStr | None = None
    """Opens the file."""

class Odd(Loader):
    def __init__(self, config, context):
        self.config = config
    def load(self, source):
        what = source.path.read_text(encoding="utf-8")
        if what == "fine":
            outline = (Section(0, 9, "1.4.4", "短鋼軌", 2),)
            yield Document(source.name, "短鋼軌 1.4.4", {"a": 1}, outline, (Page(0, 9, 1, "ii"),), ("x",))
        elif what == "secret":
            yield Document(source.name, self.config.password.get_secret_value())
        elif what == "pid":
            yield Document(source.name, str(os.getpid()))
        elif what == "environment":
            yield Document(source.name, " ".join(os.environ))
        elif what == "prints":
            print("noise"); os.write(1, b"more noise\\n"); sys.stdout.flush()
            yield Document(source.name, "quiet")
        elif what == "hangs":
            time.sleep(60)
        elif what == "grows":
            kept = []
            while True:
                kept.append(bytearray(10_000_000)); time.sleep(0.001)
        elif what == "crashes":
            ctypes.string_at(0)
        elif what == "leaves":
            os._exit(3)
        elif what == "deep":
            def down(): down()
            down()
        elif what == "password":
            raise PasswordNeeded("it is encrypted")
        elif what == "calls home":
            import socket
            socket.create_connection(("192.0.2.1", 80), 1)
        elif what == "raises":
            raise KeyError("w:body")
        elif what == "imports":
            import a_package_that_nobody_has
        elif what == "exits":
            sys.exit(2)
        elif what == "own error":
            raise Garbled("the second half is missing")
        elif what == "starts another":
            import subprocess
            Path("child").write_text(str(subprocess.Popen(["sleep", "60"]).pid))
            time.sleep(60)
        elif what == "holds the lock":
            Path("child").write_text(str(os.getpid()))
            re.match("(a*)*$", "a" * 60 + "b")
        elif what.startswith("errno"):
            try:
                raise OSError(int(what[5:]), os.strerror(int(what[5:])))
            except OSError as error:
                if what.endswith(" "):
                    raise UnreadableDocument("it is damaged") from error
                raise

@potluck.hookimpl
def potluck_loader():
    return potluck.Offer("odd", Settings, Odd, sends_to=lambda config: config.host)
'''


@pytest.fixture
def load(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., list[Document]]]:
    (tmp_path / "odd_loader.py").write_text(textwrap.dedent(LOADER), encoding="utf-8")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path), prepend=os.pathsep)
    monkeypatch.syspath_prepend(str(tmp_path))
    plugin = Plugin("loader", "odd", "odd", "1", "odd_loader")
    process = Worker()

    def run(what: str, **settings: str) -> list[Document]:
        from odd_loader import Settings

        path = tmp_path / "文件.odd"
        path.write_text(what, encoding="utf-8")
        config: Config = Settings(**settings)
        return process.load(plugin, config, Source("文件.odd", path), tmp_path)

    yield run
    process.close()


def test_a_document_comes_through_whole(load: Callable[..., list[Document]]) -> None:
    assert load("fine") == [
        Document(
            "文件.odd", "短鋼軌 1.4.4", {"a": 1}, (Section(0, 9, "1.4.4", "短鋼軌", 2),), (Page(0, 9, 1, "ii"),), ("x",)
        )
    ]


def test_files_share_a_process_until_one_may_use_the_network_and_the_others_not(
    load: Callable[..., list[Document]],
) -> None:
    shut, again = load("pid")[0].text, load("pid")[0].text
    opened, still = load("pid", host="10.0.0.1")[0].text, load("pid", host="10.0.0.2")[0].text

    assert shut == again != str(os.getpid())
    assert opened == still != shut
    assert load("pid")[0].text not in (shut, opened)


def test_a_secret_setting_reaches_the_loader(load: Callable[..., list[Document]]) -> None:
    assert load("secret", password="芝麻")[0].text == "芝麻"


def test_keys_in_the_environment_do_not_reach_it(
    load: Callable[..., list[Document]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-canary")
    monkeypatch.setenv("POTLUCK_HARMLESS", "1")

    names = load("environment")[0].text.split()

    assert "POTLUCK_HARMLESS" in names
    assert "OPENAI_API_KEY" not in names


def test_what_a_loader_prints_disturbs_nothing(load: Callable[..., list[Document]]) -> None:
    assert load("prints")[0].text == "quiet"


def test_a_loader_that_hangs_is_stopped_and_the_next_file_is_read(
    load: Callable[..., list[Document]], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert load("fine")
    with monkeypatch.context() as short:
        short.setattr(module, "SECONDS", 0.3)
        with pytest.raises(DocumentLimit, match="seconds"):
            load("hangs")

    assert load("fine")


def test_a_loader_that_takes_too_much_memory_is_stopped(
    load: Callable[..., list[Document]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MEMORY", 200 << 20)

    with pytest.raises(DocumentLimit, match="200 MiB"):
        load("grows")


@pytest.mark.parametrize("how", ["crashes", "leaves"])
def test_a_crash_is_an_error_of_that_file_alone(load: Callable[..., list[Document]], how: str) -> None:
    ending = r"was ended by a signal \(SIGSEGV\)" if how == "crashes" else r"ended by itself \(exit status 3\)"
    with pytest.raises(LoaderCrashed, match=ending):
        load(how)

    assert load("fine")


@pytest.mark.parametrize(
    ("what", "error", "message"),
    [
        ("password", PasswordNeeded, "it is encrypted"),
        ("deep", DocumentLimit, "nested too deeply"),
        ("calls home", EgressRefused, "tried to reach 192.0.2.1, and a loader has no use for the network"),
        ("raises", UnreadableDocument, r"KeyError: 'w:body'"),
        ("imports", MissingDependency, "No module named 'a_package_that_nobody_has'"),
        ("exits", LoaderCrashed, "asked to end the program"),
        ("own error", UnreadableDocument, "the second half is missing"),
    ],
)
def test_what_a_loader_raises_comes_through(
    load: Callable[..., list[Document]], what: str, error: type[PotluckError], message: str
) -> None:
    with pytest.raises(error, match=message):
        load(what)


MACHINE = (errno.EIO, errno.EMFILE, errno.ENFILE, errno.EACCES, errno.ENOSPC, errno.ENOENT)


@pytest.mark.parametrize("number", MACHINE, ids=errno.errorcode.get)
@pytest.mark.parametrize("wrapped", ["", " "], ids=["raised", "behind the loader's own error"])
def test_an_error_of_the_system_is_none_of_the_file(
    load: Callable[..., list[Document]], number: int, wrapped: str
) -> None:
    with pytest.raises(DocumentInaccessible, match=os.strerror(number)):
        load(f"errno{number}{wrapped}")


def test_an_error_of_the_system_that_damage_causes_is_the_files(load: Callable[..., list[Document]]) -> None:
    with pytest.raises(UnreadableDocument, match="Invalid argument"):
        load(f"errno{errno.EINVAL}")


def test_a_file_that_is_gone_is_told_and_the_next_one_is_read(
    load: Callable[..., list[Document]], tmp_path: Path
) -> None:
    process, plugin = Worker(), Plugin("loader", "odd", "odd", "1", "odd_loader")
    from odd_loader import Settings

    with pytest.raises(DocumentVanished):
        process.load(plugin, Settings(), Source("gone.odd", tmp_path / "gone.odd"), tmp_path)
    assert load("fine")
    process.close()


def test_a_process_that_cannot_be_started_is_told(
    load: Callable[..., list[Document]], monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(errno.EMFILE, os.strerror(errno.EMFILE))

    with monkeypatch.context() as patched:
        patched.setattr(module.subprocess, "Popen", full)
        with pytest.raises(LoaderCrashed, match="could not be started \\(Too many open files\\)"):
            load("fine")
    assert load("fine")


PARENT = """
import sys
from pathlib import Path
import odd_loader
from potluck.documents import Source
from potluck.plugins import Plugin
from potluck.loading.worker import Worker
Worker().load(Plugin("loader", "odd", "odd", "1", "odd_loader"), odd_loader.Settings(),
              Source("x", Path(sys.argv[1])), Path())
"""


@pytest.mark.skipif(sys.platform != "linux", reason="no other system ends a busy process with its parent")
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_a_loader_dies_with_its_parent_though_it_lets_nobody_else_run(
    load: Callable[..., list[Document]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    monkeypatch.chdir(tmp_path)
    child, busy = tmp_path / "child", tmp_path / "busy.odd"
    busy.write_text("holds the lock", encoding="utf-8")
    parent = subprocess.Popen([sys.executable, "-c", PARENT, str(busy)])
    written_to(child)
    loader = int(child.read_text())
    assert is_running(loader)

    parent.send_signal(number)
    parent.wait()

    until(lambda: not is_running(loader))


def test_what_a_loader_has_started_ends_with_it(
    load: Callable[..., list[Document]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(module, "SECONDS", 3.0)

    with pytest.raises(DocumentLimit):
        load("starts another")

    started = int((tmp_path / "child").read_text())
    until(lambda: not is_running(started))


def written_to(path: Path) -> None:
    until(lambda: path.exists() and path.read_text() != "")


def until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def is_running(process: int) -> bool:
    """Whether it does anything still: one that nobody has waited for yet is there and does nothing."""
    try:
        state = Path(f"/proc/{process}/stat").read_text(encoding="ascii").rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"
