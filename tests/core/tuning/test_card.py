"""The model card of an artifact: what was trained on what, with which loss, and which model it belongs to.

Modules: ``potluck.tuning.card``.
"""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from potluck.tuning.card import model_card


def manifest(**more: Any) -> dict[str, Any]:
    return {
        "tuner": {"name": "lora", "package": "potluck", "version": "1.0", "settings": {"r": 4, "init": "標籤"}},
        "base": {"model": "pypi://模型==1/path", "weights": "w-hash", "tokenizer": "t-hash", "template": "c-hash"},
        "training": {"losses": [2.5, 0.125], "trainable_parameters": 12345, "evaluations": [], "notes": ["一則說明"]},
        "task": "classification",
        "labels": ["好", "bad"],
        "examples": 1200,
        "seed": 7,
        "files": {},
        "peft": True,
        "usage": {
            "kind": "causal",
            "wording": "好不好？{prompt}",
            "fields": ["prompt"],
            "template": True,
            "first": [],
            "end": "</s>",
            "chat": "transformers",
            "max_tokens": 64,
            "licence": "apache-2.0",
            "data": "訊息.jsonl",
            "validated": 120,
        },
        **more,
    }


def test_it_says_what_was_trained_how_and_on_what() -> None:
    text = model_card(manifest(), "2.0")

    for line in (
        "| method | lora (of potluck 1.0) |",
        "| task | classification |",
        "| data | 訊息.jsonl |",
        "| examples learned from | 1,200 |",
        "| examples kept apart to validate with | 120 |",
        "| base model | pypi://模型==1/path |",
        "| licence of the base model | apache-2.0 |",
        "| trained parameters | 12,345 |",
        "| loss, first and last step | 2.5000, 0.1250 nats per token |",
        "| seed | 7 |",
        "Labels: `好`, `bad`",
        "- 一則說明",
        'Settings: `{"r": 4, "init": "標籤"}`',
        "Made by potluck 2.0.",
    ):
        assert line in text
    assert all(name in text for name in ("w-hash", "t-hash", "c-hash"))


@pytest.mark.parametrize(("peft", "library"), [(True, "peft"), (False, "potluck")])
def test_hubs_read_its_base_and_its_library(peft: bool, library: str) -> None:
    front = model_card(manifest(peft=peft), "2.0").split("---")[1]

    assert f"library_name: {json.dumps(library)}" in front
    assert 'base_model: "pypi://模型==1/path"' in front
    assert 'with `model: "pypi://模型==1/path"`' in model_card(manifest(peft=peft), "2.0")


def test_a_licence_that_the_base_does_not_name_is_not_guessed() -> None:
    named, usage = model_card(manifest(), "2.0"), {**manifest()["usage"], "licence": ""}
    unnamed = model_card(manifest(usage=usage), "2.0")

    assert 'license: "apache-2.0"' in named.split("---")[1]
    assert "license" not in unnamed.split("---")[1]
    assert "| licence of the base model | its files do not say; look it up before you pass this on |" in unnamed


def test_it_shows_a_program_that_asks_as_it_was_tuned() -> None:
    (code,) = re.findall(r"^```python\n(.*?)^```$", model_card(manifest(), "2.0"), re.DOTALL | re.MULTILINE)

    compile(code, "card", "exec")
    assert "'好不好？{prompt}'.format(prompt=prompt)" in code


def test_what_the_last_evaluation_counted_is_said_in_words() -> None:
    last = {"step": 2, "loss": 0.5, "answers": 0.75, "gained": 4.0, "lost": 1.0, "examples": 8.0}

    text = model_card(manifest(training={**manifest()["training"], "evaluations": [last]}), "2.0")

    assert "| validation answers right token by token | 75.0% |" in text
    assert "| validation answers become right | 4 |" in text
    assert "8.0000" not in text


def test_the_last_evaluation_is_shown_without_its_step() -> None:
    training = {**manifest()["training"], "evaluations": [{"step": 1, "loss": 9.0}, {"step": 2, "loss": 0.5}]}

    text = model_card(manifest(training=training), "2.0")

    assert "| validation loss | 0.5000 nats per token |" in text
    assert "validation step" not in text


def test_a_training_without_steps_and_labels_has_a_card_too() -> None:
    text = model_card(manifest(training={**manifest()["training"], "losses": []}, labels=[]), "2.0")

    assert "| loss, first and last step | none |" in text
    assert "Labels:" not in text


def test_of_many_labels_thirty_are_listed_and_the_others_counted() -> None:
    text = model_card(manifest(labels=[f"標籤{number}" for number in range(33)]), "2.0")

    assert "`標籤29` and 3 more" in text
    assert "`標籤30`" not in text
