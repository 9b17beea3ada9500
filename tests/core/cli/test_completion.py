"""Shells complete commands, options and file names at the tab key, fast.

Modules: ``potluck.cli.completion``.
"""

from __future__ import annotations

import os
import pty
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
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
        env=shell_variables(),
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


COMPLETED = {
    "potluck compa": "potluck compare",
    "potluck plugins doc": "potluck plugins doctor",
    "potluck ask --s": "potluck ask --set",
    "potluck examples mess": "potluck examples messages",
    "potluck new sp": "potluck new splitter",
    "potluck ask 規": "potluck ask 規範.yaml",
}
"""What is typed, and what stands on the line after the tab key, in a folder with ``規範.yaml``."""


def type_into_zsh(lines: Sequence[str], home: Path) -> list[str]:
    """What stands on each line after the tab key, in a zsh whose .zshrc is that of the documentation."""
    documented = """eval "$(potluck completion zsh)"\n"""
    keep = """keep() { print -r -- "$BUFFER" >> lines; BUFFER= }\nzle -N keep\nbindkey "^T" keep\n"""
    (home / ".zshrc").write_text(documented + keep, encoding="utf-8")
    ours, end = pty.openpty()
    variables = {**shell_variables(), "ZDOTDIR": str(home), "TERM": "dumb"}
    with subprocess.Popen(
        ["zsh", "-i"], cwd=home, stdin=end, stdout=end, stderr=end, start_new_session=True, env=variables
    ):
        os.close(end)
        os.write(ours, b"".join(line.encode() + b"\t\x14" for line in lines) + b"exit\r")
        printed = bytearray()
        with suppress(OSError):  # the shell has ended
            while piece := os.read(ours, 1 << 12):
                printed += piece
    os.close(ours)
    assert b"not found" not in printed
    return (home / "lines").read_text(encoding="utf-8").splitlines()


def shell_variables() -> Mapping[str, str]:
    return {**os.environ, "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}", "LC_ALL": "C.UTF-8"}


@pytest.mark.skipif(shutil.which("zsh") is None, reason="there is no zsh")
@pytest.mark.timeout(60)
def test_zsh_completes_though_nothing_has_started_its_completion(tmp_path: Path) -> None:
    (tmp_path / "規範.yaml").touch()

    found = type_into_zsh([*COMPLETED], tmp_path)

    assert [line.rstrip() for line in found] == [*COMPLETED.values()]


@pytest.mark.skipif(shutil.which("fish") is None, reason="there is no fish")
def test_fish_completes(tmp_path: Path) -> None:
    (tmp_path / "規範.yaml").touch()
    (tmp_path / "fish" / "completions").mkdir(parents=True)
    documented = "potluck completion fish > $XDG_CONFIG_HOME/fish/completions/potluck.fish"

    done = subprocess.run(
        ["fish", "-c", "; ".join([documented, *(f"complete -C '{line}'" for line in COMPLETED)])],
        capture_output=True,
        text=True,
        check=True,
        cwd=tmp_path,
        env={**shell_variables(), "XDG_CONFIG_HOME": str(tmp_path), "HOME": str(tmp_path)},
        stdin=subprocess.DEVNULL,
    )

    assert done.stderr == ""
    offered = [line.partition("\t")[0].strip() for line in done.stdout.splitlines()]
    assert offered == [whole.split(" ")[-1] for whole in COMPLETED.values()]


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
