"""``potluck new``: which names a plugin can have, and that its package appears whole or not at all.

Modules: ``potluck.scaffold.create_package``, ``potluck.scaffold.names``.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import get_args

import pytest

from potluck.cli.new import command
from potluck.contracts import KINDS, Kind
from potluck.errors import PotluckError
from potluck.plugins import GROUPS
from potluck.scaffold import create_package
from support.commands import invoke
from support.fake_plugins import install_hashing, visible


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


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("月餅", "made of the letters a to z, digits and hyphens: it has '月'"),
        ("café", "it has 'é'"),
        ("ｌｉｎｅｓ", "it has 'ｌ'"),
        ("My_Lines", "it has 'M' (perhaps 'my-lines')"),
        ("my lines", "it has ' ' (perhaps 'my-lines')"),
        ("../lines", "it has '.' (perhaps 'lines')"),
        ("lines\n", "it has '\\n'"),
        ("", "it has to begin with a letter"),
        ("3d", "it has to begin with a letter"),
        ("my--lines", "single hyphens within"),
        ("lines-", "single hyphens within"),
        ("a" * 31, "too long for a plugin's name: 31 characters, 30 at most"),
        ("class", "a word of Python"),
        ("none", "a word of Python"),
        ("potluck-lines", "leave 'potluck' off"),
    ],
)
def test_a_name_that_cannot_be_is_refused_with_the_reason(name: str, reason: str, tmp_path: Path) -> None:
    with pytest.raises(PotluckError) as refused:
        create_package("splitter", name, tmp_path)

    assert reason in str(refused.value)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("kind", "name", "reason"),
    [
        ("loader", "csv", "a loader called 'csv' is installed already (potluck "),
        ("loader", "md", "files that end in .md are read by the loader 'markdown' already"),
        ("splitter", "plugins", "a module potluck_plugins is installed already"),
        ("tuner", "peft", "its class would be called PeftTuner, as one of potluck's is"),
        ("embedder", "embedder", "its class would be called EmbedderConfig"),
    ],
)
def test_a_name_that_is_taken_is_refused(kind: Kind, name: str, reason: str, tmp_path: Path) -> None:
    with pytest.raises(PotluckError) as refused:
        create_package(kind, name, tmp_path)

    assert reason in str(refused.value)


def test_a_name_is_taken_by_other_packages_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with visible(install_hashing(tmp_path / "site"), monkeypatch):
        with pytest.raises(
            PotluckError, match=r"embedder called 'hashing' is installed already \(potluck-hashing 1.0\)"
        ):
            create_package("embedder", "hashing", tmp_path)
        create_package("splitter", "hashing", tmp_path)


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


def test_the_command_tells_the_files_and_how_to_try_them(tmp_path: Path) -> None:
    told = invoke(command, "loader", "lanterns", "--dir", str(tmp_path / "我的 外掛"))

    assert told.exit_code == 0
    assert "src/potluck_lanterns/__init__.py" in told.output
    assert f"cd '{tmp_path / '我的 外掛' / 'potluck-lanterns'}'" in told.output
    assert told.output.endswith("potluck ask recipe.yaml '第三號道岔怎麼了？'\n")


def test_the_command_speaks_json(tmp_path: Path) -> None:
    told = json.loads(invoke(command, "chat", "parrot", "--dir", str(tmp_path), "--json").output)

    assert (told["kind"], told["name"], told["package"]) == ("chat", "parrot", "potluck-parrot")
    assert Path(told["folder"], "pyproject.toml") == tmp_path / "potluck-parrot" / "pyproject.toml"
    assert "pyproject.toml" in told["files"]
