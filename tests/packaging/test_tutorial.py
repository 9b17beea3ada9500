"""The tutorial *Publish a tuner in an hour*, done as it stands there, in an environment of its own."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest

from support.console import check_shown, sessions
from support.environments import ROOT, Environment

PAGE = ROOT / "docs" / "tutorial" / "publish-a-tuner.md"
PACKAGE = ROOT / "docs" / "examples" / "plugins" / "potluck-ia3"
_STEP = re.compile(r"(```console\n.*?```)|`([^`\n]+)`:\n\n```\w+\n(.*?)```", re.DOTALL)


def steps() -> Iterator[tuple[str, str, str]]:
    """The page's console blocks and files in order: a block, or the path and the text of a file."""
    for found in _STEP.finditer(PAGE.read_text(encoding="utf-8")):
        yield found[1] or "", found[2] or "", found[3] or ""


def test_its_files_are_those_of_the_example() -> None:
    files = {path: text for _, path, text in steps() if path}

    assert len(files) == 4
    assert files == {path: (PACKAGE / path).read_text(encoding="utf-8") for path in files}


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_its_commands_print_what_it_shows(environment: Environment, tmp_path: Path) -> None:
    pytest.importorskip("peft")
    folder, done = tmp_path, 0
    for block, path, text in steps():
        if path:
            (tmp_path / "potluck-ia3" / path).write_text(text, encoding="utf-8")
        for command, shown in sessions(block):
            program, *arguments = shlex.split(command)
            if program == "cd":
                folder = (folder / arguments[0]).resolve()
                continue
            check_shown(environment.run(program, *arguments, cwd=folder), shown, command)
            done += 1

    assert done == 13
    assert folder.name == "potluck-ia3"
