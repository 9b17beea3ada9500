"""How a command ends when it is asked to, and when nobody can read what it prints.

Modules: ``potluck.cli``, ``potluck.cli.signals``, ``potluck.cli.terminal``.
"""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from support.fake_plugins import install, visible

WAITING = """
import sys, threading
import potluck
from potluck.contracts import Embedder, EmbedderConfig

class Waits(Embedder):
    dimensions, window = 4, None
    def __init__(self, config, context):
        self.fit, self.batch_size = config.fit, config.batch_size
    def count_tokens(self, texts):
        return [1 for _ in texts]
    def embed_passages(self, texts):
        print("waiting", file=sys.stderr, flush=True)
        threading.Event().wait()
    embed_queries = embed_passages

@potluck.hookimpl
def potluck_embedder():
    return potluck.Offer("waits without end", EmbedderConfig, Waits)
"""
COMMAND = [sys.executable, "-m", "potluck"]


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    site = install(
        tmp_path / "site", "potluck-waiting", {"potluck.embedders": {"waits": "waiting_one"}}, {"waiting_one": WAITING}
    )
    home = tmp_path / "home"
    home.mkdir()
    (home / "notes.txt").write_text("The bridge stands since 1924.\n" * 20_000, encoding="utf-8")
    (home / "recipe.yaml").write_text("documents: notes.txt\nembedder: waits\n", encoding="utf-8")
    monkeypatch.chdir(home)
    with visible(site, monkeypatch):
        yield home


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
def test_a_signal_ends_a_command_as_ctrl_c_does_with_its_own_status(home: Path, number: signal.Signals) -> None:
    def heed() -> None:
        # Whoever started these tests in the background may have had it ignored.
        signal.signal(number, signal.SIG_DFL)

    command = [*COMMAND, "index", "recipe.yaml"]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, preexec_fn=heed)
    assert process.stderr is not None
    while "waiting" not in process.stderr.readline():
        pass

    process.send_signal(number)
    _, errors = process.communicate(timeout=60)

    assert process.returncode == 128 + number
    *_, where, how = errors.splitlines()
    assert re.fullmatch(r"interrupted in embed \(0 of \d+ texts done\); what was finished is kept", where)
    assert how == "to resume: potluck index recipe.yaml"
    assert "Traceback" not in errors


COMMANDS = (
    ["load", "notes.txt"],
    ["load", "notes.txt", "--json"],
    ["schema"],
    ["plugins", "list"],
    ["tuners"],
)
PRINTED_BY_CLICK = (["--help"], ["--version"], ["workspace", "check", "-h"])


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="the system has no /dev/full")
@pytest.mark.parametrize("arguments", [*COMMANDS, *PRINTED_BY_CLICK], ids=" ".join)
def test_a_full_standard_output_is_an_error_by_name(home: Path, arguments: list[str]) -> None:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run([*COMMAND, *arguments], stdout=full, stderr=subprocess.PIPE, text=True, check=False)

    assert done.returncode == 1
    assert done.stderr.startswith("standard output cannot be written (No space left on device)")
    assert len(done.stderr.splitlines()) == 1


def test_a_mistake_is_told_though_standard_output_is_full(home: Path) -> None:
    with Path("/dev/full").open("w") as full:
        command = [*COMMAND, "index", "none.yaml", "--json"]
        done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True, check=False)

    assert done.returncode == 1
    assert "none.yaml" in done.stderr
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.parametrize("arguments", COMMANDS, ids=" ".join)
def test_a_closed_standard_output_is_an_error_by_name(home: Path, arguments: list[str]) -> None:
    done = subprocess.run(
        [*COMMAND, *arguments], stderr=subprocess.PIPE, text=True, check=False, preexec_fn=lambda: os.close(1)
    )

    assert done.returncode == 1
    assert done.stderr == "standard output is closed, so nothing could be printed; what was computed is kept\n"


@pytest.mark.parametrize("unbuffered", ["", "1"])
@pytest.mark.parametrize("arguments", COMMANDS[:3], ids=" ".join)
def test_a_reader_that_has_seen_enough_ends_the_command_quietly(
    home: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], unbuffered: str
) -> None:
    monkeypatch.setenv("PYTHONUNBUFFERED", unbuffered)
    process = subprocess.Popen([*COMMAND, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.read(1)
    process.stdout.close()

    assert process.stderr.read() == b""
    process.stderr.close()
    assert process.wait(timeout=60) == 141


def test_a_full_standard_error_stops_nothing(home: Path) -> None:
    (home / "empty.txt").write_text("")
    with Path("/dev/full").open("w") as full:
        command = [*COMMAND, "load", "empty.txt", "recipe.yaml", "--loader", "text", "--json"]
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=full, text=True, check=False)

    assert [one["source"] for one in json.loads(done.stdout)] == ["empty.txt", "recipe.yaml"]
    assert done.returncode == 1


def test_letters_that_the_encoding_lacks_are_spelled(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONIOENCODING", "latin-1")
    (home / "軌.txt").write_text("短鋼軌", encoding="utf-8")

    done = subprocess.run([*COMMAND, "load", "軌.txt"], capture_output=True, encoding="latin-1", check=False)

    assert "\\u77ed\\u92fc\\u8ecc" in done.stdout
    assert done.returncode == 0


def test_no_file_takes_the_place_of_a_closed_stream(home: Path) -> None:
    code = (
        "import os; from potluck.cli import terminal; terminal.prepare_streams(); "
        "os.write(3, b' '.join(os.readlink(f'/proc/self/fd/{n}').encode() for n in range(3)))"
    )
    with (home / "said").open("wb") as file:
        number = file.fileno()

        def close() -> None:
            os.dup2(number, 3)
            for stream in range(3):
                os.close(stream)

        subprocess.run([sys.executable, "-c", code], check=True, preexec_fn=close, close_fds=False)

    assert (home / "said").read_bytes() == b"/dev/null /dev/null /dev/null"
