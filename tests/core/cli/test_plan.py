"""``potluck plan`` of a recipe that tunes: what it trains, and what that takes.

Modules: ``potluck.cli.plan``, ``potluck.tuning.estimate``.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

pytest.importorskip("peft")

from potluck.cli import potluck
from potluck.stages.tune import plan_training
from support.commands import invoke
from support.tuning import make_model, recipe, write_home


def test_it_prints_the_estimate_in_the_units_that_it_names(tmp_path: Path) -> None:
    (tmp_path / "home").mkdir()
    home = write_home(tmp_path / "home", make_model(tmp_path / "model"))
    training = {"max_steps": 6, "dtype": "float32"}
    with recipe(home, tuner={"use": "lora", "r": 4, "training": training}) as opened:
        estimate, path = plan_training(opened.components), str(opened.model.path)

    done = invoke(potluck, "plan", path)

    assert done.exit_code == 0, done.output
    memory = re.search(r"memory: about ([\d,]+) MiB; disk: about ([\d,]+) MiB", done.stdout)
    assert memory
    assert [int(figure.replace(",", "")) for figure in memory.groups()] == [
        round(estimate.memory / 1024**2),
        round(estimate.disk / 1024**2),
    ]
    assert f"parameters: {estimate.trainable_parameters:,} trained (" in done.stdout
    assert f" of {estimate.total_parameters:,}" in done.stdout
    assert "optimiser steps: 6" in done.stdout


def test_a_plan_of_questions_to_a_model_that_is_tuned_first_trains_nothing(tmp_path: Path) -> None:
    (tmp_path / "home").mkdir()
    home = write_home(tmp_path / "home", make_model(tmp_path / "model"))
    (home / "notes.txt").write_text("the red apple is a fruit", encoding="utf-8")
    documents = {"documents": "notes.txt", "embedder": {"use": "langchain", "class": FAKE, "arguments": {"size": 8}}}
    chat = {"use": "transformers", "adapter": {"from": "tuner"}}
    with recipe(home, **documents, chat=chat, prompt="{context} {question}") as opened:
        report = opened.plan()

    assert report.prompt_tokens > 0
    assert not list((home / ".potluck").rglob("*.safetensors"))


FAKE = "langchain_core.embeddings.DeterministicFakeEmbedding"
