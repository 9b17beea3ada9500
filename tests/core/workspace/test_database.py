"""Databases that several processes open at once.

Modules: ``potluck.workspace.database``.
"""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from potluck.errors import WorkspaceBusy
from potluck.workspace import database
from potluck.workspace.answer_cache import AnswerCache
from potluck.workspace.catalogue import Catalogue
from potluck.workspace.storage_errors import storage_errors

OPENER = """
import sys
from pathlib import Path
from potluck.workspace.answer_cache import AnswerCache
from potluck.workspace.catalogue import Catalogue
for line in sys.stdin:
    for opening in (Catalogue, AnswerCache):
        opening(Path(line.strip() + opening.__name__)).close()
    print("opened", flush=True)
"""


def test_processes_may_open_a_new_one_at_the_same_moment(tmp_path: Path) -> None:
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    processes = [subprocess.Popen([sys.executable, "-c", OPENER], text=True, **pipes) for _ in range(3)]  # type: ignore[call-overload]
    for attempt in range(100):
        for process in processes:
            process.stdin.write(f"{tmp_path / str(attempt)}\n")
            process.stdin.flush()
        for process in processes:
            assert process.stdout.readline() == "opened\n", process.communicate()[1]
    for process in processes:
        process.communicate()


@pytest.mark.parametrize("opening", [Catalogue, AnswerCache])
def test_one_that_is_new_and_in_use_is_waited_for(
    tmp_path: Path, opening: Callable[[Path], Catalogue | AnswerCache], monkeypatch: pytest.MonkeyPatch
) -> None:
    holder = sqlite3.connect(tmp_path / "new.sqlite", isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    monkeypatch.setattr(database.time, "sleep", lambda seconds: holder.execute("COMMIT"))

    opening(tmp_path / "new.sqlite").close()

    assert not holder.in_transaction
    assert holder.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    holder.close()


def test_one_that_stays_locked_is_told_as_such(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("potluck.workspace.catalogue._WAIT", 0.05)
    path = tmp_path / "catalogue.sqlite"
    holder = sqlite3.connect(path)
    holder.execute("BEGIN EXCLUSIVE")

    with pytest.raises(WorkspaceBusy, match="being written by another process"), storage_errors(tmp_path):
        Catalogue(path)
    holder.close()
