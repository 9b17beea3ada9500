"""Fifty plugins that nobody asked for change nothing: none of them is imported until it is named."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from potluck import plugins
from support.fake_plugins import install_hashing, visible
from support.stress_plugins import COUNT, install_stress


@pytest.fixture
def marks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder in which every stress plugin that is imported leaves a file; the current folder holds a recipe."""
    marks, home = tmp_path / "marks", tmp_path / "home"
    marks.mkdir()
    home.mkdir()
    (home / "筆記.txt").write_text("短鋼軌：係指長度在標準長度以下5m以上之鋼軌。\n", encoding="utf-8")
    (home / "recipe.yaml").write_text("documents: 筆記.txt\nembedder: hashing\n", encoding="utf-8")
    monkeypatch.chdir(home)
    monkeypatch.setenv("STRESS_MARKS", str(marks))
    with visible(install_hashing(install_stress(tmp_path / "site")), monkeypatch):
        yield marks


def potluck(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "potluck", *arguments]
    return subprocess.run(command, capture_output=True, text=True, encoding="utf-8", check=False, timeout=120)


@pytest.mark.parametrize(
    "arguments",
    [
        ["--help"],
        ["plugins", "--help"],
        ["plugins", "list"],
        ["index", "recipe.yaml"],
        ["ask", "recipe.yaml", "短鋼軌是什麼？"],
        ["plan", "recipe.yaml"],
    ],
    ids=" ".join,
)
def test_a_command_that_names_none_of_them_imports_none_and_says_nothing_of_them(
    marks: Path, arguments: list[str]
) -> None:
    done = potluck(*arguments)

    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    assert list(marks.iterdir()) == []


def test_the_list_has_all_of_them_and_says_what_it_does_not_know(marks: Path) -> None:
    lines = [line for line in potluck("plugins", "list", "splitter").stdout.splitlines() if "stress-package" in line]

    assert len(lines) == COUNT
    assert all(line.split() == ["splitter", line.split()[1], line.split()[2], "1.0", "?", "-"] for line in lines)


def test_a_recipe_that_names_one_imports_that_one_alone(marks: Path) -> None:
    done = potluck("index", "recipe.yaml", "--set", "splitter=stress-20")

    assert done.returncode == 0, done.stderr
    assert [mark.name for mark in marks.iterdir()] == ["stress_stress_package_20"]


def test_naming_one_that_raises_is_a_problem_of_the_recipe(marks: Path) -> None:
    done = potluck("index", "recipe.yaml", "--set", "splitter=stress-12")

    assert done.returncode == 1
    assert "splitter 'stress-12' of stress-package-12 1.0 does not work: RuntimeError: no" in done.stderr
    assert "Traceback" not in done.stderr
    assert [mark.name for mark in marks.iterdir()] == ["stress_stress_package_12"]


def test_naming_one_of_two_packages_with_one_name_imports_neither(marks: Path) -> None:
    done = potluck("index", "recipe.yaml", "--set", "splitter=clash-0")

    assert done.returncode == 1
    assert "'use: stress-package-46:clash-0' or 'use: stress-package-48:clash-0'" in done.stderr
    assert list(marks.iterdir()) == []


def test_metadata_that_cannot_be_read_hides_no_other_package(marks: Path, tmp_path: Path) -> None:
    broken = tmp_path / "site" / "torn-1.0.dist-info"
    broken.mkdir()
    (broken / "METADATA").write_text("Metadata-Version: 2.1\nName: torn\nVersion: 1.0\n", encoding="utf-8")
    (broken / "entry_points.txt").write_text("[potluck.splitters]\nthis line is no entry\n", encoding="utf-8")
    plugins.registrations.cache_clear()
    plugins.installed_plugins.cache_clear()

    assert sum(plugin.package.startswith("stress-package") for plugin in plugins.installed_plugins()) == COUNT
    (said,) = plugins.registrations().unreadable
    assert "torn-1.0.dist-info cannot be read" in said
    assert potluck("index", "recipe.yaml").returncode == 0
