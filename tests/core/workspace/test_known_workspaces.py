"""Where this user's workspaces are is written down: paths only, whole or not at all, and no longer than they are there.

Modules: ``potluck.workspace.known_workspaces``.
"""

from __future__ import annotations

import shutil
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from potluck.workspace.known_workspaces import known_workspaces, remember_workspace
from potluck.workspace.manifests import write_manifest


@pytest.fixture
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    return tmp_path / "state" / "potluck" / "workspaces"


def workspace(folder: Path) -> Path:
    (folder / ".potluck" / "runs").mkdir(parents=True)
    return folder / ".potluck"


def test_a_workspace_is_known_from_its_first_run_on(state: Path, tmp_path: Path) -> None:
    assert known_workspaces() == []
    made = [workspace(tmp_path / name) for name in ("軌道 規範", "b")]
    for folder in made:
        write_manifest(folder / "runs" / "20261130-000000-abcd", {})

    assert known_workspaces() == sorted(made)


def test_its_record_holds_the_path_and_nothing_else_and_is_read_by_nobody_else(state: Path, tmp_path: Path) -> None:
    remember_workspace(workspace(tmp_path / "專案"))
    (record,) = state.iterdir()

    assert record.read_text(encoding="utf-8") == str(tmp_path / "專案" / ".potluck")
    assert stat.S_IMODE(record.stat().st_mode) == 0o600
    assert stat.S_IMODE(state.stat().st_mode) == 0o700


def test_a_workspace_that_is_gone_is_forgotten(state: Path, tmp_path: Path) -> None:
    stays, goes = workspace(tmp_path / "a"), workspace(tmp_path / "b")
    remember_workspace(stays)
    remember_workspace(goes)
    shutil.rmtree(goes)

    assert known_workspaces() == [stays]
    assert len(list(state.iterdir())) == 1


@pytest.mark.parametrize("content", [b"", b"/etc", b"\xff\xfe", b"a\0b"])
def test_a_damaged_record_leads_nowhere_and_is_removed(state: Path, tmp_path: Path, content: bytes) -> None:
    folder = workspace(tmp_path / "a")
    remember_workspace(folder)
    (record,) = state.iterdir()
    record.write_bytes(content)

    assert known_workspaces() == []
    assert list(state.iterdir()) == []
    remember_workspace(folder)
    assert known_workspaces() == [folder]


def test_a_path_that_is_not_text_is_known_too(state: Path, tmp_path: Path) -> None:
    folder = workspace(tmp_path / "caf\udce9")
    remember_workspace(folder)

    assert known_workspaces() == [folder]


def test_what_another_process_is_writing_is_left_alone(state: Path, tmp_path: Path) -> None:
    remember_workspace(workspace(tmp_path / "a"))
    (state / ".abc.potluck-1").write_bytes(b"half")

    known_workspaces()

    assert (state / ".abc.potluck-1").exists()


def test_a_place_that_cannot_be_written_stops_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "state").write_text("in the way")
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))

    remember_workspace(workspace(tmp_path / "a"))

    assert known_workspaces() == []


def test_many_may_write_at_once(state: Path, tmp_path: Path) -> None:
    folders = [workspace(tmp_path / str(number)) for number in range(6)]
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(remember_workspace, folders * 8))

    assert known_workspaces() == sorted(folders)
