"""The JSON Schema of recipes accepts what is a recipe and complains about what is none."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from potluck.documents import Json
from potluck.recipe import loads
from potluck.recipe.nodes import Findings
from potluck.recipe.schema import json_schema
from potluck.recipe.yaml_reader import parse_yaml

GOOD = [
    "documents: a\n",
    "documents: [a, 筆記/*.txt]\n",
    "documents: {path: a, exclude: [b], private: true, password: '${P}'}\n",
    "documents: {use: picky, path: [a], inner: {size: 3}, on_error: skip}\n",
    "embedder: hashing\nstore: exact\nsplitter: {chunk_size: 300, chunk_overlap: 0}\n",
    "embedder: {use: potluck-hashing:hashing, dimensions: 3}\nchat: {use: picky, key: '${P}', odd-name: 3}\n",
    "retriever: {k: 3}\nanswer: refine\nprompt: '{context}{question}'\nseed: 3\npotluck: 1\nname: 名\n",
    "answer: {method: stuff}\ncompare: {embedder: {a: hashing}, retriever.k: {a: 2}, answer: {a: refine}}\n",
]
BAD = [
    "embeder: hashing\n",
    "embedder: hashin\n",
    "embedder: {use: hashing, dimension: 3}\n",
    "embedder: {use: hashing, dimensions: many}\n",
    "documents: {private: true}\n",
    "documents: {use: picky}\n",
    "documents: []\n",
    "documents: {use: picky, path: a, inner: {size: x}}\n",
    "chat: {use: picky, key: literal}\n",
    "retriever: {k: 0}\n",
    "answer: stuf\n",
    "potluck: 2\n",
    "seed: -1\n",
    "compare: {embeder: {a: b}}\n",
    "compare: {embedder: {a: hashin}}\n",
    "compare: {embedder: {}}\n",
    "store: twice\n",
]


@pytest.fixture
def schema() -> dict[str, Any]:
    return json_schema()


def value(text: str) -> Json:
    return parse_yaml(text, Findings("recipe.yaml", text)).plain()


def test_it_is_a_schema_and_every_reference_leads_somewhere(schema: dict[str, Any]) -> None:
    Draft202012Validator.check_schema(schema)
    for reference in references(schema):
        found: Any = schema
        for key in reference.removeprefix("#/").split("/"):
            found = found[key]


def references(value: Any) -> list[str]:
    if isinstance(value, dict):
        own = [value["$ref"]] if isinstance(value.get("$ref"), str) else []
        return own + [one for child in value.values() for one in references(child)]
    return [one for child in value for one in references(child)] if isinstance(value, list) else []


@pytest.mark.parametrize("text", GOOD)
def test_a_good_recipe_fits(text: str, schema: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("P", "x")

    Draft202012Validator(schema).validate(value(text))
    resolved = loads(text, Path("recipe.yaml")).as_mapping()
    Draft202012Validator(schema).validate(resolved)


@pytest.mark.parametrize("text", BAD)
def test_a_bad_recipe_does_not(text: str, schema: dict[str, Any]) -> None:
    assert not Draft202012Validator(schema).is_valid(value(text))


def test_plugins_that_cannot_be_used_are_left_out_but_those_that_are_only_not_installed_are_not(
    schema: dict[str, Any],
) -> None:
    names = schema["properties"]["embedder"]["anyOf"][0]["enum"]

    assert {"needy", "blocked", "hashing", "potluck-hashing:hashing"} <= set(names)
    assert not {"exiting", "absent", "old", "odd"} & set(names)


def test_settings_are_described_for_editors(schema: dict[str, Any]) -> None:
    hashing = next(
        one
        for one in schema["properties"]["embedder"]["anyOf"]
        if "hashing" in one.get("properties", {}).get("use", {}).get("enum", ())
    )

    assert hashing["properties"]["dimensions"]["description"] == "Length of the vectors."
    assert hashing["properties"]["use"]["description"] == "hashes texts"
    assert schema["properties"]["retriever"]["properties"]["k"]["default"] == 4
