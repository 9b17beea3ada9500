"""The folder of a recipe: what stands where in it, that it is ignored by git, and what is closed with it.

Modules: ``potluck.workspace``.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from potluck.errors import RecipeClosed, WorkspaceGone
from potluck.workspace import Workspace


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    with closing(Workspace(tmp_path / "專案" / "one" / ".potluck")) as opened:
        yield opened


PLACES: dict[str, Callable[[Workspace], Path]] = {
    "stores/索引": lambda one: one.store_folder("索引"),
    "retrievers/索引/f": lambda one: one.retriever_folder("索引", "f"),
    "runs/20261130-1": lambda one: one.run_folder("20261130-1"),
}


@pytest.mark.parametrize("place", PLACES)
def test_each_thing_has_its_folder_as_long_as_the_workspace_is_there(place: str, workspace: Workspace) -> None:
    assert PLACES[place](workspace) == workspace.folder / place

    shutil.rmtree(workspace.folder)
    with pytest.raises(WorkspaceGone):
        PLACES[place](workspace)


def test_git_ignores_it_unless_the_user_has_said_otherwise(workspace: Workspace) -> None:
    ignore = workspace.folder / ".gitignore"
    assert ignore.read_bytes() == b"*\n"

    ignore.write_text("!runs\n", encoding="utf-8")
    Workspace(workspace.folder).close()
    assert ignore.read_text(encoding="utf-8") == "!runs\n"


def test_the_answers_are_closed_with_it(workspace: Workspace) -> None:
    answers = workspace.answer_cache
    assert workspace.answer_cache is answers

    workspace.close()

    with pytest.raises(RecipeClosed):
        answers.answer("k")


def test_a_fresh_one_takes_no_answer_that_was_kept_before(workspace: Workspace) -> None:
    workspace.answer_cache.keep_answer("k", {"text": "舊"})

    with closing(Workspace(workspace.folder, fresh=True)) as fresh:
        assert fresh.answer_cache.answer("k") is None
    with closing(Workspace(workspace.folder)) as again:
        assert again.answer_cache.answer("k") == {"text": "舊"}


def test_a_writer_clears_what_a_killed_removal_has_left(workspace: Workspace) -> None:
    left = workspace.folder / ".removed-potluck-20261130-1-ab"
    left.mkdir()
    (left / "manifest.json").touch()

    with workspace.write_lock():
        assert not left.exists()
