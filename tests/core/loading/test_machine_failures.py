"""Failures that the machine must answer for are told apart from those of the file, by the system's numbers.

Modules: ``potluck.loading.machine_failures``.
"""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from potluck.errors import DocumentInaccessible, DocumentLimit, DocumentVanished
from potluck.loading.machine_failures import machine_failure


@pytest.mark.parametrize("number", [errno.EACCES, errno.EIO, errno.EMFILE, errno.ENOSPC, errno.ETIMEDOUT])
def test_what_the_system_refuses_is_not_the_fault_of_the_file(number: int, tmp_path: Path) -> None:
    found = machine_failure(OSError(number, os.strerror(number)), tmp_path)

    assert isinstance(found, DocumentInaccessible)
    assert str(found) == f"it cannot be read: {os.strerror(number)}"


def test_an_error_is_followed_to_what_it_came_from(tmp_path: Path) -> None:
    error = ValueError("bad header")
    error.__cause__ = RuntimeError("reader failed")
    error.__cause__.__context__ = MemoryError()

    assert isinstance(machine_failure(error, tmp_path), DocumentLimit)


def test_a_chain_of_errors_that_is_a_circle_ends(tmp_path: Path) -> None:
    first, second = ValueError("a"), ValueError("b")
    first.__cause__, second.__cause__ = second, first

    assert machine_failure(first, tmp_path) is None


@pytest.mark.parametrize("error", [OSError(errno.EINVAL, "Invalid argument"), OSError("cannot decode"), ValueError()])
def test_what_a_damaged_file_leads_to_is_the_fault_of_the_file(error: Exception, tmp_path: Path) -> None:
    assert machine_failure(error, tmp_path) is None


def test_a_file_that_is_gone_has_vanished_and_one_that_is_there_was_only_out_of_reach(tmp_path: Path) -> None:
    gone = OSError(errno.ENOENT, "No such file or directory")

    assert isinstance(machine_failure(gone, tmp_path / "鎖.txt"), DocumentVanished)
    assert isinstance(machine_failure(gone, tmp_path), DocumentInaccessible)
