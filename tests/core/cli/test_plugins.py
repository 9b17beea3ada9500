"""``potluck plugins``: what is said of plugins that are slow, broken, hostile or lack something.

Modules: ``potluck.cli.plugins``, ``potluck.doctor.examine``, ``potluck.doctor.probe``.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from potluck.doctor.examine import Examination, examine
from potluck.plugins import FILE_TYPES, GROUPS, Plugin, installed_plugins
from support.commands import potluck
from support.fake_plugins import install, install_hashing, visible
from support.stress_plugins import HOSTILE, install_hostile

OFFER = """
import potluck
from potluck.contracts import Config, Splitter
class Cutter(Splitter):
    def __init__(self, config, context): pass
    def split(self, document): {split}
class Settings(Config):
    {setting}
@potluck.hookimpl
def potluck_splitter():
    return potluck.Offer("cuts", Settings, Cutter, {more})
"""

SPLITS = {
    "good": {},
    "late": {"more": "contract=99"},
    "needy": {"more": "requires=('no_such_library', 'azure.core'), extra='needy'"},
    "asking": {"setting": "lines: int"},
    "sending": {"more": "sends_to=lambda config: 'example.com'"},
    "wrong": {"split": "return iter([1])"},
}


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    modules = {
        f"split_{name}": OFFER.format(**{"more": "", "setting": "pass", "split": "return iter(())", **parts})
        for name, parts in SPLITS.items()
    }
    site = install(tmp_path / "site", "potluck-one", {GROUPS["splitter"]: {n: f"split_{n}" for n in SPLITS}}, modules)
    groups = {GROUPS["splitter"]: {"good": "split_good"}, GROUPS["loader"]: {"odd": "split_good"}}
    install(site, "potluck-two", {**groups, FILE_TYPES: {"XYZ": "odd", "LOG": "odd", "md": "gone"}}, {})
    with (site / "potluck_one-1.0.dist-info" / "METADATA").open("a", encoding="utf-8") as metadata:
        metadata.write("Provides-Extra: needy\nRequires-Dist: no-such-library>=1; extra == 'needy'\n")
    install_hashing(site)
    monkeypatch.setenv("STRESS_MARKS", str(tmp_path))
    with visible(site, monkeypatch):
        yield site


def of(package: str) -> list[Plugin]:
    return [plugin for plugin in installed_plugins() if plugin.package.startswith(package)]


def examined(package: str, seconds: float = 20.0) -> Mapping[str, Examination]:
    return {one.plugin.name: one for one in examine(of(package), seconds)}


def rows(*arguments: str) -> dict[str, dict[str, Any]]:
    found = json.loads(potluck("plugins", "list", "splitter", "--json", *arguments).stdout)
    return {row["name"]: row for row in found if row["package"] == "potluck-one"}


def test_the_list_says_what_metadata_says_and_no_more(site: Path) -> None:
    found = rows()

    assert found["needy"]["missing"] == ["no-such-library"]
    assert found["good"]["missing"] is None  # the package lacks something, which may be for this plugin
    assert {row["contract"] for row in found.values()} == {None}


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
        "needs the packages 'no_such_library', 'azure.core'. Run: pip install 'potluck-one[needy]'"
    )
    assert line("2 packages offer a splitter called 'good'")
    assert line("2 loaders claim '.log' files (odd, text)")
    assert line("potluck-two names the loader 'gone' for 1 file types, and no package offers it")
    assert "has no hook potluck_loader" in line("loader    potluck-two:odd")
    assert "1 need packages, 2 are broken; 3 other findings" in lines[-1]
    assert "Traceback" not in done.stderr


def test_a_hostile_plugin_costs_one_line(tmp_path: Path, site: Path, capfd: pytest.CaptureFixture[str]) -> None:
    install_hostile(site)
    with pytest.MonkeyPatch.context() as patch, visible(site, patch):
        found = examined("hostile-", seconds=5.0)

    label = "splitter '{0}' of hostile-{0} 1.0 does not work: "
    assert {name: one.message.removeprefix(label.format(name)) for name, one in found.items()} == {
        "hangs": "it took longer than 5 s, and was given up",
        "exits": "it ended its process with status 0",
        "leaves": "SystemExit: bye",
        "crashes": "it ended its process: SIGSEGV",
        "raises": "ZeroDivisionError: division by zero",
        "prints": "",
        "floods": "",
        "sends": "",
    }
    assert {name for name, one in found.items() if one.is_broken} == {*HOSTILE} - {"prints", "floods"}
    assert found["sends"].reached_for == ("192.0.2.1",)
    assert capfd.readouterr() == ("", "")
    assert {path.name for path in tmp_path.glob("hostile*")} == set()
    assert {path.name for path in tmp_path.glob("stress_hostile_*")} == {f"stress_hostile_{name}" for name in HOSTILE}


def test_a_process_that_a_plugin_leaves_behind_is_ended(tmp_path: Path, site: Path) -> None:
    import psutil

    waits = "import signal; signal.pause()"
    code = f"import subprocess, sys\nsubprocess.Popen([sys.executable, '-c', {waits!r}, 'left-behind'])\n"
    install(site, "leaver", {GROUPS["splitter"]: {"leaver": "leaver_module"}}, {"leaver_module": code + "1 / 0\n"})
    with pytest.MonkeyPatch.context() as patch, visible(site, patch):
        found = examined("leaver")

    assert "ZeroDivisionError" in found["leaver"].message
    left = [p for p in psutil.process_iter(["cmdline"]) if "left-behind" in (p.info["cmdline"] or ())]
    _, alive = psutil.wait_procs(left, timeout=5)
    running = [p for p in alive if p.status() != psutil.STATUS_ZOMBIE]
    for process in running:
        process.kill()
    assert not running


def test_plugins_are_held_against_the_rules_of_their_kind_on_demand(site: Path) -> None:
    chosen = [plugin for plugin in of("potluck-one") if plugin.name != "good"]
    found = {one.plugin.name: one for one in examine(chosen, conform=True)}

    assert found["asking"].skipped == "it has no default for lines: potluck conform --config FILE"
    assert found["sending"].skipped == "it would send texts to example.com"
    assert found["wrong"].broken_rules
    assert found["wrong"].is_broken
    assert (found["needy"].rules, found["late"].rules) == ((), ())


def test_bundled_plugins_keep_the_rules_of_their_kind() -> None:
    chosen = [plugin for plugin in of("potluck") if plugin.qualified_name in ("potluck:recursive", "potluck:jsonl")]

    for one in examine(chosen, conform=True):
        assert len(one.rules) > 5
        assert one.broken_rules == []
        assert one.skipped == ""


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
        "--set embedder=azure: embedder 'azure' needs the package 'azure.core'. Run: pip install 'potluck-azure[azure]'"
    )
    assert "Traceback" not in done.stderr
