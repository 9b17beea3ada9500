"""Several recipes in one folder, and a folder that disappears: nobody's work is lost, and nothing is made by halves.

Modules: ``potluck.workspace.__init__``.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from potluck import Recipe
from potluck.errors import RemoteError, WorkspaceGone
from support.fake_plugins import install_hashing, visible


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setenv("EMBEDDED_LOG", str(tmp_path / "embedded.log"))
    with visible(install_hashing(tmp_path / "site"), monkeypatch):
        home = tmp_path / "home"
        home.mkdir()
        for name in ("甲", "乙"):
            (home / f"{name}.txt").write_text(f"{name}的筆記。\n\n" * 30, encoding="utf-8")
            settings = "embedder: hashing\nsplitter: {chunk_size: 20, chunk_overlap: 0}\n"
            (home / f"{name}.yaml").write_text(f"documents: {name}.txt\n{settings}", encoding="utf-8")
        yield home


def begin(path: Path) -> None:
    """Load and split, and break off when the first texts are to be embedded."""

    def broken(texts: object) -> None:
        raise RemoteError("the service is gone; run again")

    with Recipe.load(path) as recipe:
        recipe.components.embedder.embed_passages = broken  # type: ignore[assignment, method-assign]
        with pytest.raises(RemoteError):
            recipe.index()


def texts(path: Path) -> set[str]:
    with Recipe.load(path) as recipe:
        state = recipe.workspace.catalogue.index(recipe.components.index_id)
        assert state is not None
        return {text for (text,) in recipe.workspace.catalogue._db.all("SELECT text FROM documents")}


def test_what_one_recipe_has_begun_another_one_does_not_delete(home: Path) -> None:
    begin(home / "甲.yaml")
    with Recipe.load(home / "乙.yaml") as other:
        other.index()

    with Recipe.load(home / "甲.yaml") as again:
        report = again.index()

    assert (report.loaded, report.split, report.embedded) == (0, 0, 1)


def test_what_another_recipe_has_given_up_stays_for_the_one_that_has_begun_with_it(home: Path) -> None:
    (home / "乙.yaml").write_text((home / "甲.yaml").read_text().replace("chunk_size: 20", "chunk_size: 25"))
    with Recipe.load(home / "甲.yaml") as first:
        first.index()
    begin(home / "乙.yaml")
    kept = (home / "甲.txt").read_text()
    (home / "甲.txt").write_text("別的文字")
    with Recipe.load(home / "甲.yaml") as first:
        first.index()

    assert texts(home / "甲.yaml") == {kept, "別的文字"}


def test_what_a_recipe_has_begun_and_given_up_goes_when_it_is_finished(home: Path) -> None:
    (home / "甲.txt").write_text("不該留下的文字", encoding="utf-8")
    begin(home / "甲.yaml")
    (home / "甲.txt").write_text("別的文字", encoding="utf-8")

    with Recipe.load(home / "甲.yaml") as recipe:
        recipe.index()

    assert texts(home / "甲.yaml") == {"別的文字"}


def test_a_workspace_that_was_deleted_is_told_and_not_made_again_by_halves(home: Path) -> None:
    with Recipe.load(home / "甲.yaml") as session:
        session.index()
        shutil.rmtree(home / ".potluck")

        with pytest.raises(WorkspaceGone, match="was deleted or replaced while it was in use"):
            session.ask("？")
        with pytest.raises(WorkspaceGone):
            session.index()
        for folder_of in (session.workspace.store_folder, session.workspace.run_folder):
            with pytest.raises(WorkspaceGone):
                folder_of("1")
        assert not (home / ".potluck").exists()

    with Recipe.load(home / "甲.yaml") as fresh:
        assert fresh.index().documents.added == 1


def test_a_workspace_that_was_replaced_is_told(home: Path) -> None:
    with Recipe.load(home / "甲.yaml") as session:
        session.index()
        shutil.rmtree(home / ".potluck")
        with Recipe.load(home / "甲.yaml") as other:
            other.index()

        with pytest.raises(WorkspaceGone):
            session.ask("？")
