"""Faults of the surroundings: each is one clear message, and nothing is lost.

Modules: ``potluck.errors``.
"""

from __future__ import annotations

import json
import os
import re
import resource
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from potluck import Recipe
from potluck.errors import NoReadableDocument
from potluck.visible import visible_line
from support.commands import Ended, potluck_often
from support.fake_plugins import install, install_hashing, visible

RESTLESS = """
import potluck
from potluck.contracts import Config, Loader
from potluck.documents import Document

class Restless(Loader):
    isolated = False
    def __init__(self, config, context): pass
    def load(self, source):
        text = source.path.read_text()
        if len(text) < {limit}:
            source.path.write_text(text + "more ")
        yield Document(source.name, text)

@potluck.hookimpl
def potluck_loader():
    return potluck.Offer("reads a file while it grows", Config, Restless)
"""


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    site = install_hashing(tmp_path / "site")
    for name, limit in (("growing", 10**9), ("settling", 12)):
        modules = {f"{name}_loader": RESTLESS.replace("{limit}", str(limit))}
        install(site, f"potluck-{name}", {"potluck.loaders": {name: f"{name}_loader"}}, modules)
    (tmp_path / "home").mkdir()
    monkeypatch.chdir(tmp_path / "home")
    with visible(site, monkeypatch):
        yield tmp_path / "home"


def recipe(home: Path, documents: str = '"*.txt"') -> Path:
    path = home / "recipe.yaml"
    path.write_text(f"documents: {documents}\nembedder: hashing\n", encoding="utf-8")
    return path


def potluck(*arguments: str, largest_file: int | None = None) -> subprocess.CompletedProcess[str]:
    def limit() -> None:
        if largest_file is not None:
            resource.setrlimit(resource.RLIMIT_FSIZE, (largest_file, largest_file))

    command = [sys.executable, "-m", "potluck", *arguments]
    return subprocess.run(command, capture_output=True, text=True, preexec_fn=limit, check=False)


def test_a_file_that_does_not_stop_growing_is_reported_and_one_that_settles_is_read(home: Path) -> None:
    (home / "a.log").write_text("start ")
    with (
        Recipe.load(recipe(home, "{use: growing, path: a.log}")) as growing,
        pytest.raises(NoReadableDocument) as raised,
    ):
        growing.index()
    said = "a.log: it changes while it is read; run again when it is finished"
    assert str(raised.value) == f"the only document could not be read: {said}"

    (home / "a.log").write_text("start ")
    with Recipe.load(recipe(home, "{use: settling, path: a.log}")) as settling:
        assert settling.index().documents.added == 1
        assert settling.retriever().retrieve("?", 1)[0].text == "start more more"


def test_a_full_disk_is_said_and_the_next_run_goes_on(home: Path) -> None:
    for number in range(30):
        (home / f"{number}.txt").write_text(f"筆記{number}。" * 400, encoding="utf-8")

    full = potluck("index", str(recipe(home)), largest_file=200_000)

    assert full.returncode == 1
    assert "make room" in full.stderr
    assert "Traceback" not in full.stderr
    report = json.loads(potluck("index", "recipe.yaml", "--json").stdout)
    assert report["documents"]["added"] == 30


def test_a_workspace_that_cannot_be_written_is_said(home: Path) -> None:
    (home / "a.txt").write_text("text")
    (home / ".potluck").write_text("a file where the folder should be")

    done = potluck("index", str(recipe(home)))

    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert ".potluck" in done.stderr


def test_special_files_are_reported_and_do_not_hang(home: Path) -> None:
    (home / "a.txt").write_text("text")
    os.mkfifo(home / "pipe.txt")
    (home / "loop.txt").symlink_to("loop.txt")
    (home / "sub.txt").mkdir()

    done = potluck("index", str(recipe(home)), "--json")

    failures = {one["source"]: one["reason"] for one in json.loads(done.stdout)["failures"]}
    assert failures["pipe.txt"] == "it is not a regular file"
    assert "it cannot be read" in failures["loop.txt"]
    assert done.returncode == 1


def test_names_that_are_not_text_are_spelled_and_stay_two(home: Path) -> None:
    Path(os.fsdecode(b"\xff\xfe.txt")).write_text("內容", encoding="utf-8")
    Path(os.fsdecode(b"\xff\xfd.txt")).write_text("其他", encoding="utf-8")

    report = json.loads(potluck("ask", str(recipe(home)), "內容？", "--json").stdout)

    assert {one["source"] for one in report["retrieved"]} == {"\\xff\\xfe.txt", "\\xff\\xfd.txt"}


ODD = {
    "newline": b"a\nnot read: b.txt: forged.txt",
    "carriage return": b"a\rb.txt",
    "tab": b"a\tb.txt",
    "escape": b"\x1b]0;x\x07.txt",
    "turned round": "a\u202etxt.exe.txt".encode(),
    "no text": b"\xff\xfe\x9b.txt",
    "longest": b"x" * 251 + b".txt",
    "longest in Chinese": "軌".encode() * 83 + b".txt",
    "option": b"--help.txt",
    "pattern": b"[a]*?.txt",
    "tilde": b"~root.txt",
    "reference": b"${HOME}.txt",
    "quotes": b"'\"`$(x);&|.txt",
    "backslash": b"a\\b.txt",
    "blank": b" .txt",
    "emoji": "👩\u200d🔬.txt".encode(),
    "decomposed": "cafe\u0301.txt".encode(),
    "percent": b"%00%2e%2e%2f.txt",
    "address": b"https:..user:pw@h.txt",
}


def spelled(name: str) -> str:
    return ODD[name].decode("utf-8", "backslashreplace")


@pytest.fixture(scope="module")
def odd(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Ended]:
    root = tmp_path_factory.mktemp("odd")
    commands: dict[str, list[str]] = {}
    for kind in ("read", "empty"):
        (root / kind).mkdir()
        for number, file in enumerate(ODD.values()):
            content = f"The bridge {number:02} stands." if kind == "read" else ""
            Path(os.fsdecode(os.path.join(os.fsencode(root / kind), file))).write_text(content)
        recipe = root / f"{kind}.yaml"
        recipe.write_text(f"documents: {kind}\nembedder: hashing\nretriever: {{k: 50}}\nchat: {{use: extractive}}\n")
        for command in (["index"], ["plan"], ["ask", "the bridge?"], ["ask", "the bridge?", "--json"], ["lock"]):
            commands[f"{kind} {' '.join(command)}"] = [command[0], str(recipe), *command[1:]]
        commands[f"{kind} load"] = ["load", str(root / kind)]
        commands[f"{kind} load --json"] = ["load", str(root / kind), "--json"]
    return potluck_often(commands, root, PYTHONPATH=str(install_hashing(root / "site")))


@pytest.mark.parametrize("name", ODD)
def test_a_file_is_read_and_named_whatever_it_is_called(odd: dict[str, Ended], name: str) -> None:
    assert f"{visible_line(spelled(name))}: 21 characters\n" in odd["read load"].output
    retrieved = {one["source"] for one in json.loads(odd["read ask the bridge? --json"].output)["retrieved"]}
    assert f"read/{spelled(name)}" in retrieved
    assert f"{visible_line(spelled(name))}: no text was found in it\n" in odd["empty load"].output
    assert any(one["source"].endswith(spelled(name)) for one in json.loads(odd["empty load --json"].output))


def test_odd_names_stop_no_command_and_reach_no_terminal(odd: dict[str, Ended]) -> None:
    for command, one in odd.items():
        assert one.status == 0 or (one.status == 1 and command.startswith("empty")), (command, one.output)
        assert "fault of potluck" not in one.output, command
        assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e]", one.output), command
    assert len(odd["empty load"].output.splitlines()) == len(ODD)
