"""What ``potluck new`` writes works as it is: it is built, installed and used as its README says."""

from __future__ import annotations

import json
import re
import shlex
from dataclasses import dataclass
from pathlib import Path

import pytest

from potluck.contracts import KINDS, Kind
from support.environments import Environment, own_tool, wheel

SHOWN = {
    "loader": "第三號道岔的螺栓鬆了",
    "splitter": "道碴厚度不得小於三十公分",
    "embedder": "道碴厚度不得小於三十公分",
    "store": "道碴厚度不得小於三十公分",
    "retriever": "道碴厚度不得小於三十公分",
    "reranker": "正線之道碴厚度不得小於３０公分",
    "tuner": "accuracy",
    "chat": "道碴厚度不得小於三十公分",
    "metric": "numbers_stated",
    "observer": "embed took ",
}
"""What the last command of each example prints."""


@dataclass(frozen=True, slots=True)
class Package:
    """A package that ``potluck new`` wrote; ``steps`` are the commands that it told to try."""

    kind: Kind
    name: str
    folder: Path
    steps: list[str]


@pytest.fixture(scope="module")
def packages(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, environment: Environment
) -> dict[Kind, Package]:
    """A new package of each kind that is tried, built, and all installed at once."""
    made, wheels = {}, []
    for kind in tried(request.session):
        home = tmp_path_factory.mktemp(kind)
        created = json.loads(environment.run("potluck", "new", kind, f"moon-{kind}", "--json", cwd=home))
        wheels.append(wheel(home / created["folder"], home / "dist"))
        made[kind] = Package(kind, created["name"], home / created["folder"], created["steps"])
    environment.install(*wheels)
    return made


def tried(session: pytest.Session) -> list[Kind]:
    """The kinds of the tests that are selected: each takes a second to build."""
    asked = {item.callspec.params.get("package") for item in session.items if hasattr(item, "callspec")}
    return [kind for kind in KINDS if kind in asked]


@pytest.fixture(
    scope="module",
    params=[
        pytest.param(kind, marks=() if kind in ("loader", "splitter", "metric") else pytest.mark.slow) for kind in KINDS
    ],
)
def package(request: pytest.FixtureRequest, packages: dict[Kind, Package]) -> Package:
    """One of them."""
    if request.param == "tuner":
        pytest.importorskip("peft")
    return packages[request.param]


@pytest.mark.slow
def test_a_new_package_passes_its_own_tests(package: Package, environment: Environment) -> None:
    printed = environment.run("pytest", cwd=package.folder)

    assert re.search(r"\d+ passed", printed)


def test_a_new_package_keeps_the_rules_of_its_kind(package: Package, environment: Environment) -> None:
    (command,) = re.findall("^potluck conform .*", (package.folder / "README.md").read_text("utf-8"), re.MULTILINE)

    printed = environment.run(*command.split(), cwd=package.folder)

    assert re.search(r"(\d+) of \1 rules are kept", printed)


def test_the_example_of_a_new_package_runs(package: Package, environment: Environment) -> None:
    commands = [shlex.split(step) for step in package.steps[package.steps.index("cd example") + 1 :]]

    printed = [environment.run(*command, cwd=package.folder / "example") for command in commands]

    assert SHOWN[package.kind] in printed[-1]


def test_a_new_package_has_the_style_that_it_asks_for(package: Package) -> None:
    pytest.importorskip("ruff")
    for check in (["check"], ["format", "--check"]):
        own_tool("ruff", *check, "--no-cache", folder=package.folder)


@pytest.mark.slow
def test_a_new_package_has_types(package: Package, environment: Environment) -> None:
    pytest.importorskip("mypy")
    own_tool("mypy", *environment.types, folder=package.folder)
