"""What became of a plugin that was examined, when it is broken, and what a hostile one cannot do.

Modules: ``potluck.doctor.examine``.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from potluck.doctor.examine import Examination
from potluck.plugins import CONTRACTS, GROUPS, Plugin, installed_plugins
from support.examined_plugins import examine_package, examined_site
from support.fake_plugins import install, visible
from support.stress_plugins import HOSTILE, install_hostile


@pytest.fixture
def plugin() -> Plugin:
    return installed_plugins()[0]


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    with examined_site(tmp_path, monkeypatch) as site:
        yield site


def rule(kept: bool) -> dict[str, Any]:
    return {"rule": "規則", "kept": kept, "skipped": False, "why": "" if kept else "不同"}


@pytest.mark.parametrize(
    ("said", "broken"),
    [
        ({}, False),
        ({"missing": ("a",), "message": "needs a"}, False),
        ({"problem": "PluginError"}, True),
        ({"reached_for": ("192.0.2.1",)}, True),
        ({"rules": (rule(True),)}, False),
        ({"rules": (rule(True), rule(False))}, True),
    ],
)
def test_a_plugin_is_broken_unless_a_package_puts_it_right(plugin: Plugin, said: dict[str, Any], broken: bool) -> None:
    assert Examination(plugin, **said).is_broken is broken


def test_rules_that_are_broken_say_why_and_json_has_all_of_it(plugin: Plugin) -> None:
    found = Examination(plugin, 0.123456, 1, rules=(rule(True), rule(False)))
    assert found.broken_rules == ["規則: 不同"]
    told = found.as_json()
    assert (told["kind"], told["name"], told["package"]) == (plugin.kind, plugin.name, plugin.package)
    assert (told["seconds"], told["contract"]) == (0.1235, 1)
    assert Examination(plugin).as_json()["seconds"] is None


def test_a_hostile_plugin_costs_one_line(tmp_path: Path, site: Path, capfd: pytest.CaptureFixture[str]) -> None:
    install_hostile(site)
    with pytest.MonkeyPatch.context() as patch, visible(site, patch):
        found = examine_package("hostile-", seconds=5.0)

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
        found = examine_package("leaver")

    assert "ZeroDivisionError" in found["leaver"].message
    left = [p for p in psutil.process_iter(["cmdline"]) if "left-behind" in (p.info["cmdline"] or ())]
    _, alive = psutil.wait_procs(left, timeout=5)
    running = [p for p in alive if p.status() != psutil.STATUS_ZOMBIE]
    for process in running:
        process.kill()
    assert not running


def test_a_package_that_names_another_version_of_the_contract_than_its_plugin_is_told(site: Path) -> None:
    offer = "import potluck\nfrom potluck.contracts import Config\n@potluck.hookimpl\ndef potluck_splitter():\n"
    offer += "    return potluck.Offer('s', Config, object)\n"
    groups = {GROUPS["splitter"]: {"torn": "torn_module"}, CONTRACTS: {"splitter": "v2"}}
    install(site, "potluck-torn", groups, {"torn_module": offer})
    with pytest.MonkeyPatch.context() as patch, visible(site, patch):
        found = examine_package("potluck-torn")["torn"]

    assert (found.problem, found.is_broken) == ("ContractMismatch", True)
    assert found.message.endswith(
        "was written for version 1 of the splitter contract, and its package says version 2 in potluck.contracts: let "
        "both say the same"
    )
