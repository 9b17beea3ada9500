"""The console blocks of the documentation show what really is printed."""

from __future__ import annotations

import shlex
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from support.commands import potluck
from support.console import check_shown, sessions

ROOT = Path(__file__).parents[2]
OF_THE_REPOSITORY = ("README.md", "CONTRIBUTING.md", "SECURITY.md")
PAGES = [*(ROOT / name for name in OF_THE_REPOSITORY), *sorted((ROOT / "docs").rglob("*.md"))]
ELSEWHERE = {"docs/tutorial/publish-a-tuner.md"}
"""Pages whose commands install something, tried in an environment of their own by tests/packaging."""
EXAMPLES = ROOT / "docs" / "examples"


def commands() -> Iterator[tuple[str, str, list[str]]]:
    """Every command that is tried here, with its page and the lines that it shows."""
    for page in PAGES:
        name = page.relative_to(ROOT).as_posix()
        if name not in ELSEWHERE:
            for command, shown in sessions(page.read_text(encoding="utf-8")):
                yield name, command, shown


def is_slow(command: str) -> bool:
    """Whether it computes vectors by a model that takes a minute, or for many variants."""
    return "text2vec-or-ada-002" in command or command.startswith("potluck compare recipe.yaml --swap retriever.")


CASES = [pytest.param(*case, marks=pytest.mark.slow if is_slow(case[1]) else ()) for case in commands()]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The first example, in a copy of them all: the commands run there one after another as on the pages."""
    copy = tmp_path_factory.mktemp("docs") / "examples"
    shutil.copytree(EXAMPLES, copy, ignore=shutil.ignore_patterns(".potluck"))
    return copy / "track-specification"


@pytest.mark.parametrize(("page", "command", "shown"), CASES, ids=lambda value: str(value)[:60])
def test_a_command_prints_what_the_page_shows(folder: Path, page: str, command: str, shown: list[str]) -> None:
    program, *arguments = shlex.split(command)
    assert program == "potluck"
    done = potluck(*arguments, cwd=folder, COLUMNS="120")

    check_shown(done.stdout + done.stderr, shown, f"{page}: {command}")
