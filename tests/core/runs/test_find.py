"""A run is found by its folder, its name, an end of it, or as the latest; here first, then in all workspaces.

Modules: ``potluck.runs.find``.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from potluck.errors import AmbiguousRun, RunNotFound
from potluck.runs.find import all_runs, find_run, latest_run, runs_of
from potluck.workspace.manifests import write_manifest

OLD, NEW, NEWEST = "20261129-080000-aaaa", "20261130-080000-bbbb", "20261130-090000-cccc"


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    (tmp_path / "這裡").mkdir()
    monkeypatch.chdir(tmp_path / "這裡")
    return tmp_path / "這裡"


def keep(folder: Path, name: str) -> Path:
    write_manifest(folder / ".potluck" / "runs" / name, {})
    return folder / ".potluck" / "runs" / name


def test_runs_are_listed_with_the_newest_first_over_all_workspaces(here: Path, tmp_path: Path) -> None:
    old, newest, new = keep(here, OLD), keep(tmp_path / "那裡", NEWEST), keep(here, NEW)

    assert all_runs() == [newest, new, old]
    assert runs_of(here / ".potluck") == [new, old]


def test_a_run_without_a_manifest_is_still_being_written(here: Path) -> None:
    kept = keep(here, OLD)
    (kept.parent / NEW).mkdir()
    (kept.parent / NEWEST).symlink_to(kept)

    assert all_runs() == [kept]


def test_a_workspace_that_was_moved_is_found_from_its_own_folder(here: Path, tmp_path: Path) -> None:
    kept = keep(tmp_path / "b", OLD)
    moved = here / ".potluck"
    kept.parents[1].rename(moved)

    assert all_runs() == [moved / "runs" / OLD]


def test_the_latest_is_that_of_the_current_folder_else_of_all(here: Path, tmp_path: Path) -> None:
    with pytest.raises(RunNotFound, match="no run was kept yet: potluck run RECIPE keeps one"):
        latest_run()
    elsewhere = keep(tmp_path / "b", NEWEST)
    keep(tmp_path / "c", NEW)
    assert find_run("latest") == elsewhere
    own = keep(here, OLD)
    assert find_run("latest") == own


def test_a_folder_of_another_name_is_not_taken_for_the_latest(here: Path) -> None:
    keep(here, "最好的")
    new = keep(here, NEW)

    assert latest_run() == new
    assert find_run("最好的").name == "最好的"


@pytest.mark.parametrize("said", [NEW, "20261130", "bbbb", "0-bbbb"])
def test_a_run_is_found_from_anywhere_by_its_name_or_an_end_of_it(here: Path, tmp_path: Path, said: str) -> None:
    keep(here, OLD)
    kept = keep(tmp_path / "b", NEW)

    assert find_run(said) == kept


def test_a_run_is_found_by_its_folder_and_its_manifest(here: Path, tmp_path: Path) -> None:
    kept = keep(tmp_path / "b", NEW)

    assert find_run(str(kept)) == find_run(f"{kept}/manifest.json") == kept
    assert find_run(f"../b/.potluck/runs/{NEW}") == kept


def test_a_run_of_the_current_folder_goes_before_others_of_that_name(here: Path, tmp_path: Path) -> None:
    keep(tmp_path / "copied", OLD)
    own = keep(here, OLD)

    assert find_run(OLD) == find_run("aaaa") == own


@pytest.mark.parametrize(("number", "more"), [(5, []), (7, ["  and 2 more"])])
def test_of_several_that_are_meant_the_message_lists_five(
    here: Path, tmp_path: Path, number: int, more: list[str]
) -> None:
    kept = [keep(tmp_path / str(one), NEW) for one in range(number)]

    with pytest.raises(AmbiguousRun, match=rf"'bbbb' is a part of the names of {number} runs; say which:") as raised:
        find_run("bbbb")

    listed = str(raised.value).splitlines()[1:]
    assert len({line.strip() for line in listed[:5]} & {str(run) for run in kept}) == 5
    assert listed[5:] == more


def test_fewer_than_four_characters_are_not_a_name(here: Path) -> None:
    keep(here, NEW)
    with pytest.raises(RunNotFound):
        find_run("bbb")


def test_what_is_misspelt_gets_a_suggestion_and_the_newest_are_named(here: Path, tmp_path: Path) -> None:
    with pytest.raises(RunNotFound, match=r"there is no run 'none', and no other was kept yet: potluck run"):
        find_run("none")
    for number in range(7):
        keep(here, f"20261130-08000{number}-abc{number}")

    with pytest.raises(RunNotFound) as raised:
        find_run("20261130-080003-abd3")

    assert str(raised.value) == (
        "there is no run '20261130-080003-abd3' (did you mean '20261130-080003-abc3'?); the newest are: "
        "20261130-080006-abc6, 20261130-080005-abc5, 20261130-080004-abc4, 20261130-080003-abc3, "
        "20261130-080002-abc2; all: potluck runs list"
    )
    with pytest.raises(RunNotFound, match=r"\(did you mean 'latest'\?\)"):
        find_run("lates")
