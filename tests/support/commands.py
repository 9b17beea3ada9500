"""Running the command line: as people do, in a process of its own, or in this one."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest.mock import patch

from click import Command
from click.testing import CliRunner, Result

from support.forks import IMPORTED, can_fork, run_fork

SECONDS = 200
"""The longest that a command may take."""


def potluck(
    *arguments: str, stdin: str = "", cwd: Path | None = None, imported: Sequence[str] = (), **environment: str
) -> subprocess.CompletedProcess[str]:
    """What a command printed and how it ended; ``environment`` adds variables.

    ``imported`` are large modules that many commands of a test module use: they may be imported once for all.
    """
    variables = {**os.environ, **environment}
    if can_fork(variables):
        return run_fork(arguments, variables, cwd or Path.cwd(), stdin, SECONDS, imported)
    return subprocess.run(
        [sys.executable, "-m", "potluck", *arguments],
        input=stdin,
        capture_output=True,
        text=True,
        encoding="utf-8",
        env=variables,
        cwd=cwd,
        check=False,
        timeout=SECONDS,
    )


def potluck_json(*arguments: str, status: int = 0) -> Any:
    """What a command prints with ``--json``, where it ends with that status."""
    done = potluck(*arguments, "--json")
    assert done.returncode == status, done.stderr
    return json.loads(done.stdout)


def invoke(command: Command, *arguments: str) -> Result:
    """Run a command in this process, which must not stay shut off from the network for good."""
    with patch("potluck.egress.guard_process", lambda reason: None):
        return CliRunner().invoke(command, arguments)


@dataclass(frozen=True)
class Ended:
    """How a command ended, and what it printed, standard error behind standard output."""

    status: int
    output: str


def potluck_often(commands: Mapping[str, Sequence[str]], folder: Path, **environment: str) -> dict[str, Ended]:
    """Run many commands, each in a fork of one process that has run the last one before, so that all is imported."""
    results = folder / "results"
    results.mkdir()
    subprocess.run(
        [sys.executable, "-c", IMPORTED + _FORKS, str(results)],
        input=json.dumps(commands),
        text=True,
        env={**os.environ, **environment},
        cwd=folder,
        check=True,
        timeout=250,
    )
    return {
        name: Ended(
            int((results / f"{number}.status").read_text()), (results / f"{number}").read_bytes().decode("utf-8")
        )
        for number, name in enumerate(commands)
    }


_FORKS = """
import contextlib, io
from pathlib import Path
from potluck.cli import main
commands = list(json.load(sys.stdin).values())
quiet = io.StringIO()
with contextlib.suppress(SystemExit), contextlib.redirect_stdout(quiet), contextlib.redirect_stderr(quiet):
    main(commands[-1])
gc.freeze()
for number, arguments in enumerate(commands):
    child = os.fork()
    if child == 0:
        output = os.open(Path(sys.argv[1], str(number)), os.O_WRONLY | os.O_CREAT)
        os.dup2(output, 1)
        os.dup2(output, 2)
        try:
            main(arguments)
        except SystemExit as ended:
            os._exit(ended.code)
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    Path(sys.argv[1], f"{number}.status").write_text(str(status))
"""
