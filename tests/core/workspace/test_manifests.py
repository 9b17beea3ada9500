"""What is kept of a run: its name, what it was made with, its files.

Modules: ``potluck.workspace.manifests``.
"""

from __future__ import annotations

import platform
import re
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

import potluck
from potluck.workspace.known_workspaces import known_workspaces
from potluck.workspace.manifests import new_run_id, surroundings, write_lines, write_manifest


def test_a_run_is_named_after_its_time_in_utc() -> None:
    before = datetime.now(UTC).replace(microsecond=0)

    name = new_run_id()

    assert re.fullmatch(r"\d{8}-\d{6}-[0-9a-f]{4}", name)
    begun = datetime.strptime(name[:15], "%Y%m%d-%H%M%S").replace(tzinfo=UTC)
    assert before <= begun <= before + timedelta(seconds=30)


def test_names_of_runs_of_one_second_sort_by_their_time(monkeypatch: pytest.MonkeyPatch) -> None:
    started = 1_796_000_000 * 10**9
    names = list[str]()
    for nanoseconds in (0, 20_000, 500_000_000, 999_999_999):
        monkeypatch.setattr(time, "time_ns", lambda now=started + nanoseconds: now)
        names.append(new_run_id())

    assert names == sorted(set(names))
    assert [name[-4:] for name in names] == ["0000", "0001", "8000", "ffff"]
    assert len({name[:15] for name in names}) == 1


def test_the_time_zone_of_the_machine_changes_no_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "Asia/Taipei")
    time.tzset()
    try:
        assert new_run_id()[:11] == datetime.now(UTC).strftime("%Y%m%d-%H")
    finally:
        monkeypatch.undo()
        time.tzset()


def test_a_manifest_names_potluck_python_and_the_system() -> None:
    assert surroundings() == {
        "potluck": potluck.__version__,
        "python": platform.python_version(),
        "system": platform.platform(),
    }


def test_the_workspace_of_a_run_is_remembered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))

    write_manifest(tmp_path / "專案" / ".potluck" / "runs" / "1", {})

    assert known_workspaces() == [tmp_path / "專案" / ".potluck"]


def test_files_are_utf_8_as_people_read_it(tmp_path: Path) -> None:
    path = write_manifest(tmp_path / ".potluck" / "runs" / "a", {"name": "軌道"})
    write_lines(tmp_path / "answers.jsonl", [{"q": "短鋼軌"}, {"q": "b"}])

    assert path == tmp_path / ".potluck" / "runs" / "a" / "manifest.json"
    assert path.read_text(encoding="utf-8") == '{\n  "name": "軌道"\n}\n'
    assert (tmp_path / "answers.jsonl").read_text(encoding="utf-8") == '{"q": "短鋼軌"}\n{"q": "b"}\n'
