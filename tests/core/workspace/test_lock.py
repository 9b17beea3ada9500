"""One writer at a time; a lock is gone when its process is gone."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from potluck.errors import WorkspaceBusy
from potluck.workspace.lock import lock_for_writing, was_killed

HOLDER = """
import sys
from pathlib import Path
from potluck.workspace.lock import lock_for_writing, was_killed
with lock_for_writing(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def holder(tmp_path: Path):
    process = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert process.stdout is not None
    assert process.stdout.readline() == b"held\n"
    yield process
    process.kill()
    process.communicate()


def test_a_second_writer_is_told_who_holds_the_workspace(holder: subprocess.Popen[bytes], tmp_path: Path) -> None:
    with pytest.raises(WorkspaceBusy, match=f"process {holder.pid}"), lock_for_writing(tmp_path, wait=0.05):
        pass


def test_the_lock_of_a_killed_writer_is_free(holder: subprocess.Popen[bytes], tmp_path: Path) -> None:
    holder.send_signal(signal.SIGKILL)
    holder.wait()

    with lock_for_writing(tmp_path, wait=0.05):
        assert (tmp_path / "writer.pid").read_text() == str(os.getpid())


def test_the_lock_can_be_taken_again_after_an_error(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError), lock_for_writing(tmp_path):
        raise RuntimeError

    with lock_for_writing(tmp_path, wait=0.05):
        pass


def test_the_folder_is_made_with_those_above_it(tmp_path: Path) -> None:
    folder = tmp_path / "專案" / ".potluck"

    with lock_for_writing(folder):
        assert (folder / "writer.pid").read_text() == str(os.getpid())
    assert not (folder / "writer.pid").exists()


def test_a_writer_that_finished_was_not_killed(tmp_path: Path) -> None:
    assert not was_killed(tmp_path)

    with lock_for_writing(tmp_path):
        pass

    assert not was_killed(tmp_path)


def test_a_writer_was_killed_once_it_is_gone_without_having_finished(
    holder: subprocess.Popen[bytes], tmp_path: Path
) -> None:
    assert not was_killed(tmp_path)

    holder.send_signal(signal.SIGKILL)
    holder.wait()

    assert was_killed(tmp_path)
