"""A process imports one plugin, writes what it found into a file, and checks it against the rules of its kind.

Modules: ``potluck.doctor.probe``.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

from potluck.doctor import RESULT
from potluck.doctor.examine import examine
from potluck.plugins import GROUPS
from support.examined_plugins import examined_site, plugins_of
from support.fake_plugins import install, visible
from support.stress_plugins import install_hostile


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    with examined_site(tmp_path, monkeypatch) as site:
        yield site


def probe(folder: Path, package: str, name: str, *more: str) -> dict[str, Any]:
    """What the process wrote into a folder about a plugin."""
    (plugin,) = [one for one in plugins_of(package) if one.name == name]
    arguments = [json.dumps(asdict(plugin)), str(folder), *more]
    command = [sys.executable, "-P", "-m", "potluck.doctor.probe", *arguments]
    assert subprocess.run(command, check=False, capture_output=True, timeout=100).returncode == 0
    found: dict[str, Any] = json.loads((folder / RESULT).read_text(encoding="utf-8"))
    return found


def test_a_plugin_that_can_be_used_has_its_contract_and_how_long_its_import_took(site: Path, tmp_path: Path) -> None:
    found = probe(tmp_path, "potluck-one", "good")

    assert found.pop("seconds") >= 0
    assert found == {"contract": 1, "missing": [], "problem": "", "message": "", "reached_for": []}


@pytest.mark.parametrize(
    ("package", "name", "contract", "missing", "problem", "message"),
    [
        ("potluck-one", "late", 99, [], "ContractMismatch", "version 99 of the splitter contract"),
        ("potluck-one", "needy", 1, ["no_such_library", "azure.core"], "", "pip install 'potluck-one[needy]'"),
        ("potluck-two", "odd", None, [], "BrokenPlugin", "has no hook potluck_loader"),
    ],
)
def test_what_is_wrong_or_missing_is_said_and_nothing_is_checked_then(
    site: Path, tmp_path: Path, package: str, name: str, contract: int, missing: list[str], problem: str, message: str
) -> None:
    found = probe(tmp_path, package, name, "--conform")

    assert (found["contract"], found["missing"], found["problem"]) == (contract, missing, problem)
    assert message in found["message"]
    assert {"outcomes", "skipped"}.isdisjoint(found)


def test_settings_that_are_none_of_potlucks_are_a_problem(site: Path, tmp_path: Path) -> None:
    code = "import potluck\n@potluck.hookimpl\ndef potluck_splitter():\n    return potluck.Offer('切', dict, object)\n"
    install(site, "settings", {GROUPS["splitter"]: {"dicts": "split_dicts"}}, {"split_dicts": code})
    with pytest.MonkeyPatch.context() as patch, visible(site, patch):
        found = probe(tmp_path, "settings", "dicts")

    assert found["problem"] == "PluginError"
    assert "the 'config' of its Offer is not a potluck.contracts.Config" in found["message"]


def test_what_a_module_tries_to_send_is_refused_and_told(site: Path, tmp_path: Path) -> None:
    install_hostile(site)
    with pytest.MonkeyPatch.context() as patch, visible(site, patch):
        found = probe(tmp_path, "hostile-", "sends")

    assert found["reached_for"] == ["192.0.2.1"]


def test_plugins_are_held_against_the_rules_of_their_kind_on_demand(site: Path) -> None:
    chosen = [plugin for plugin in plugins_of("potluck-one") if plugin.name != "good"]
    found = {one.plugin.name: one for one in examine(chosen, conform=True)}

    assert found["asking"].skipped == "it has no default for lines: potluck conform --config FILE"
    assert found["sending"].skipped == "it would send texts to example.com"
    assert found["wrong"].broken_rules
    assert found["wrong"].is_broken
    assert (found["needy"].rules, found["late"].rules) == ((), ())


def test_bundled_plugins_keep_the_rules_of_their_kind() -> None:
    chosen = [
        plugin for plugin in plugins_of("potluck") if plugin.qualified_name in ("potluck:recursive", "potluck:jsonl")
    ]

    for one in examine(chosen, conform=True):
        assert len(one.rules) > 5
        assert one.broken_rules == []
        assert one.skipped == ""
