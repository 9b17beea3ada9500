"""What the pages say of installing potluck holds: the extras exist, and nothing asks an index for potluck first.

The Dockerfile is read here; ``tests/packaging/test_install.py`` does what it says.
"""

from __future__ import annotations

import re
import shlex
import tomllib
from pathlib import Path

import pytest

from potluck.cli import COMMANDS

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
EXTRAS = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["optional-dependencies"]
FIRST = (
    "README.md",
    "docs/tutorial/first-recipe.md",
    "docs/tutorial/three-ways.md",
    "docs/tutorial/publish-a-tuner.md",
)
_INSTALL = re.compile(r"pip install (?:-e )?'?(\.|potluck|potluck-[\d.]+-py3-none-any\.whl)\[([\w,-]+)\]")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_the_extras_that_a_page_names_exist(page: Path) -> None:
    named = {extra for _, extras in _INSTALL.findall(page.read_text(encoding="utf-8")) for extra in extras.split(",")}

    assert named <= EXTRAS.keys() | {"test"}


@pytest.mark.parametrize("page", FIRST)
def test_what_installs_potluck_first_names_the_checkout(page: str) -> None:
    place, _ = _INSTALL.findall((ROOT / page).read_text(encoding="utf-8"))[0]

    assert place == "."


def test_the_page_of_extras_names_extras() -> None:
    rows = re.findall(r"^\| `([\w-]+)` \|", (ROOT / "docs/how-to/install.md").read_text(encoding="utf-8"), re.MULTILINE)

    assert rows
    assert set(rows) <= EXTRAS.keys()


def test_the_demo_ends_with_commands_that_exist_and_a_page() -> None:
    _, _, end = (ROOT / "Makefile").read_text(encoding="utf-8").partition("Your own documents")
    told = re.findall(r'@echo "(.*)"', end.partition("\n\n")[0])

    assert [line.split()[1] for line in told if "potluck " in line] == ["ask", "init"]
    assert all(line.split()[1] in COMMANDS for line in told if "potluck " in line)
    assert (ROOT / told[-1].split()[0]).is_file()
    assert all(line in (ROOT / "README.md").read_text(encoding="utf-8") for line in told)


def instructions() -> list[tuple[str, str]]:
    """The instructions of the Dockerfile with their words; continued lines are one."""
    text = re.sub(r"\\\n\s*", "", (ROOT / "Dockerfile").read_text(encoding="utf-8"))
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith("#")]
    return [(line.split(maxsplit=1)[0], line.split(maxsplit=1)[1]) for line in lines]


def test_the_image_runs_as_a_user_without_rights_and_says_whether_it_is_healthy() -> None:
    found = instructions()
    last = dict(found)

    known = {"ARG", "FROM", "WORKDIR", "COPY", "RUN", "ENV", "USER", "VOLUME", "HEALTHCHECK", "ENTRYPOINT", "CMD"}
    assert {name for name, _ in found} == known
    assert last["USER"] == "potluck"
    assert [name for name, _ in found].index("USER") > max(n for n, (name, _) in enumerate(found) if name == "RUN")
    assert last["ENTRYPOINT"] == '["potluck"]'
    check = re.search(r'CMD \["potluck", "(\w+)"', last["HEALTHCHECK"])
    assert check is not None
    assert check[1] in COMMANDS


def test_what_the_image_copies_is_there_and_not_ignored() -> None:
    kept = {line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    copied = [
        word
        for name, rest in instructions()
        if name == "COPY" and not rest.startswith("--from")
        for word in shlex.split(rest)[:-1]
    ]

    assert set(copied) == kept
    assert all((ROOT / path).exists() for path in copied)
    extras = re.findall(r"pip install .*'\.\[([\w,]+)\]'", (ROOT / "Dockerfile").read_text(encoding="utf-8"))
    assert set(extras[0].split(",")) <= EXTRAS.keys()
