"""The tests of a new package fail until README, project and example follow what its author changes.

Modules: ``potluck.scaffold.create``.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from collections.abc import Sequence
from pathlib import Path

import pytest

from potluck.scaffold import create_package
from support.fake_plugins import install, visible

pytestmark = pytest.mark.slow

CODE = "src/potluck_moon/__init__.py"
WRITTEN = ("README.md", "pyproject.toml", "example/recipe.yaml")
"""What has to follow."""


@pytest.fixture
def package(tmp_path: Path) -> Path:
    return create_package("splitter", "moon", tmp_path).folder


def ended(package: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[int, str]:
    """How the tests of README and example end, with the package installed as it stands."""
    site = package.parent / f"site{len(list(package.parent.iterdir()))}"
    project = tomllib.loads((package / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    code = (package / CODE).read_text(encoding="utf-8")
    install(site, "potluck-moon", project["entry-points"], {"potluck_moon": code})
    with visible(site, monkeypatch):
        run = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "tests/test_example.py"]
        done = subprocess.run(run, cwd=package, capture_output=True, encoding="utf-8", check=False)
    return done.returncode, done.stdout


def replace(package: Path, names: Sequence[str], old: str, new: str) -> None:
    for name in names:
        path = package / name
        path.write_text(re.sub(old, new, path.read_text(encoding="utf-8")), encoding="utf-8")


@pytest.mark.parametrize(
    ("source", "old", "new", "complaint"),
    [
        (CODE, r"\bsentences(?=: int)|(?<=config\.)sentences", "count", "unknown key 'sentences'"),
        ("pyproject.toml", r"(?m)^moon = ", "crater = ", "unknown splitter 'moon'"),
        (CODE, "a chunk for every few sentences", "a chunk for every crater", "README.md does not say"),
    ],
    ids=["setting", "name", "summary"],
)
def test_what_an_author_changes_is_missed_until_it_is_said_everywhere(
    source: str, old: str, new: str, complaint: str, package: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert ended(package, monkeypatch)[0] == 0
    replace(package, (source,), old, new)
    status, printed = ended(package, monkeypatch)
    assert status == 1
    assert complaint in printed

    follow = {
        "count": (r"sentences: (?=\d)", "count: "),
        "crater = ": ("use: moon", "use: crater"),
        "a chunk for every crater": ("a chunk for every few sentences", "a chunk for every crater"),
    }
    replace(package, WRITTEN, *follow[new])
    assert ended(package, monkeypatch)[0] == 0
