"""``potluck plan`` of a recipe that tunes: what it trains, and what that takes.

Modules: ``potluck.cli.plan``, ``potluck.tuning.estimate``.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

pytest.importorskip("peft")

from potluck.cli import potluck
from potluck.stages.tune import plan_training, training_request
from support.commands import invoke
from support.commands import potluck as run_potluck
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


def test_a_plan_of_an_interrupted_training_says_where_it_continues(tmp_path: Path) -> None:
    (tmp_path / "home").mkdir()
    home = write_home(tmp_path / "home", make_model(tmp_path / "model"))
    with recipe(home, tuner={"use": "lora", "r": 4, "training": {"max_steps": 6, "save_steps": 4}}) as opened:
        path, folder = opened.model.path, training_request(opened.components).folder
        opened.tune()
    (folder / "step-00000006.safetensors").unlink()
    (folder / "result" / "potluck.json").unlink()

    done = invoke(potluck, "plan", str(path))

    assert "optimiser steps: 6, continuing from step 4, about " in done.stdout


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


@pytest.mark.parametrize("options", [(), ("--json",)])
def test_the_status_is_1_where_the_run_would_stop(tmp_path: Path, options: tuple[str, ...]) -> None:
    (tmp_path / "壞.pdf").write_bytes(b"%PDF-1.7 cut short")
    recipe_file = tmp_path / "recipe.yaml"
    recipe_file.write_text(f"documents: '*.pdf'\nembedder: {{use: langchain, class: {FAKE}, arguments: {{size: 8}}}}\n")

    done = run_potluck("plan", str(recipe_file), *options)

    assert done.returncode == 1, done.stderr
    assert "壞.pdf" in done.stdout + done.stderr


def test_a_plan_of_documents_counts_what_would_be_embedded(tmp_path: Path) -> None:
    (tmp_path / "橋.txt").write_text("舊橋建於1924年。", encoding="utf-8")
    recipe_file = tmp_path / "recipe.yaml"
    recipe_file.write_text(f"documents: '*.txt'\nembedder: {{use: langchain, class: {FAKE}, arguments: {{size: 8}}}}\n")

    done = invoke(potluck, "plan", str(recipe_file))

    assert done.exit_code == 0, done.output
    assert "documents: 1 from 1 file, 1 chunk" in done.stdout
    assert "the embedder reads texts of any length" in done.stdout
    assert re.search(r"^to embed: 1 text, \d+ tokens?", done.stdout, re.MULTILINE)
