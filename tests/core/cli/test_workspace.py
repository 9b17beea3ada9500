"""``potluck workspace``: whether all is whole, and what was computed again.

Modules: ``potluck.cli.workspace``.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from potluck.cli.workspace import _print
from potluck.workspace.repair import FileReport, RowCounts
from support.commands import potluck, potluck_json


def test_a_workspace_is_told_to_be_missing_whole_or_damaged_and_is_repaired(notes_home: Path) -> None:
    done = potluck("workspace", "check", "recipe.yaml")
    assert (done.returncode, done.stdout) == (0, "no workspace was made yet\n")
    assert potluck("index", "recipe.yaml").returncode == 0
    done = potluck("workspace", "check", "recipe.yaml")
    assert done.returncode == 0
    assert "catalogue.sqlite: whole" in done.stdout

    catalogue = next((notes_home / ".potluck").rglob("catalogue.sqlite"))
    content = catalogue.read_bytes()
    assert content.count("短鋼軌".encode()) > 0
    catalogue.write_bytes(content.replace("短鋼軌".encode(), "長鋼軌".encode()))
    done = potluck("workspace", "check", "recipe.yaml")
    assert done.returncode == 1
    assert "catalogue.sqlite: damaged" in done.stdout
    assert done.stderr == "damaged: potluck workspace repair recipe.yaml\n"
    assert potluck_json("workspace", "check", "recipe.yaml", status=1)["is_whole"] is False

    done = potluck("workspace", "repair", "recipe.yaml")
    assert done.returncode == 0
    assert "computed again: 1 file loaded, " in done.stdout
    assert potluck_json("workspace", "check", "recipe.yaml")["is_whole"] is True


def test_a_file_is_told_with_its_pages_and_the_rows_of_each_table(capsys: pytest.CaptureFixture[str]) -> None:
    rows = {"documents": RowCounts(1200, 3), "chunks": RowCounts(7, 0, readable=False)}

    _print([FileReport("catalogue.sqlite", "*** in\n page 3", rows), FileReport("calls.sqlite")])

    assert capsys.readouterr().out.splitlines() == [
        "catalogue.sqlite: damaged",
        "  pages: *** in page 3",
        "  documents: 1,200 whole, 3 damaged",
        "  chunks: 7 whole, 0 damaged, and others that cannot be read",
        "calls.sqlite: whole",
    ]
