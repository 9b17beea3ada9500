"""A loader runs in a process of its own: what it does there costs that process and nothing else."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from potluck.contracts import Config
from potluck.documents import Document, Page, Section, Source
from potluck.errors import DocumentLimit, EgressRefused, PasswordNeeded, PotluckError, UnreadableDocument
from potluck.plugins import Plugin
from potluck.stages import worker as module
from potluck.stages.worker import Worker

LOADER = '''
import os, sys, time, ctypes
from pydantic import SecretStr
import potluck
from potluck.contracts import Config, Loader
from potluck.documents import Document, Page, Section
from potluck.errors import PasswordNeeded

class Settings(Config):
    password: SecretStr | None = None
    """Opens the file."""

class Odd(Loader):
    def __init__(self, config, context):
        self.config = config
    def load(self, source):
        what = source.path.read_text(encoding="utf-8")
        if what == "fine":
            outline = (Section(0, 9, "1.4.4", "短鋼軌", 2),)
            yield Document(source.name, "短鋼軌 1.4.4", {"a": 1}, outline, (Page(0, 9, 1),), ("x",))
        elif what == "secret":
            yield Document(source.name, self.config.password.get_secret_value())
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

@potluck.hookimpl
def potluck_loader():
    return potluck.Offer("odd", Settings, Odd)
'''


@pytest.fixture
def load(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., list[Document]]]:
    (tmp_path / "odd_loader.py").write_text(textwrap.dedent(LOADER), encoding="utf-8")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
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
        Document("文件.odd", "短鋼軌 1.4.4", {"a": 1}, (Section(0, 9, "1.4.4", "短鋼軌", 2),), (Page(0, 9, 1),), ("x",))
    ]


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
    with pytest.raises(UnreadableDocument, match="crashed its loader"):
        load(how)

    assert load("fine")


@pytest.mark.parametrize(
    ("what", "error", "message"),
    [
        ("password", PasswordNeeded, "it is encrypted"),
        ("deep", DocumentLimit, "nested too deeply"),
        ("calls home", EgressRefused, "tried to reach 192.0.2.1, and a loader has no use for the network"),
        ("raises", UnreadableDocument, r"KeyError: 'w:body'"),
    ],
)
def test_what_a_loader_raises_comes_through(
    load: Callable[..., list[Document]], what: str, error: type[PotluckError], message: str
) -> None:
    with pytest.raises(error, match=message):
        load(what)
