"""LoRA on embeddings that a model ties to its output is told before training, and merges into what was tuned."""

from __future__ import annotations

import json
import warnings
from pathlib import Path
from typing import Any

import pytest

from potluck.adapters.merge import merge
from potluck.models.loading import load_model, load_tokenizer
from potluck.tuning import artifact
from support.tuning import make_model, recipe, write_home

EXACT = {"use": "transformers", "model": "model", "dtype": "float32"}


def tied_home(folder: Path) -> Path:
    home = write_home(folder / "home", make_model(folder / "model"))
    path = home / "model" / "config.json"
    path.write_text(
        json.dumps({**json.loads(path.read_text(encoding="utf-8")), "tie_word_embeddings": True}), encoding="utf-8"
    )
    return home


def lora(*targets: str) -> dict[str, Any]:
    training = {"max_steps": 3, "dtype": "float32", "learning_rate": 0.05}
    return {"use": "lora", "r": 4, "target_modules": [*targets], "training": training}


@pytest.mark.parametrize("targets", [("embed_tokens", "lm_head", "q_proj"), ("embed_tokens",), ("lm_head", "q_proj")])
def test_tied_weights_are_named_before_training_and_the_merged_model_answers_as_the_tuned_one(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, targets: tuple[str, ...]
) -> None:
    home = tied_home(tmp_path)
    named = " and ".join(name for name in targets if name != "q_proj")
    with warnings.catch_warnings(), recipe(home, tuner=lora(*targets), chat=EXACT) as one:
        warnings.simplefilter("error")  # PEFT's own words are not passed on
        report = merge(one.components, tmp_path / "merged")
        assert f"tuner.target_modules names {named}" in caplog.text
        assert any(note.startswith("tied weights: ") for note in one.tune().notes)
        rows = [[5, 6, 7, 8]]
        chat: Any = one.chat_model()
        chat.likelihoods("red", ["fruit"])
        expected = artifact.probe_logits(chat._both[0], chat._tuned, rows)
    assert report.difference < 1e-4
    found = artifact.probe_logits(load_model(tmp_path / "merged", "float32"), None, rows)
    assert float((expected[0] - found[0]).abs().max()) < 1e-3
    assert load_tokenizer(tmp_path / "merged").eos_token == "</s>"


def test_where_nothing_tied_is_trained_nothing_is_said(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with recipe(tied_home(tmp_path), tuner=lora("q_proj")) as one:
        assert not any("tied" in note for note in one.tune().notes)
    assert caplog.text == ""
