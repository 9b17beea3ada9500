"""A recipe that is being read gives each key's parser its node, its text or its settings.

Modules: ``potluck.recipe.source``.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from potluck.recipe.model import AnswerSettings, RetrieverSettings, ShotSettings
from potluck.recipe.nodes import Findings, Place
from potluck.recipe.source import RecipeSource
from potluck.recipe.yaml_reader import parse_yaml

Problems = Callable[..., list[str]]

START = "documents: notes/*.txt\nembedder: hashing\n"
"""The beginning of the recipes in the table: what comes below begins in line 3."""

ENVIRONMENT = "environment references ${NAME} are for secrets only"

CASES = [
    (
        "answer: stuf\n",
        "3:9: answer.method: expected one of 'stuff', 'map_reduce', 'refine', 'map_rerank', got 'stuf' "
        "(did you mean 'stuff'?)",
    ),
    ("answer: [stuff]\n", "3:9: answer: expected a mapping, got a list"),
    ("name: []\n", "3:7: name: expected a text, got an empty list"),
    ("name: 2024\n", "3:7: name: expected a text, got 2024; put quotes around it"),
    ("name: ' '\n", "3:7: name: expected a text, got ' '"),
    ("name: ${HOME}\n", f"3:7: {ENVIRONMENT}"),
    ("name: true\n", "3:7: name: expected a text, got true; put quotes around it"),
    ("name: {甲: 乙}\n", "3:7: name: expected a text, got a mapping; put quotes around it"),
    ("name: [甲]\n", "3:7: name: expected a text, got a list"),
    ("name: '　'\n", "3:7: name: expected a text, got '\\u3000'"),
]


def source_of(text: str, path: Path = Path("食譜.yaml")) -> RecipeSource:
    findings = Findings("食譜.yaml", text)
    return RecipeSource(parse_yaml(text, findings), path, True, findings)


@pytest.mark.parametrize(("text", "expected"), CASES, ids=lambda value: repr(value)[:40])
def test_each_mistake_is_named_at_its_place(text: str, expected: str, problems: Problems) -> None:
    assert problems(START + text) == expected.split("\n")


def test_relative_paths_start_at_the_folder_of_the_recipe(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "裡").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "裡")
    monkeypatch.chdir(tmp_path)

    assert source_of("name: a\n", Path("recipe.yaml")).folder == tmp_path.resolve()
    assert source_of("name: a\n", Path("link/recipe.yaml")).folder == (tmp_path / "裡").resolve()


def test_a_key_that_is_absent_or_null_has_no_node_but_a_place() -> None:
    source = source_of("name: 甲\nseed: null\n")

    assert source.get("name") is not None
    assert (source.get("seed"), source.get("chat")) == (None, None)
    assert source.place_of("seed") == Place("食譜.yaml", 2, 1)
    assert source.place_of("chat") == source.root.place == Place("食譜.yaml", 1, 1)


def test_only_a_prompt_may_hold_what_looks_like_a_variable() -> None:
    source = source_of("name: ${HOME}\nprompt: ${HOME}\nmodel: 模型\n")

    assert (source.text("model"), source.text("prompt"), source.text("chat")) == ("模型", "${HOME}", None)
    assert not source.findings
    source.text("name")
    assert [message for _, message in source.findings] == [ENVIRONMENT]


def test_settings_are_the_defaults_where_nothing_is_said_and_none_where_they_are_wrong() -> None:
    source = source_of("retriever: {k: 3}\nanswer: refine\nshots: {count: 很多}\n")

    assert source.section("retriever", RetrieverSettings) == RetrieverSettings(k=3)
    assert source.section("answer", AnswerSettings) == AnswerSettings(method="refine")
    assert source.section("dataset", ShotSettings) == ShotSettings()
    assert not source.findings
    assert source.section("shots", ShotSettings) is None
    assert [(place.line, place.column, message) for place, message in source.findings] == [
        (3, 16, "shots.count: expected a whole number, got '很多'")
    ]


def test_what_is_missing_in_a_section_is_missed_at_its_key() -> None:
    from potluck.recipe.tuning_settings import DatasetSettings

    source = source_of("name: 甲\ndataset:\n    limit: 3\n")

    assert source.section("dataset", DatasetSettings) is None
    assert [(place.line, place.column, message) for place, message in source.findings] == [
        (2, 1, "dataset.path: is missing")
    ]
