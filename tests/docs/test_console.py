"""The console blocks of the documentation show what really is printed."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
EXAMPLES = ROOT / "docs" / "examples"

_BLOCK = re.compile(r"```console\n(.*?)```", re.DOTALL)


def sessions() -> Iterator[tuple[str, str, list[str]]]:
    """Every command of a console block with the lines that the page shows for it."""
    for page in PAGES:
        for block in _BLOCK.findall(page.read_text(encoding="utf-8")):
            for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
                command, *shown = part.rstrip("\n").split("\n")
                yield page.relative_to(ROOT).as_posix(), command, shown


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The first example, in a copy of them all: the commands run there one after another as on the pages."""
    copy = tmp_path_factory.mktemp("docs") / "examples"
    shutil.copytree(EXAMPLES, copy, ignore=shutil.ignore_patterns(".potluck"))
    return copy / "track-specification"


@pytest.mark.parametrize(("page", "command", "shown"), list(sessions()), ids=lambda value: str(value)[:60])
def test_a_command_prints_what_the_page_shows(folder: Path, page: str, command: str, shown: list[str]) -> None:
    program, *arguments = shlex.split(command)
    assert program == "potluck"
    environment = {**os.environ, "COLUMNS": "120"}
    done = subprocess.run(
        [sys.executable, "-m", "potluck", *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
        encoding="utf-8",
        env=environment,
        check=False,
    )
    printed = done.stdout + done.stderr

    position = 0
    for line in shown:
        if line.strip() == "...":
            continue
        wanted = re.compile("^" + ".*".join(re.escape(piece) for piece in line.split("...")) + "$", re.MULTILINE)
        found = wanted.search(printed, position)
        assert found, f"{page}: {command}: no line {line!r} in\n{printed}"
        position = found.end()
