"""``potluck plugins``: what is said of plugins that are slow, broken or lack something.

Modules: ``potluck.cli.plugins``.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from potluck.cli.plugins import _print_examined, _print_summary
from potluck.doctor.examine import Examination
from potluck.installation import pip_command_of_extra
from potluck.plugins import GROUPS, Plugin
from support.commands import potluck
from support.examined_plugins import examined_site
from support.fake_plugins import install

RULES = ("offsets", "order", "pages")


def rules(skipped: str = "") -> tuple[dict[str, Any], ...]:
    """What was found of each rule: the order is wrong, and the last may not apply."""
    return tuple(
        {"rule": name, "kept": name != "order", "why": "亂", "skipped": skipped if name == "pages" else ""}
        for name in RULES
    )


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    with examined_site(tmp_path, monkeypatch) as site:
        yield site


def rows(*arguments: str) -> dict[str, dict[str, Any]]:
    found = json.loads(potluck("plugins", "list", "splitter", "--json", *arguments).stdout)
    return {row["name"]: row for row in found if row["package"] == "potluck-one"}


def test_the_list_says_what_metadata_says_and_no_more(site: Path) -> None:
    found = rows()

    assert found["needy"]["missing"] == ["no-such-library"]
    assert found["good"]["missing"] is None  # the package lacks something, which may be for this plugin
    assert {row["contract"] for row in found.values()} == {None}


def test_the_version_of_a_contract_is_read_from_metadata_without_an_import(site: Path) -> None:
    (site / "split_good.py").write_text("raise RuntimeError('imported')", encoding="utf-8")
    found = json.loads(potluck("plugins", "list", "--json").stdout)

    contracts = {(row["kind"], row["name"]): row["contract"] for row in found if row["package"] == "potluck-two"}
    assert contracts == {("splitter", "good"): 1, ("loader", "odd"): 2}


def test_the_list_with_import_is_certain(site: Path) -> None:
    found = rows("--import")

    assert found["needy"]["missing"] == ["no_such_library", "azure.core"]
    assert found["good"]["missing"] == []
    assert (found["good"]["contract"], found["late"]["contract"]) == (1, 99)


def test_the_list_of_bundled_plugins_is_whole_and_aligned() -> None:
    done = potluck("plugins", "list", "observer")

    head, *lines = done.stdout.splitlines()
    assert head.split() == ["kind", "name", "package", "contract", "missing"]
    assert {tuple(line.split()) for line in lines} >= {("observer", "jsonl", "potluck", "0.1.0", "1", "-")}
    assert {line.index("potluck") for line in lines} == {head.index("package")}


@pytest.mark.slow
def test_the_doctor_says_a_line_of_each_and_how_long_its_import_takes(site: Path) -> None:
    done = potluck("plugins", "doctor")
    lines = done.stdout.splitlines()

    def line(start: str) -> str:
        (found,) = [line for line in lines if line.startswith(start)]
        return " ".join(found.split())

    assert done.returncode == 1
    assert line("embedder  potluck-hashing:hashing").endswith(" ms can be used")
    assert "was written for version 99 of the splitter contract" in line("splitter  potluck-one:late")
    assert line("splitter  potluck-one:needy").endswith(
        f"needs the packages 'no_such_library', 'azure.core'. Run: {pip_command_of_extra('needy', 'potluck-one')}"
    )
    assert line("2 packages offer a splitter called 'good'")
    assert line("2 loaders claim '.log' files (odd, text)")
    assert line("potluck-two names the loader 'gone' for 1 file types, and no package offers it")
    assert "has no hook potluck_loader" in line("loader    potluck-two:odd")
    assert "1 need packages, 2 are broken; 3 other findings" in lines[-1]
    assert "Traceback" not in done.stderr


@pytest.fixture
def home(site: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    code = "import potluck\nfrom potluck.contracts import EmbedderConfig\n@potluck.hookimpl\ndef potluck_embedder():\n"
    code += "    return potluck.Offer('e', EmbedderConfig, object, requires=('azure.core',), extra='azure')\n"
    install(site, "potluck-azure", {GROUPS["embedder"]: {"azure": "azure_embedder"}}, {"azure_embedder": code})
    home = tmp_path / "home"
    home.mkdir()
    (home / "a.txt").write_text("短鋼軌：係指長度在標準長度以下5m以上之鋼軌。\n", encoding="utf-8")
    (home / "recipe.yaml").write_text("documents: a.txt\nembedder: hashing\n", encoding="utf-8")
    monkeypatch.chdir(home)
    return home


def test_a_missing_package_is_silent_unless_it_is_asked_for(home: Path) -> None:
    for arguments in (["--help"], ["index", "recipe.yaml"], ["ask", "recipe.yaml", "短鋼軌是什麼？"]):
        done = potluck(*arguments)
        assert done.returncode == 0
        assert done.stderr == ""
        assert "azure" not in done.stdout


@pytest.mark.parametrize("command", [["index"], ["plan"], ["run"], ["ask"]], ids=" ".join)
def test_a_missing_package_that_a_recipe_needs_is_said_with_the_command(home: Path, command: list[str]) -> None:
    question = ["短鋼軌是什麼？"] if command == ["ask"] else []
    done = potluck(*command, "recipe.yaml", *question, "--set", "embedder=azure")

    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr.splitlines()[0] == (
        "--set embedder=azure: embedder 'azure' needs the package 'azure.core'. "
        f"Run: {pip_command_of_extra('azure', 'potluck-azure')}"
    )
    assert "Traceback" not in done.stderr


PLUGIN = Plugin("splitter", "甲", "potluck-one", "1.0", "module")


@pytest.mark.parametrize(
    ("found", "lines"),
    [
        ({"seconds": 0.0124}, ["12 ms  can be used"]),
        ({"seconds": 1.0}, ["1,000 ms  can be used"]),
        (
            {"seconds": 1.5},
            ["1,500 ms  can be used; slow: heavy libraries belong into the methods that need them"],
        ),
        ({"problem": "BrokenPlugin", "message": "壞了"}, ["壞了"]),
        (
            {"seconds": 0.1, "reached_for": ("a.tw", "b.tw")},
            ["100 ms  can be used; when it is imported it tries to reach a.tw, b.tw, which was refused"],
        ),
        (
            {"seconds": 0.1, "skipped": "it sends texts"},
            ["100 ms  can be used; not checked against the rules: it sends texts"],
        ),
        (
            {"seconds": 0.1, "rules": rules()},
            ["100 ms  can be used; 2 of 3 rules are kept", "order: 亂"],
        ),
        (
            {"seconds": 0.1, "rules": rules(skipped="no sample has pages")},
            ["100 ms  can be used; 1 of 2 rules are kept; 1 rule does not apply", "order: 亂"],
        ),
    ],
)
def test_the_doctor_says_what_it_found_of_a_plugin(
    found: dict[str, Any], lines: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    _print_examined(Examination(PLUGIN, **found))

    first, *rest = capsys.readouterr().out.splitlines()
    assert first.startswith(f"{'splitter':9} {'potluck-one:甲':32} ")
    assert [first[42:].strip(), *(line.strip() for line in rest)] == lines


def test_the_doctor_counts_what_can_be_used(capsys: pytest.CaptureFixture[str]) -> None:
    found = [
        Examination(PLUGIN),
        Examination(PLUGIN),
        Examination(PLUGIN, missing=("x",)),
        Examination(PLUGIN, problem="BrokenPlugin"),
    ]

    _print_summary(found, 5)

    assert capsys.readouterr().out == "4 plugins: 2 can be used, 1 need packages, 1 are broken; 5 other findings\n"
