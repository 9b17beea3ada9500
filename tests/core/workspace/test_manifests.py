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
from potluck.workspace.manifests import new_run_id, surroundings, write_lines, write_manifest


def test_a_run_is_named_after_its_time_in_utc_and_no_two_alike() -> None:
    before = datetime.now(UTC).replace(microsecond=0)
    names = [new_run_id() for _ in range(50)]

    assert all(re.fullmatch(r"\d{8}-\d{6}-[0-9a-f]{4}", name) for name in names)
    assert len(set(names)) > 40
    begun = datetime.strptime(names[0][:15], "%Y%m%d-%H%M%S").replace(tzinfo=UTC)
    assert before <= begun <= before + timedelta(seconds=30)


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


def test_files_are_utf_8_as_people_read_it(tmp_path: Path) -> None:
    path = write_manifest(tmp_path / ".potluck" / "runs" / "a", {"name": "軌道"})
    write_lines(tmp_path / "answers.jsonl", [{"q": "短鋼軌"}, {"q": "b"}])

    assert path == tmp_path / ".potluck" / "runs" / "a" / "manifest.json"
    assert path.read_text(encoding="utf-8") == '{\n  "name": "軌道"\n}\n'
    assert (tmp_path / "answers.jsonl").read_text(encoding="utf-8") == '{"q": "短鋼軌"}\n{"q": "b"}\n'
