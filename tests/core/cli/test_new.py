"""``potluck new``: the files of the package, and how to try them.

Modules: ``potluck.cli.new``.
"""

from __future__ import annotations

import json
from pathlib import Path

from potluck.cli.new import command
from support.commands import invoke


def test_the_command_tells_the_files_and_how_to_try_them(tmp_path: Path) -> None:
    told = invoke(command, "loader", "lanterns", "--dir", str(tmp_path / "我的 外掛"))

    assert told.exit_code == 0
    assert "\n  src/potluck_lanterns/__init__.py\n" in told.output
    assert "\nTry it:\n  cd " in told.output
    assert f"cd '{tmp_path / '我的 外掛' / 'potluck-lanterns'}'" in told.output
    assert told.output.endswith("potluck ask recipe.yaml '第三號道岔怎麼了？'\n")


def test_the_command_speaks_json(tmp_path: Path) -> None:
    told = json.loads(invoke(command, "chat", "parrot", "--dir", str(tmp_path), "--json").output)

    assert (told["kind"], told["name"], told["package"]) == ("chat", "parrot", "potluck-parrot")
    assert Path(told["folder"], "pyproject.toml") == tmp_path / "potluck-parrot" / "pyproject.toml"
    assert "pyproject.toml" in told["files"]
