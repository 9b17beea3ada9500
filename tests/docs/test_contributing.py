"""What CONTRIBUTING.md and SECURITY.md tell people to run and to read is there; the limits are those of the code."""

from __future__ import annotations

import re
import shlex
import sys
import sysconfig
from pathlib import Path

import pytest

from potluck.loading import attachments, worker
from potluck.models import chat_template
from potluck.recipe import yaml_reader
from potluck_plugins.loaders._shared import archive

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / name for name in ("CONTRIBUTING.md", "SECURITY.md", "changelog.d/README.md")]
CONTRIBUTING, SECURITY, FRAGMENTS = (page.read_text(encoding="utf-8") for page in PAGES)
NOT_YET = {"plugins/potluck_plugins/splitters/sentences.py"}
"""What the page tells you to write."""


def commands() -> list[list[str]]:
    """The commands of the blocks and the sentences, in words."""
    fences = re.findall(r"^```(\w*)\n(.*?)^```$", CONTRIBUTING + FRAGMENTS, re.DOTALL | re.MULTILINE)
    blocks = [line for language, block in fences if not language for line in block.splitlines()]
    inline = re.findall(r"`((?:make|\.venv/bin/\w+|\.ci/\w+) [^`]+)`", CONTRIBUTING)
    return [shlex.split(line, comments=True) for line in [*blocks, *inline]]


def test_the_commands_are_found() -> None:
    assert {command[0] for command in commands()} == {
        "make",
        ".venv/bin/pytest",
        ".venv/bin/python",
        ".venv/bin/towncrier",
        ".ci/wheel",
    }


@pytest.mark.parametrize("command", commands(), ids=" ".join)
def test_what_a_command_names_is_there(command: list[str]) -> None:
    program, *arguments = command
    if program == "make":
        assert re.search(rf"^{arguments[0]}:", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    elif program.startswith(".venv/bin/"):
        assert Path(sysconfig.get_path("scripts"), Path(program).name).exists()
    else:
        assert (ROOT / program).exists()
    assert all((ROOT / path).exists() for path in arguments if path.startswith(("tests/", "docs/")))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_and_path_leads_somewhere(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    links = [page.parent / target for target in re.findall(r"\]\(([^)#:]+)[^):]*\)", text)]
    paths = re.findall(r"`((?:core|plugins|tests|docs|\.github|\.ci|changelog\.d)/[\w./-]*)`", text)

    assert [target for target in links if not target.exists()] == []
    assert [path for path in paths if path not in NOT_YET and not (ROOT / path).exists()] == []


def limits() -> dict[str, list[int]]:
    """The numbers of each row of the table of limits."""
    rows = re.findall(r"^\| ([^|]+) \| ([^|]+) \|$", SECURITY, re.MULTILINE)
    return {name: [int(one.replace(",", "")) for one in re.findall(r"\d[\d,]*", text)] for name, text in rows}


def test_the_limits_are_those_of_the_code() -> None:
    mib = 1 << 20

    assert limits() == limits() | {
        "time of a file": [worker.SECONDS, worker.SECONDS_PER_MIB],
        "memory of the process": [worker.MEMORY // mib, worker.MEMORY_PER_BYTE],
        "what an archive inflates to": [archive.MAX_INFLATED // mib, 16, archive.MAX_RATIO],
        "members of an archive": [archive.MAX_MEMBERS],
        "files within a file": [attachments.MOST_FILES, attachments.MOST_BYTES // mib, attachments.DEEPEST],
        "a recipe": [yaml_reader.MAX_BYTES // mib, yaml_reader.MAX_VALUES, yaml_reader.MAX_DEPTH],
    }
    assert f"({chat_template.SECONDS:.0f} seconds)" in SECURITY


def test_the_limit_of_a_small_member_is_met(tmp_path: Path) -> None:
    import zipfile

    from potluck.errors import DocumentLimit

    (bound,) = limits()["what an archive inflates to"][1:2]
    path = tmp_path / "文件.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as written:
        written.writestr("small", bytes(bound << 20))
        written.writestr("large", bytes((bound << 20) + 1))

    with archive.Archive(path) as opened:
        assert len(archive.read_member(opened, "small")) == bound << 20
        with pytest.raises(DocumentLimit, match="bomb"):
            archive.read_member(opened, "large")


def test_python_is_new_enough_for_the_page() -> None:
    (needed,) = re.findall(r"You need Python 3\.(\d+) or newer", CONTRIBUTING)

    assert f'requires-python = ">=3.{needed}"' in (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    assert sys.version_info >= (3, int(needed))
