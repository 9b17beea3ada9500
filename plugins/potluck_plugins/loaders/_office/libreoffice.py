"""LibreOffice as a program that converts: it never outlives the process that asks for it, nor the folder it writes in.

``soffice`` starts others. All run in a group under a process that Linux tells when its parent dies, and that inherits
what its children leave behind (prctl(2), PR_SET_PDEATHSIG, PR_SET_CHILD_SUBREAPER): it ends them, and waits for them.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

_SUPERVISOR = """
import ctypes, os, signal, subprocess, sys

program, ended = None, False

def end(*_):
    # A program that is just being started is ended below: here nobody knows yet which it is.
    global ended
    ended = True
    if program is not None:
        raise SystemExit(1)

signal.signal(signal.SIGTERM, end)
if sys.platform == "linux":
    ctypes.CDLL(None).prctl(1, signal.SIGTERM)
    ctypes.CDLL(None).prctl(36, 1)
ended = ended or os.getppid() != int(sys.argv[1])
status = 1
try:
    if not ended:
        program = subprocess.Popen(sys.argv[2:], start_new_session=True)
    if not ended:
        status = program.wait()
finally:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    if program is not None:
        try:
            os.killpg(program.pid, signal.SIGKILL)
        except OSError:
            pass
    try:
        while True:
            os.wait()
    except ChildProcessError:
        pass
sys.exit(status)
"""
_SECONDS_TO_END = 5


def convert_to_docx(path: Path, seconds: float) -> bytes | None:
    """A text document as LibreOffice converts it to ``.docx``; None if that is not installed, fails or takes longer.

    It writes into the folder of the file, and has ended when this returns.
    """
    program = shutil.which("soffice")
    if program is None or os.name != "posix":
        return None
    profile = (path.parent / "profile").as_uri()
    command = [program, f"-env:UserInstallation={profile}", "--headless", "--convert-to", "docx:MS Word 2007 XML"]
    command += ["--outdir", str(path.parent), str(path)]
    try:
        return path.with_suffix(".docx").read_bytes() if _run(command, seconds) == 0 else None
    except OSError:
        return None


def _run(command: list[str], seconds: float) -> int | None:
    """Run a program and all that it starts; returns its status, None if it took too long."""
    process = subprocess.Popen(
        [sys.executable, "-I", "-c", _SUPERVISOR, str(os.getpid()), *command],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        return process.wait(seconds)
    except subprocess.TimeoutExpired:
        return None
    finally:
        _end(process)


def _end(process: subprocess.Popen[bytes]) -> None:
    """End a process that ends what it has started."""
    process.terminate()
    try:
        process.wait(_SECONDS_TO_END)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
