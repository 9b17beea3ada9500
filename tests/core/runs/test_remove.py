"""Whole runs are removed and nothing else, also when that is killed midway or another process works there.

Modules: ``potluck.runs.remove``.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import Never

import pytest

from potluck.errors import RunNotFound
from potluck.runs.find import runs_of
from potluck.runs.remove import remove_runs
from potluck.workspace import Workspace
from potluck.workspace.manifests import write_manifest

ONE, TWO, THREE = (f"20261130-08000{number}-abcd" for number in range(3))


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    workspace = Workspace(tmp_path / "專案" / ".potluck")
    for name in (ONE, TWO, THREE):
        folder = workspace.run_folder(name)
        write_manifest(folder, {"run": name})
        (folder / "answers.jsonl").write_text("{}\n")
    (workspace.folder / "tuned").mkdir()
    workspace.close()
    return tmp_path / "專案" / ".potluck"


def files(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*")}


def test_a_run_goes_whole_and_all_else_stays(home: Path) -> None:
    before = files(home)

    remove_runs([home / "runs" / TWO])

    assert before - files(home) == {f"runs/{TWO}", f"runs/{TWO}/manifest.json", f"runs/{TWO}/answers.jsonl"}
    assert files(home) <= before


def test_where_one_is_not_a_run_none_is_removed(home: Path, tmp_path: Path) -> None:
    (home / "runs" / "link").symlink_to(home / "runs" / ONE)
    write_manifest(tmp_path / "a" / "mine", {})
    (home / "runs" / "being-written").mkdir()
    for other in (tmp_path / "a" / "mine", home / "runs" / "link", home / "runs" / "being-written", home):
        with pytest.raises(RunNotFound, match="is not a run in the folder 'runs' of a workspace: nothing was removed"):
            remove_runs([home / "runs" / TWO, other])

    assert {run.name for run in runs_of(home)} == {ONE, TWO, THREE}


def test_a_run_that_another_process_has_removed_meanwhile_is_gone_as_well(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rename = os.rename

    def rename_second(folder: Path, target: Path) -> None:
        shutil.rmtree(folder, ignore_errors=folder.name != ONE)
        rename(folder, target)

    monkeypatch.setattr(os, "rename", rename_second)
    remove_runs([home / "runs" / ONE, home / "runs" / TWO])

    assert [run.name for run in runs_of(home)] == [THREE]


@pytest.mark.parametrize("moment", ["rename", "rmtree"])
@pytest.mark.parametrize("cleared_by", ["rm", "the next writer"])
def test_killed_at_any_moment_a_run_is_whole_or_gone_and_what_is_left_is_cleared(
    home: Path, monkeypatch: pytest.MonkeyPatch, moment: str, cleared_by: str
) -> None:
    def end(*arguments: object, **named: object) -> Never:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(os if moment == "rename" else shutil, moment, end)
        with pytest.raises(KeyboardInterrupt):
            remove_runs([home / "runs" / ONE])

    left = {run.name for run in runs_of(home)}
    assert left == ({ONE, TWO, THREE} if moment == "rename" else {TWO, THREE})
    assert all((home / "runs" / name / "answers.jsonl").is_file() for name in left)
    assert len(list(home.glob(".removed-*"))) == (moment == "rmtree")
    if cleared_by == "rm":
        remove_runs([home / "runs" / TWO])
    else:
        workspace = Workspace(home)
        with workspace.write_lock():
            pass
        workspace.close()
    assert list(home.glob(".removed-*")) == []


def test_a_workspace_that_is_being_written_may_lose_a_run_meanwhile(home: Path) -> None:
    workspace = Workspace(home)
    with workspace.write_lock():
        remove_runs([home / "runs" / ONE])
        write_manifest(workspace.run_folder("20261130-090000-eeee"), {})
    workspace.close()

    assert {run.name for run in runs_of(home)} == {TWO, THREE, "20261130-090000-eeee"}
