"""What became of a plugin that was examined, and when it is broken.

Modules: ``potluck.doctor.examine``.
"""

from __future__ import annotations

from typing import Any

import pytest

from potluck.doctor.examine import Examination
from potluck.plugins import Plugin, installed_plugins


@pytest.fixture
def plugin() -> Plugin:
    return installed_plugins()[0]


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
