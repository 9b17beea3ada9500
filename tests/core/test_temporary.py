"""Folders for work that takes long: gone at the end, however it ends. Those of killed processes: test_leftovers.py.

Modules: ``potluck.temporary``.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from potluck.temporary import remove_left, working_folder


def test_a_working_folder_is_gone_at_the_end_even_of_a_failure(tmp_path: Path) -> None:
    def fail() -> None:
        with working_folder(tmp_path / "new", "轉換[1]") as folder:
            (folder / "weights").write_bytes(b"0")
            assert os.listdir(folder) == ["weights"]
            raise ValueError("失敗")

    with pytest.raises(ValueError, match="失敗"):
        fail()

    assert os.listdir(tmp_path / "new") == []


def test_only_what_nobody_holds_and_has_that_name_is_removed(tmp_path: Path) -> None:
    for name in (".work-potluck-dead", ".other-potluck-dead"):
        (tmp_path / name).mkdir()
        (tmp_path / f"{name}.lock").touch()
    with working_folder(tmp_path, "work") as held:
        remove_left(tmp_path, "work")

        assert held.is_dir()
    assert sorted(os.listdir(tmp_path)) == [".other-potluck-dead", ".other-potluck-dead.lock"]
