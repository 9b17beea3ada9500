"""A process that used torch ends when its command has: it does not wait for torch to be unloaded.

Modules: ``potluck.cli.process``, ``potluck.__main__``.
"""

from __future__ import annotations

import subprocess
import sys

import pytest

PROGRAM = """
import atexit, os, runpy, sys, types

class Unloading:
    def __del__(self):
        os.write(1, b"unloaded\\n")

def use(command):
    heavy = sys.modules[NAME] = types.ModuleType(NAME)
    heavy.held = Unloading()
    atexit.register(print, "closed")
    return "used\\n"

import potluck.version
NAME, *sys.argv[1:] = sys.argv[1:]
import potluck.cli
real = potluck.cli._run
potluck.cli._run = lambda arguments: (print(use(arguments), end=""), real(arguments))[1]
runpy.run_module("potluck", run_name="__main__")
"""


@pytest.mark.parametrize(("arguments", "status"), [(["--version"], 0), (["no-such-command"], 1)])
@pytest.mark.parametrize(("module", "unloaded"), [("torch", []), ("another", ["unloaded"])])
def test_torch_is_not_unloaded_and_all_else_is_as_ever(
    module: str, unloaded: list[str], arguments: list[str], status: int
) -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, module, *arguments], capture_output=True, text=True, check=False
    )

    assert done.returncode == status, done.stderr
    said = [line for line in done.stdout.splitlines() if "version" not in line]
    assert said == ["used", "closed", *unloaded]
