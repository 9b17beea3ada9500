"""Commands run in forks of a process that has imported the command line: its start is a second that is saved each time.

A fork is given the arguments, environment, folder and streams that a new process would have. What depends on how
Python starts is not tried so: see ``can_fork``.
"""

from __future__ import annotations

import atexit
import json
import os
import select
import signal
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import IO

_AT_START = ("PYTHON", "LC_", "LANG", "OMP_", "MKL_", "OPENBLAS_", "ONEDNN_", "LD_", "COVERAGE")
"""How the names of variables begin that a process reads when it starts."""
_ENVIRONMENT = dict(os.environ)
"""That of the process that forks."""


def can_fork(environment: Mapping[str, str]) -> bool:
    """Whether a command is the same in a fork: not where variables differ that are read at the start."""
    changed = {name for name, _ in environment.items() ^ _ENVIRONMENT.items()} - {"PYTHONPATH"}
    folders = [Path(folder) for folder in environment.get("PYTHONPATH", "").split(os.pathsep) if folder]
    customised = any((folder / "sitecustomize.py").exists() for folder in folders)
    return hasattr(os, "fork") and not customised and not any(name.startswith(_AT_START) for name in changed)


def run_fork(
    arguments: Sequence[str],
    environment: Mapping[str, str],
    folder: Path,
    stdin: str,
    seconds: float,
    imported: Sequence[str] = (),
) -> subprocess.CompletedProcess[str]:
    """What ``python -m potluck`` prints and how it ends, where more modules are imported already.

    Raises ``subprocess.TimeoutExpired``.
    """
    with tempfile.TemporaryDirectory(prefix="forks-") as streams:
        paths = [Path(streams, name) for name in ("stdin", "stdout", "stderr")]
        for path, content in zip(paths, (stdin, "", ""), strict=True):
            path.write_text(content, encoding="utf-8")
        request = {
            "arguments": list(arguments),
            "environment": dict(environment),
            "folder": str(folder),
            "streams": [str(path) for path in paths],
        }
        status = _parent(tuple(imported)).run(json.dumps(request), seconds)
        output, errors = (path.read_text(encoding="utf-8") for path in paths[1:])
    command = [sys.executable, "-m", "potluck", *arguments]
    if status is None:
        raise subprocess.TimeoutExpired(command, seconds, output, errors)
    return subprocess.CompletedProcess(command, status, output, errors)


class _Parent:
    """The process that forks. It runs one command at a time."""

    def __init__(self, imported: tuple[str, ...]) -> None:
        requests, answers = os.pipe(), os.pipe()
        self._process = subprocess.Popen(
            [sys.executable, "-c", IMPORTED + _CODE, str(requests[0]), str(answers[1]), *imported],
            env=_ENVIRONMENT,
            pass_fds=(requests[0], answers[1]),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
        )
        os.close(requests[0])
        os.close(answers[1])
        self._requests: IO[str] = os.fdopen(requests[1], "w")
        # Unbuffered: of a short command both lines are there at once, and select does not see what a buffer holds.
        self._answers: IO[bytes] = os.fdopen(answers[0], "rb", buffering=0)

    def run(self, request: str, seconds: float) -> int | None:
        """The exit status, as ``subprocess`` gives it; None where the time is over, and the command is killed."""
        print(request, file=self._requests, flush=True)
        child = int(self._answers.readline())
        in_time = bool(select.select([self._answers], [], [], seconds)[0])
        if not in_time:
            os.kill(child, signal.SIGKILL)
        status = int(self._answers.readline())
        return status if in_time else None

    def close(self) -> None:
        self._requests.close()
        self._answers.close()
        self._process.wait()


@cache
def _parent(imported: tuple[str, ...]) -> _Parent:
    made = _Parent(imported)
    atexit.register(made.close)
    return made


IMPORTED = """
import gc, importlib, importlib.metadata, json, os, pkgutil, runpy, sys
for package in ("cli", "comparison", "doctor", "planning", "recipe", "report", "results", "runs", "strategy"):
    for module in pkgutil.iter_modules(importlib.import_module(f"potluck.{package}").__path__, f"potluck.{package}."):
        importlib.import_module(module.name)
for entry in importlib.metadata.distribution("potluck").entry_points:
    if entry.module.startswith("potluck_plugins."):
        importlib.import_module(entry.module)
of_potluck = ("potluck.api", "potluck.comparison.compare", "potluck.testing")
of_others = (
    *("asyncio", "encodings.utf_8_sig", "filelock", "hypothesis", "http.client", "importlib.readers", "numpy"),
    *("platformdirs", "rich.console", "rich.progress", "rich.table", "ruamel.yaml", "scipy.special", "sqlite3"),
    "_strptime",
)
for name in (*of_potluck, *of_others):
    importlib.import_module(name)
"""
"""The code that imports what commands import."""

_CODE = """
for name in sys.argv[3:]:
    importlib.import_module(name)
gc.freeze()  # else the collector of every fork looks through all of it, and copies it in doing so
own = [path for path in os.environ.get("PYTHONPATH", "").split(os.pathsep) if path]
requests, answers = os.fdopen(int(sys.argv[1])), os.fdopen(int(sys.argv[2]), "w")
for line in requests:
    request = json.loads(line)
    child = os.fork()
    if child == 0:
        break
    print(child, file=answers, flush=True)
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    print(status, file=answers, flush=True)
else:
    os._exit(0)
requests.close()
answers.close()
os.environ.clear()
os.environ.update(request["environment"])
os.chdir(request["folder"])
for number, path in enumerate(request["streams"]):
    stream = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND)
    os.dup2(stream, number)
    os.close(stream)
sys.path = [path for path in sys.path[1:] if path not in own]
named = os.environ.get("PYTHONPATH", "").split(os.pathsep)
sys.path[:0] = [request["folder"], *(path for path in named if path)]
sys.argv = ["potluck", *request["arguments"]]
runpy.run_module("potluck", run_name="__main__", alter_sys=True)
"""
