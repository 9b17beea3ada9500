"""Shells complete commands, options and file names at the tab key, fast.

Modules: ``potluck.cli.completion``.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from potluck.cli import COMMANDS
from support.commands import potluck

BIN = Path(sys.executable).parent


def in_bash(line: str, folder: Path) -> list[str]:
    """What bash offers at the end of a line after ``eval "$(potluck completion bash)"``."""
    words = line.split(" ")
    script = (
        'eval "$(potluck completion bash)"\n'
        'compopt() { printf "%s " compopt "$@"; }\n'
        f"COMP_WORDS=({' '.join(words[:-1])} '{words[-1]}')\nCOMP_CWORD={len(words) - 1}\n"
        '_potluck_completion potluck\nprintf "%s\\n" "${COMPREPLY[@]}"\n'
    )
    done = subprocess.run(
        ["bash", "--norc", "-c", script],
        capture_output=True,
        text=True,
        check=True,
        cwd=folder,
        env={**os.environ, "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}"},
    )
    assert done.stderr == ""
    return done.stdout.split("\n")[:-1]


@pytest.mark.skipif(shutil.which("bash") is None, reason="there is no bash")
@pytest.mark.parametrize(
    ("line", "offered"),
    [
        ("potluck com", ["compare", "completion"]),
        ("potluck plugins d", ["doctor"]),
        ("potluck ask --s", ["--set"]),
        ("potluck examples mess", ["messages"]),
        ("potluck new sp", ["splitter"]),
        ("potluck ask rec", ["compopt -o default "]),
    ],
)
def test_bash_completes(line: str, offered: list[str], tmp_path: Path) -> None:
    assert in_bash(line, tmp_path) == offered


@pytest.mark.parametrize(("shell", "command"), [("zsh", "compdef"), ("fish", "complete --no-files")])
def test_the_script_of_a_shell_registers_itself(shell: str, command: str) -> None:
    done = potluck("completion", shell)

    assert done.returncode == 0
    assert command in done.stdout
    assert "_POTLUCK_COMPLETE" in done.stdout


@pytest.mark.parametrize("shell", ["zsh", "fish"])
def test_zsh_and_fish_are_offered_each_command_with_what_it_does(shell: str, tmp_path: Path) -> None:
    line = {"zsh": ("potluck ", "1"), "fish": ("potluck ", "")}[shell]
    words = {"COMP_WORDS": line[0], "COMP_CWORD": line[1], "_POTLUCK_COMPLETE": f"{shell}_complete"}

    done = potluck(cwd=tmp_path, **words)

    assert done.returncode == 0
    assert all(name in done.stdout and said in done.stdout for name, said in COMMANDS.items())


def test_completing_a_command_imports_none() -> None:
    script = (
        "import sys\nfrom potluck.cli import COMMANDS, main\n"
        "try:\n    main([])\nexcept SystemExit as end:\n    assert end.code == 0\n"
        "slow = {f'potluck.cli.{name}' for name in COMMANDS} | {'pydantic', 'pluggy'}\n"
        "print(sorted(slow & set(sys.modules)), file=sys.stderr)\n"
    )
    words = {"COMP_WORDS": "potluck a", "COMP_CWORD": "1", "_POTLUCK_COMPLETE": "bash_complete"}
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, env={**os.environ, **words}
    )

    assert done.stdout == "plain,ask\n"
    assert done.stderr == "[]\n"


def test_a_shell_that_is_not_known_is_a_mistake() -> None:
    done = potluck("completion", "tcsh")

    assert done.returncode == 1
    assert "'tcsh' is not one of 'bash', 'zsh', 'fish'" in done.stderr
