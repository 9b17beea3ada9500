"""The key ``chat``: which chat model answers, with the recipe's model where it needs one.

Modules: ``potluck.recipe.chat_keys``. What was tuned is answered with as ``test_tuning_keys.py`` says.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from potluck.recipe.chat_keys import read_chat
from potluck.recipe.component_keys import ComponentKeys
from potluck.recipe.nodes import Findings
from potluck.recipe.source import RecipeSource
from potluck.recipe.yaml_reader import parse_yaml

Problems = Callable[..., list[str]]


def chat_of(text: str) -> tuple[str | None, object, list[tuple[int, int, str]]]:
    """The name of the chat model, its model, and what is wrong."""
    findings = Findings("食譜.yaml", text)
    source = RecipeSource(parse_yaml(text, findings), Path("食譜.yaml"), False, findings)
    part = read_chat(source, ComponentKeys(source))
    wrong = [(place.line, place.column, message) for place, message in findings]
    return part and part.name, getattr(part and part.config, "model", None), wrong


@pytest.mark.parametrize(
    ("text", "name", "model"),
    [
        ("name: 甲\n", "extractive", None),
        ("chat: null\n", "extractive", None),
        ("chat: extractive\nmodel: 模型\n", "extractive", None),
        ("model: 模型\n", "transformers", "模型"),
        ("model: 模型\nchat: null\n", "transformers", "模型"),
        ("model: 模型\nchat: masked-lm\n", "masked-lm", "模型"),
        ("model: 模型\nchat: {use: transformers}\n", "transformers", "模型"),
        ("model: 模型\nchat: {use: transformers, model: 別的}\n", "transformers", "別的"),
        ("model: 模型\nchat: {use: openai}\n", "openai", "模型"),
        ("model: 模型\nchat: {adapter: {from: tuner}}\n", "transformers", "模型"),
        ("model: 模型\nchat: {adapter: null}\n", "transformers", "模型"),
        ("model: 模型\nchat: {temperature: 0}\n", "extractive", None),
        ("chat: {use: transformers, model: 別的, adapter: 學會}\n", "transformers", "別的"),
    ],
)
def test_the_model_of_the_recipe_answers_where_the_chat_model_needs_one_and_names_none(
    text: str, name: str, model: str | None
) -> None:
    assert chat_of(text) == (name, model, [])


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("chat: transformers\n", (1, 1, "chat.model: is missing")),
        ("model: 模型\nchat: 無此\n", (2, 7, "unknown chat '無此'")),
        ("model: 模型\nchat: {use: [甲]}\n", (2, 13, "chat.use: expected a plugin's name, got a list")),
        ("model: 模型\nchat: 3\n", (2, 7, "chat: expected a plugin's name or a mapping with 'use', got 3")),
        ("model: 模型\nchat: {use: transformers, model: null}\n", (2, 1, "chat.model: is missing")),
        ("model: 5\n", (1, 8, "chat.model: expected a text, got 5")),
    ],
)
def test_what_is_wrong_is_said_at_its_place(text: str, wrong: tuple[int, int, str]) -> None:
    assert chat_of(text) == (None, None, [wrong])


def test_what_was_tuned_needs_a_chat_model_that_answers_with_it() -> None:
    name, _, wrong = chat_of("chat:\n  use: extractive\n  adapter: 學會\n")

    assert name == "extractive"
    ((line, column, message),) = wrong
    assert (line, column) == (3, 12)
    assert message.startswith(
        "chat.adapter: the chat model 'extractive' does not answer with what was tuned; chat models that do: "
    )
    others = message.rpartition(": ")[2]
    assert "transformers" in others
    assert "extractive" not in others
    assert "openai" not in others
