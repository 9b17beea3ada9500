"""Fragments in ``changelog.d`` become the entry of a release, and each has a name that says what it is."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TYPES = {"added", "changed", "deprecated", "removed", "fixed", "security", "authors"}
FRAGMENTS = sorted(path for path in (ROOT / "changelog.d").iterdir() if path.name != "README.md")


def towncrier(folder: Path, *arguments: str) -> str:
    command = [sys.executable, "-m", "towncrier", *arguments]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, encoding="utf-8", check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A copy of what towncrier reads, without fragments."""
    for name in ("pyproject.toml", "CHANGELOG.md"):
        shutil.copy(ROOT / name, tmp_path)
    (tmp_path / "changelog.d").mkdir()
    shutil.copy(ROOT / "changelog.d" / "README.md", tmp_path / "changelog.d")
    return tmp_path


def test_a_release_moves_the_fragments_into_the_changelog_above_older_releases(project: Path) -> None:
    before = (project / "CHANGELOG.md").read_text(encoding="utf-8")
    towncrier(project, "create", "--content", "PDF 的戳記會被讀出來。", "+pdf-stamps.added.md")
    towncrier(project, "build", "--yes", "--version", "7.0.0", "--date", "2026-12-01")
    towncrier(project, "create", "--content", "Stamps may be turned.", "+turned-stamps.fixed.md")
    towncrier(project, "build", "--yes", "--version", "7.1.0", "--date", "2026-12-24")

    head, mark, tail = before.partition("<!-- towncrier release notes start -->\n")
    assert mark
    latest = "## 7.1.0 (2026-12-24)\n\n### Fixed\n\n- Stamps may be turned.\n"
    first = "## 7.0.0 (2026-12-01)\n\n### Added\n\n- PDF 的戳記會被讀出來。\n"
    written = (project / "CHANGELOG.md").read_text(encoding="utf-8")
    assert written.split() == f"{head}{mark}{latest}{first}{tail}".split()
    assert latest in written
    assert first in written
    assert [path.name for path in (project / "changelog.d").iterdir()] == ["README.md"]


def test_every_fragment_of_this_tree_stands_in_the_next_release() -> None:
    draft = " ".join(towncrier(ROOT, "build", "--draft", "--version", "next").split())

    missing = [path.name for path in FRAGMENTS if " ".join(path.read_text(encoding="utf-8").split()) not in draft]
    assert not missing


@pytest.mark.parametrize("path", FRAGMENTS, ids=lambda path: path.name)
def test_a_fragment_is_named_by_its_subject_and_type(path: Path) -> None:
    subject, kind, suffix = path.name.split(".")

    assert subject.startswith("+")
    assert kind in TYPES
    assert suffix == "md"


def test_the_page_for_authors_of_fragments_names_every_type() -> None:
    page = (ROOT / "changelog.d" / "README.md").read_text(encoding="utf-8")

    assert {kind for kind in TYPES if f"`{kind}`" in page} == TYPES
