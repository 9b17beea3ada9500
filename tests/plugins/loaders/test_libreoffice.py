"""LibreOffice as a program that converts: a script in its place shows what becomes of the processes that it starts.

Tests of ``potluck_plugins.loaders._office.libreoffice``.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from potluck_plugins.loaders._office.libreoffice import _SUPERVISOR, convert_to_docx

WRITES = 'for last; do :; done; echo converted > "$last.docx"\n'
# A child of its own that goes on: it holds the pipe open for as long as it lives, and writes into the folder.
GOES_ON = """
for last; do :; done
(exec 3> "{pipe}"; echo up >&3; while :; do mkdir -p "$last.d"; echo x > "$last.d/x"; done) &
"""


@pytest.fixture
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The script that stands in for ``soffice``, and beside it a ``pipe``."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder), prepend=os.pathsep)
    os.mkfifo(folder / "pipe")
    return folder / "soffice"


def write(program: Path, script: str) -> None:
    program.write_text("#!/bin/sh\n" + script.replace("{pipe}", str(program.parent / "pipe")), encoding="utf-8")
    program.chmod(0o755)


def test_what_the_program_writes_is_the_result(program: Path, tmp_path: Path) -> None:
    write(program, WRITES)

    assert convert_to_docx(tmp_path / "a", 30) == b"converted\n"


@pytest.mark.parametrize("script", ["exit 1\n", "exit 0\n"])
def test_a_program_that_fails_or_writes_nothing_gives_nothing(program: Path, tmp_path: Path, script: str) -> None:
    write(program, script)

    assert convert_to_docx(tmp_path / "a", 30) is None


@pytest.mark.parametrize(("end", "seconds"), [("exit 0\n", 30), ("wait\n", 0.5)])
def test_nothing_of_the_program_is_left_when_its_folder_is_removed(program: Path, end: str, seconds: float) -> None:
    write(program, WRITES + GOES_ON + end)

    # The pipe is opened for both, so that the child need not wait for a reader.
    with open(os.open(program.parent / "pipe", os.O_RDWR | os.O_NONBLOCK), "rb"):
        for _ in range(2):
            with tempfile.TemporaryDirectory() as folder:
                convert_to_docx(Path(folder, "a"), seconds)
            assert not Path(folder).exists()


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a process that its parent has died")
def test_the_program_ends_with_a_process_that_is_killed(program: Path, tmp_path: Path) -> None:
    write(program, GOES_ON + "wait\n")
    code = "import sys, pathlib; from potluck_plugins.loaders._office.libreoffice import convert_to_docx\n"
    code += "convert_to_docx(pathlib.Path(sys.argv[1]), 60)"

    asking = subprocess.Popen([sys.executable, "-c", code, str(tmp_path / "a")])
    with open(program.parent / "pipe", "rb") as pipe:
        assert pipe.readline() == b"up\n"
        os.kill(asking.pid, signal.SIGKILL)
        asking.wait()

        assert pipe.read() == b""  # which comes once the last that holds the pipe has ended


@pytest.mark.skipif(sys.platform != "linux", reason="a process group is killed")
def test_a_program_that_is_just_being_started_ends_with_its_supervisor(program: Path, tmp_path: Path) -> None:
    """The signal comes while the supervisor has started the program and does not know its number yet."""
    write(program, GOES_ON + "wait\n")
    late = "import os, signal, subprocess\nstart = subprocess.Popen.__init__\n"
    late += "def signalled(self, *args, **named):\n"
    late += "    start(self, *args, **named)\n    os.kill(os.getpid(), signal.SIGTERM)\n"
    late += "subprocess.Popen.__init__ = signalled\n"

    supervisor = subprocess.Popen(
        [sys.executable, "-c", late + _SUPERVISOR, str(os.getpid()), str(program), str(tmp_path / "a")]
    )
    # Both ends are open, so that the program need not wait for a reader, nor the reader for a program.
    with open(os.open(program.parent / "pipe", os.O_RDWR | os.O_NONBLOCK), "rb", buffering=0):
        assert supervisor.wait(60) == 1

    assert not any(str(program) in command for command in _commands())


def _commands() -> list[str]:
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        with contextlib.suppress(OSError):
            found.append(path.read_bytes().replace(b"\0", b" ").decode(errors="replace"))
    return found
