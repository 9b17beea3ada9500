"""Who watches is said by the recipe, and by the environment what the recipe does not say.

Modules: ``potluck.recipe.observer_keys``.
"""

from __future__ import annotations

import pytest

from potluck import plugins
from potluck.contracts import Config
from potluck.recipe.model import ComponentSpec
from potluck.recipe.nodes import Findings, Node, Place
from potluck.recipe.observer_keys import VARIABLE, nodes_of_list, read_observers
from potluck.recipe.yaml_reader import parse_yaml


def part_of(node: Node) -> ComponentSpec | None:
    name = node.children()["use"].value
    return ComponentSpec("observer", str(name), plugins.find("observer", str(name)), Config()) if name != "無" else None


def watching(text: str, findings: Findings) -> list[tuple[str, str, int, int]]:
    found = read_observers(parse_yaml(text, findings), part_of, findings)
    return [(part.name, place.file, place.line, place.column) for part, place in found]


def test_those_of_the_recipe_come_first_and_those_of_the_environment_that_it_does_not_name_follow(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv(VARIABLE, " jsonl ,, opentelemetry,opentelemetry,potluck:jsonl, 無")
    findings = Findings("食譜.yaml", "")

    assert watching("observers: [progress, {use: jsonl, path: 事件}]\n", findings) == [
        ("progress", "食譜.yaml", 1, 13),
        ("jsonl", "食譜.yaml", 1, 23),
        ("opentelemetry", "POTLUCK_OBSERVERS", 0, 0),
    ]
    assert not findings


def test_one_of_the_environment_watches_once_however_it_is_called(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, "jsonl,potluck:jsonl")

    assert [name for name, *_ in watching("name: a\n", Findings("a", ""))] == ["jsonl"]


def test_a_recipe_may_name_one_twice_or_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(VARIABLE, raising=False)
    findings = Findings("a", "")

    assert [name for name, *_ in watching("observers: [jsonl, jsonl, 無]\n", findings)] == ["jsonl", "jsonl"]
    assert watching("observers: null\n", findings) == []
    assert not findings


def test_entries_are_names_or_mappings_with_use() -> None:
    findings = Findings("a", "")
    root = parse_yaml("metrics: [甲, {use: 乙}, 3, [丙], null]\n", findings)
    found = list(nodes_of_list(root, "metrics", findings))

    assert [node.plain() for node in found] == [{"use": "甲"}, {"use": "乙"}]
    assert (found[0].place, found[0].keys) == (Place("a", 1, 11), {"use": Place("a", 1, 11)})
    expected = "metrics: expected names of plugins, or mappings with 'use', got"
    assert [(place.column, message) for place, message in findings] == [
        (24, f"{expected} 3"),
        (27, f"{expected} a list"),
        (32, f"{expected} nothing"),
    ]


def test_one_plugin_needs_no_list() -> None:
    findings = Findings("a", "")

    for text in ("metrics: 甲\n", "metrics: {use: 甲}\n"):
        assert [node.plain() for node in nodes_of_list(parse_yaml(text, findings), "metrics", findings)] == [
            {"use": "甲"}
        ]
    assert list(nodes_of_list(parse_yaml("name: 甲\n", findings), "metrics", findings)) == []
    assert not findings
