"""A new plugin's package appears whole or not at all, and is in style.

Modules: ``potluck.scaffold.create``.
"""

from __future__ import annotations

import subprocess
import sys
import tomllib
from pathlib import Path
from typing import get_args

import pytest

from potluck.contracts import KINDS, Kind
from potluck.errors import PotluckError
from potluck.installation import pip_command
from potluck.plugins import GROUPS
from potluck.scaffold import create_package
from potluck.scaffold.create import render_files
from potluck.scaffold.names import Names


def test_every_kind_of_plugin_can_be_begun() -> None:
    assert set(KINDS) == set(get_args(Kind))


@pytest.mark.parametrize("kind", KINDS)
def test_a_package_offers_its_name_in_the_group_of_its_kind(kind: Kind, tmp_path: Path) -> None:
    created = create_package(kind, "moon-cake", tmp_path)

    project = tomllib.loads((created.folder / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert created.folder == tmp_path / "potluck-moon-cake"
    assert project["name"] == "potluck-moon-cake"
    assert project["entry-points"][GROUPS[kind]] == {"moon-cake": "potluck_moon_cake"}
    files = {path.relative_to(created.folder).as_posix() for path in created.folder.rglob("*") if path.is_file()}
    assert files == set(created.files)
    assert {".gitignore", ".github/workflows/test.yml", "README.md", "example/recipe.yaml"} < files
    assert [path.name for path in tmp_path.iterdir()] == ["potluck-moon-cake"]


@pytest.mark.parametrize("name", ["q", "abcdefghijklmnopqrstuvwxyz-123"])
def test_the_code_is_in_style_however_long_the_name_is(name: str, tmp_path: Path) -> None:
    pytest.importorskip("ruff")
    for kind in KINDS:
        create_package(kind, name, tmp_path / kind)

    for check in (["check"], ["format", "--check"]):
        ruff = [sys.executable, "-m", "ruff", *check, "--no-cache", "."]
        done = subprocess.run(ruff, cwd=tmp_path, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout


def test_a_folder_that_exists_is_left_alone(tmp_path: Path) -> None:
    folder = tmp_path / "potluck-lanterns"
    folder.mkdir()

    with pytest.raises(PotluckError, match="exists already: nothing was written"):
        create_package("splitter", "lanterns", tmp_path)

    assert not list(folder.iterdir())


def test_a_folder_that_cannot_be_written_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder", encoding="utf-8")

    with pytest.raises(PotluckError, match="cannot be written"):
        create_package("splitter", "lanterns", tmp_path / "file")


def test_a_package_appears_whole_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write, written = Path.write_text, []

    def full(path: Path, text: str, **options: str) -> int:
        if len(written) == 3:
            raise OSError(28, "No space left on device")
        written.append(path)
        return write(path, text, **options)

    monkeypatch.setattr(Path, "write_text", full)
    with pytest.raises(PotluckError, match="No space left"):
        create_package("splitter", "lanterns", tmp_path)

    assert len(written) == 3
    assert not list(tmp_path.iterdir())


def test_values_stand_in_files_and_in_their_paths(tmp_path: Path) -> None:
    written = dict(render_files(Names("loader", "moon-cake")))

    assert "src/potluck_moon_cake/__init__.py" in written
    assert any(path.endswith(".mooncake") for path in written)
    assert not any("__" in path.replace("__init__", "") or "dot_" in path or ".tmpl" in path for path in written)
    for path, text in written.items():
        assert "<<" not in text, path
    assert "class MoonCakeLoader" in written["src/potluck_moon_cake/__init__.py"]
    assert "class MoonCakeConfig" in written["src/potluck_moon_cake/__init__.py"]


def test_the_steps_try_the_package_in_its_folder(tmp_path: Path) -> None:
    created = create_package("splitter", "lanterns", tmp_path / "我的 外掛")

    assert created.steps[:4] == (
        f"cd '{tmp_path / '我的 外掛' / 'potluck-lanterns'}'", pip_command("-e", ".[test]"), "pytest", "cd example",
    )  # fmt: skip
    assert all(step.startswith("potluck ") for step in created.steps[4:])
    assert len(created.steps) > 4
    assert created.files == tuple(sorted(created.files))
    assert created.as_json() == {
        "kind": "splitter", "name": "lanterns", "package": "potluck-lanterns", "folder": str(created.folder),
        "files": list(created.files), "steps": list(created.steps),
    }  # fmt: skip
