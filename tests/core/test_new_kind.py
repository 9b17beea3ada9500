"""A new kind of plugin is four things: its contract, its kit, its template, and its entry in the registry.

A kind of greeters is added to a copy of the code, in these four places. Everything else has to know of it by itself.

Modules: ``potluck.contracts.kinds``, ``potluck.hookspecs``, ``potluck.recipe.model``, ``potluck.recipe.schema``,
``potluck.scaffold.create_package``, ``potluck.scaffold.package_texts``.
"""

from __future__ import annotations

import filecmp
import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from support.fake_plugins import install

ROOT = Path(__file__).parents[2]

CONTRACT = '''"""Greeter: says hello."""

from abc import abstractmethod

from potluck.contracts.component import Component


class Greeter(Component):
    """Greets people politely."""

    @abstractmethod
    def greet(self, name: str) -> str:
        """A greeting that holds the name."""
'''

KIT = '''"""The rules of greeters."""

from potluck.testing.kit import Subject, need, rule


@rule("greeter", "says-the-name")
def check_name(subject: Subject) -> None:
    """The name stands in the greeting."""
    for name in ("王小明", "Ann"):
        said = subject.make().greet(name)
        need(name in said, f"{said!r} does not hold {name}")
'''

PLUGIN = '''"""Greets."""

import potluck
from potluck.contracts import Config, Context
from potluck.contracts.greeter import Greeter


class <<config>>(Config):
    """Settings of <<name>>."""

    word: str = "您好"
    """The word before the name."""


class <<component>>(Greeter):
    """Says a word, then the name."""

    def __init__(self, config: <<config>>, context: Context) -> None:
        self._word = config.word

    def greet(self, name: str) -> str:
        """Say both."""
        return f"{self._word} {name}"


@potluck.hookimpl
def potluck_greeter() -> potluck.Offer[<<component>>]:
    """Offer the greeter."""
    return potluck.Offer("<<summary>>", <<config>>, <<component>>, contract=<<contract>>)
'''

TEXTS = """summary = "says hello"
usage = "greeters: <<name>>"
commands = ["potluck plan recipe.yaml"]
"""

ENTRY = """
    PluginKind(
        "greeter",
        "greeter",
        "potluck.greeters",
        Greeter,
        kit=("potluck.testing.greeter",),
        key="greeters",
        form="many",
    ),
"""


@dataclass(frozen=True)
class Copy:
    """A copy of the core with the new kind, and a folder of installed packages."""

    core: Path
    site: Path

    def run(self, *arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
        """Run a command of it."""
        paths = [self.core, ROOT / "plugins", self.site]
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join(map(str, paths))}
        command = [sys.executable, "-m", "potluck", *arguments]
        return subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True, check=False)

    def result(self, *arguments: str, cwd: Path) -> str:
        """What a command prints that succeeds."""
        done = self.run(*arguments, cwd=cwd)
        assert done.returncode == 0, done.stderr + done.stdout
        return done.stdout


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Copy:
    folder = tmp_path_factory.mktemp("kind")
    core, site = folder / "core", folder / "site"
    shutil.copytree(ROOT / "core", core, ignore=shutil.ignore_patterns("__pycache__"))
    package = core / "potluck"
    (package / "contracts" / "greeter.py").write_text(CONTRACT, encoding="utf-8")
    (package / "testing" / "greeter.py").write_text(KIT, encoding="utf-8")
    template = package / "scaffold" / "templates" / "greeter"
    (template / "src" / "__module__").mkdir(parents=True)
    (template / "src" / "__module__" / "__init__.py.tmpl").write_text(PLUGIN, encoding="utf-8")
    (template / "kind.toml").write_text(TEXTS, encoding="utf-8")
    registry = package / "contracts" / "kinds.py"
    code = registry.read_text(encoding="utf-8")
    code = code.replace('"metric", "observer"]', '"metric", "observer", "greeter"]')
    code = code.replace("_ENTRIES = (\n", f"_ENTRIES = ({ENTRY}")
    registry.write_text(
        code.replace("import Loader\n", "import Loader\nfrom potluck.contracts.greeter import Greeter\n")
    )
    return Copy(core, site)


@pytest.fixture(scope="module")
def package(copy: Copy, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The package that ``potluck new`` writes, installed."""
    folder = tmp_path_factory.mktemp("new")
    copy.result("new", "greeter", "polite", cwd=folder)
    code = (folder / "potluck-polite" / "src" / "potluck_polite" / "__init__.py").read_text(encoding="utf-8")
    groups = {"potluck.greeters": {"polite": "potluck_polite"}}
    install(copy.site, "potluck-polite", groups, {"potluck_polite": code})
    return folder / "potluck-polite"


def _changed(ours: Path, theirs: Path) -> set[str]:
    """The files that are new or other in a copy of a folder, relative to it; a new folder counts once."""
    found = filecmp.dircmp(ours, theirs, ignore=["__pycache__"])
    inner = ({f"{name}/{one}" for one in _changed(ours / name, theirs / name)} for name in found.common_dirs)
    return {*found.diff_files, *found.right_only}.union(*inner)


def test_four_places_were_touched(copy: Copy) -> None:
    assert _changed(ROOT / "core" / "potluck", copy.core / "potluck") == {
        "contracts/greeter.py",
        "contracts/kinds.py",
        "testing/greeter.py",
        "scaffold/templates/greeter",
    }


def test_the_package_that_is_written_names_the_group_and_the_contract(package: Path) -> None:
    project = (package / "pyproject.toml").read_text(encoding="utf-8")

    assert '[project.entry-points."potluck.greeters"]' in project
    assert "a greeter" in (package / "README.md").read_text(encoding="utf-8")
    assert "contract=1" in (package / "src" / "potluck_polite" / "__init__.py").read_text(encoding="utf-8")


def test_it_is_listed_examined_and_held_against_its_rules(copy: Copy, package: Path, tmp_path: Path) -> None:
    (listed,) = json.loads(copy.result("plugins", "list", "greeter", "--import", "--json", cwd=tmp_path))
    assert (listed["kind"], listed["name"], listed["package"]) == ("greeter", "polite", "potluck-polite")

    (outcome,) = json.loads(copy.result("conform", "greeter", "polite", "--json", cwd=tmp_path))
    assert (outcome["rule"], outcome["kept"]) == ("says-the-name", True)
    assert "greeter" in copy.result("conform", "--help", cwd=tmp_path)


def test_a_recipe_names_it_with_its_settings(copy: Copy, package: Path, tmp_path: Path) -> None:
    recipe = "documents: notes.txt\ngreeters: [{use: polite, word: 嗨}]\n"
    (tmp_path / "recipe.yaml").write_text(recipe, encoding="utf-8")
    (tmp_path / "notes.txt").write_text("道碴厚度不得小於三十公分。", encoding="utf-8")

    folder = Path(json.loads(copy.result("run", "recipe.yaml", "--json", cwd=tmp_path))["folder"])

    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["recipe"]["greeters"] == [{"use": "polite", "word": "嗨"}]
    assert {"kind": "greeter", "name": "polite", "package": "potluck-polite", "version": "1.0"} in manifest["plugins"]
    schema = json.loads(copy.result("schema", cwd=tmp_path))
    assert "greeters" in schema["properties"]


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("polit", "unknown greeter 'polit' (did you mean 'polite'?)"),
        ("{use: polite, wort: x}", "did you mean 'word'"),
        ("[polite, polite]", "greeters: 'polite' is named twice"),
    ],
)
def test_a_wrong_name_or_setting_is_a_problem_of_the_recipe(
    value: str, said: str, copy: Copy, package: Path, tmp_path: Path
) -> None:
    (tmp_path / "recipe.yaml").write_text(f"documents: .\ngreeters: {value}\n", encoding="utf-8")

    done = copy.run("plan", "recipe.yaml", cwd=tmp_path)

    assert done.returncode == 1
    assert said in done.stderr
