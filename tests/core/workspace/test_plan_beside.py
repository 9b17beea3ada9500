"""``plan`` only looks: it makes no workspace, and needs none that can be written."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from potluck import Recipe
from potluck.planning.plan import PlanReport
from support.fake_plugins import install_hashing, visible


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    with visible(install_hashing(tmp_path / "site"), monkeypatch):
        home = tmp_path / "home"
        home.mkdir()
        for number in range(3):
            (home / f"{number}.txt").write_text(f"第{number}號筆記。", encoding="utf-8")
        (home / "recipe.yaml").write_text('documents: "*.txt"\nembedder: hashing\n', encoding="utf-8")
        yield home


def plan(home: Path) -> PlanReport:
    with Recipe.load(home / "recipe.yaml") as recipe:
        return recipe.plan()


def content(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}


def forbid_writing(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    """What the system answers for a folder of another user, or on a medium that cannot be written."""
    access = os.access

    def refusing(path: Path, mode: int) -> bool:
        return not (mode == os.W_OK and Path(path).is_relative_to(folder)) and access(path, mode)

    monkeypatch.setattr(os, "access", refusing)


def test_a_plan_makes_no_workspace(home: Path) -> None:
    before = content(home)

    report = plan(home)

    assert (report.documents, report.texts_to_embed) == (3, 3)
    assert content(home) == before
    assert not (home / ".potluck").exists()


def test_a_plan_knows_what_a_workspace_that_cannot_be_written_holds(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Recipe.load(home / "recipe.yaml") as recipe:
        recipe.index()
    (home / "new.txt").write_text("新的筆記。", encoding="utf-8")
    before = content(home / ".potluck")
    forbid_writing(monkeypatch, home / ".potluck")

    report = plan(home)

    assert (report.documents, report.texts_to_embed) == (4, 1)
    assert content(home / ".potluck") == before


@pytest.mark.skipif(os.geteuid() == 0, reason="nothing is forbidden to root")
def test_a_plan_works_in_a_folder_that_may_only_be_read(home: Path) -> None:
    with Recipe.load(home / "recipe.yaml") as recipe:
        recipe.index()
    for path in (home / ".potluck", home):
        path.chmod(0o555)
    try:
        assert plan(home).texts_to_embed == 0
    finally:
        for path in (home, home / ".potluck"):
            path.chmod(0o755)


def test_a_database_that_sqlite_cannot_open_for_reading_is_copied_as_a_file(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Recipe.load(home / "recipe.yaml") as recipe:
        recipe.index()
        # Beside an open one there is a log with what has not reached the file yet.
        shutil.copytree(home / ".potluck", home / "copy")
    shutil.rmtree(home / ".potluck")
    (home / "copy").rename(home / ".potluck")
    (home / ".potluck" / "catalogue.sqlite-shm").unlink(missing_ok=True)
    (home / ".potluck" / "catalogue.sqlite-shm").mkdir()
    forbid_writing(monkeypatch, home / ".potluck")

    assert plan(home).texts_to_embed == 0


def test_a_plan_beside_a_writer_looks_at_what_was_finished(home: Path) -> None:
    with Recipe.load(home / "recipe.yaml") as recipe:
        recipe.index()
        with recipe.workspace.write_lock():
            assert plan(home).texts_to_embed == 0
