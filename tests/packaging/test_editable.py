"""An author installs a plugin with ``pip install -e`` and edits it: what it made is made again, with the reason."""

from __future__ import annotations

import json
import subprocess
import sys
import sysconfig
import venv
from pathlib import Path
from typing import Any

import pytest

PROJECT = """
[build-system]
requires = ["hatchling"]
build-backend = "hatchling.build"

[project]
name = "potluck-halves"
version = "1.0"

[project.entry-points."potluck.splitters"]
halves = "halves.plugin"

[tool.hatch.build]
dev-mode-dirs = ["src"]

[tool.hatch.build.targets.wheel]
packages = ["src/halves"]
"""
PLUGIN = '''
"""A splitter that leaves the cutting to another file of its package."""

import potluck
from potluck.contracts import Config, Splitter
from potluck.documents import Chunk

from halves.cutting import pieces


class Halves(Splitter):
    def __init__(self, config, context):
        pass

    def split(self, document):
        size = len(document.text) // pieces()
        for start in range(0, size * pieces(), size):
            yield Chunk(start, start + size, document.text[start : start + size])


@potluck.hookimpl
def potluck_splitter():
    return potluck.Offer("cuts into equal pieces", Config, Halves)
'''


def cutting(pieces: int) -> str:
    return f"def pieces():\n    return {pieces}\n"


@pytest.fixture
def python(tmp_path: Path) -> Path:
    """The Python of an environment to be thrown away, which sees what is installed here."""
    venv.create(tmp_path / "environment", with_pip=False, symlinks=True)
    (own,) = (tmp_path / "environment").glob("lib/python*/site-packages")
    here = json.dumps(sysconfig.get_path("purelib"))
    # Not a bare path: the .pth files of that folder are to count as well.
    (own / "here.pth").write_text(f"import site; site.addsitedir({here})\n", encoding="utf-8")
    return tmp_path / "environment" / "bin" / "python"


@pytest.fixture
def package(tmp_path: Path, python: Path) -> Path:
    """The folder of the installed package's code."""
    code = tmp_path / "外掛 plugin" / "src" / "halves"
    code.mkdir(parents=True)
    (tmp_path / "外掛 plugin" / "pyproject.toml").write_text(PROJECT, encoding="utf-8")
    (code / "__init__.py").touch()
    (code / "plugin.py").write_text(PLUGIN, encoding="utf-8")
    (code / "cutting.py").write_text(cutting(2), encoding="utf-8")
    offline = ["--no-build-isolation", "--no-deps", "--no-index", "--quiet", "--disable-pip-version-check"]
    command = [sys.executable, "-m", "pip", "--python", python, "install", *offline, "-e", code.parents[1]]
    subprocess.run(command, check=True)
    return code


def index(python: Path, recipe: Path) -> Any:
    command = [python, "-m", "potluck", "index", recipe, "--json"]
    done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.mark.slow  # pip and four processes
def test_an_edit_of_any_file_of_an_editable_plugin_has_its_work_done_again(
    tmp_path: Path, python: Path, package: Path
) -> None:
    (tmp_path / "文件.txt").write_text("大門密碼是四四一一。" * 4, encoding="utf-8")
    recipe = tmp_path / "recipe.yaml"
    recipe.write_text("documents: 文件.txt\nsplitter: halves\n", encoding="utf-8")
    first = index(python, recipe)
    assert (first["split"], first["chunks"]["added"]) == (1, 2)
    assert index(python, recipe)["split"] == 0

    (package / "cutting.py").write_text(cutting(4), encoding="utf-8")

    again = index(python, recipe)
    assert (again["split"], again["loaded"]) == (1, 0)
    assert again["chunks"]["added"] == 4
    assert again["notes"][0] == "1 document is split again because the code of the splitter changed"
    assert index(python, recipe)["split"] == 0
