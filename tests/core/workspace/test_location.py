"""A workspace is beside what is read, or in the user's cache where nothing can be written there.

Modules: ``potluck.workspace.location``.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from potluck.workspace.location import folder_beside, workspace_beside


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("POTLUCK_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


@pytest.fixture
def closed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that the system does not let be written."""
    folder, access = tmp_path / "文件", os.access
    folder.mkdir()

    def refuse(path: Path, mode: int) -> bool:
        return not (mode == os.W_OK and Path(path) == folder) and access(path, mode)

    monkeypatch.setattr(os, "access", refuse)
    return folder


def test_it_is_beside_where_something_can_be_written(tmp_path: Path) -> None:
    assert workspace_beside(tmp_path) == tmp_path / ".potluck"
    assert folder_beside(tmp_path / ".potluck") == tmp_path


def test_else_it_is_in_the_cache_under_the_name_of_the_folder(cache: Path, closed: Path) -> None:
    workspace = workspace_beside(closed)

    assert workspace == cache / "workspaces" / closed.relative_to("/") / ".potluck"
    assert folder_beside(workspace) == closed


def test_one_that_is_beside_already_is_used(cache: Path, closed: Path) -> None:
    (closed / ".potluck").mkdir()

    assert workspace_beside(closed) == closed / ".potluck"


def test_of_a_folder_that_is_not_there_it_is_beside(tmp_path: Path) -> None:
    assert workspace_beside(tmp_path / "none") == tmp_path / "none" / ".potluck"
