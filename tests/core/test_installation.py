"""The command that installs what is missing is for the environment that runs, and for how a package was installed.

Modules: ``potluck.installation``.
"""

from __future__ import annotations

import ast
import json
import shlex
import sys
from pathlib import Path

import pytest

from potluck.installation import pip_command, pip_command_of_extra

ROOT = Path(__file__).parents[2]
ELSEWHERE = {"core/potluck/installation.py", "core/potluck/tuning/card_code.py"}
"""What decides the wording, and what a model's card says to people on other machines."""
PIP = [sys.executable, "-m", "pip", "install"]


@pytest.fixture(autouse=True)
def _elsewhere(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Another environment's pip is the one that is found."""
    monkeypatch.setenv("PATH", str(executable(tmp_path / "other" / "pip").parent))
    monkeypatch.delenv("VIRTUAL_ENV", raising=False)


def executable(path: Path) -> Path:
    path.parent.mkdir(exist_ok=True)
    path.touch(mode=0o755)
    return path


def install(site: Path, monkeypatch: pytest.MonkeyPatch, url: str = "", **told: object) -> None:
    """A package ``potluck-one`` as pip leaves it behind."""
    folder = site / "potluck_one-1.0.dist-info"
    folder.mkdir(parents=True)
    (folder / "METADATA").write_text("Metadata-Version: 2.1\nName: potluck-one\nVersion: 1.0\n", encoding="utf-8")
    if url:
        (folder / "direct_url.json").write_text(json.dumps({"url": url, **told}), encoding="utf-8")
    monkeypatch.syspath_prepend(str(site))


def test_what_it_says_is_run_by_the_python_that_runs() -> None:
    assert shlex.split(pip_command("scipy", "x>=1")) == [*PIP, "scipy", "x>=1"]


def test_pip_alone_is_named_where_it_is_the_one_of_this_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(Path(sys.executable).parent))

    assert pip_command("scipy") == "pip install scipy"


def test_uv_is_named_where_there_is_no_pip(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)

    assert shlex.split(pip_command("scipy")) == ["uv", "pip", "install", "--python", sys.executable, "scipy"]
    monkeypatch.setenv("VIRTUAL_ENV", sys.prefix)
    assert pip_command("scipy") == "uv pip install scipy"


@pytest.mark.parametrize(("told", "option"), [({"editable": True}, ["-e"]), ({}, [])])
def test_of_a_checkout_its_folder_is_named(
    told: dict[str, bool], option: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    checkout = tmp_path / "我的 碼"
    checkout.mkdir()
    install(tmp_path / "site", monkeypatch, checkout.as_uri(), dir_info=told)

    asked = shlex.split(pip_command_of_extra("needy", "potluck-one"))
    assert asked == [*PIP, *option, f"{checkout}[needy]"]


def test_of_a_wheel_its_file_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    wheel = executable(tmp_path / "dist" / "potluck_one-1.0-py3-none-any.whl")
    install(tmp_path / "site", monkeypatch, wheel.as_uri(), archive_info={})

    assert shlex.split(pip_command_of_extra("needy", "potluck-one")) == [*PIP, f"{wheel}[needy]"]


@pytest.mark.parametrize("url", ["", "file:///gone/potluck_one-1.0-py3-none-any.whl", "https://example.com/one.whl"])
def test_elsewhere_its_name_is_which_pip_finds_installed(
    url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    install(tmp_path / "site", monkeypatch, url)

    assert shlex.split(pip_command_of_extra("needy", "potluck-one")) == [*PIP, "potluck-one[needy]"]


def test_damaged_metadata_do_not_hide_the_message(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    install(tmp_path / "site", monkeypatch, "file:///x")
    (tmp_path / "site" / "potluck_one-1.0.dist-info" / "direct_url.json").write_text("[", encoding="utf-8")

    assert shlex.split(pip_command_of_extra("needy", "potluck-one"))[-1] == "potluck-one[needy]"
    assert shlex.split(pip_command_of_extra("needy", "no-such-package"))[-1] == "no-such-package[needy]"


def test_no_message_names_a_pip_command_of_its_own() -> None:
    """Every one is made by this module, so that it works for how potluck was installed."""
    found = [
        f"{name}:{line}"
        for folder in ("core", "plugins")
        for path in sorted((ROOT / folder).rglob("*.py"))
        for name in [path.relative_to(ROOT).as_posix()]
        if name not in ELSEWHERE
        for line in said(ast.parse(path.read_text(encoding="utf-8")))
    ]

    assert found == []


def said(module: ast.Module) -> list[int]:
    """The lines of texts with a pip command that are no docstrings."""
    bare = {id(node.value) for node in ast.walk(module) if isinstance(node, ast.Expr)}
    return [
        node.lineno
        for node in ast.walk(module)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and "pip install" in node.value
        if id(node) not in bare
    ]
