"""A merged model is written where it is asked for, whole, or not at all.

Modules: ``potluck.adapters.merge``.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from potluck import Recipe
from potluck.adapters.merge import MergeReport, merge
from potluck.errors import PotluckError, Unsupported
from potluck.models.loading import load_tokenizer
from support.tuning import recipe

SHORT = {"max_steps": 2, "per_device_train_batch_size": 4, "dtype": "float32"}


def tuned(home: Path, **more: Any) -> Recipe:
    return recipe(home, tuner={"use": "lora", "r": 4, "training": SHORT}, **more)


def test_a_folder_is_written_with_the_model_and_its_tokenizer(home: Path) -> None:
    with tuned(home) as opened:
        done = merge(opened.components, home / "merged")

    assert done.folder == home / "merged"
    assert 0 <= done.difference <= 1e-4
    assert done.as_json() == {"folder": str(home / "merged"), "difference": done.difference}
    assert load_tokenizer(home / "merged").get_vocab() == load_tokenizer(home / "model").get_vocab()
    assert not list(home.glob("merging*")), "nothing is left beside it"


def test_what_is_there_already_is_not_written_over(home: Path) -> None:
    (home / "merged").mkdir()

    with tuned(home) as opened, pytest.raises(PotluckError, match=r"merged is there already; give it another name"):
        merge(opened.components, home / "merged")
    assert list((home / "merged").iterdir()) == []


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ({"tuner": None}, "the recipe names neither a tuner nor an adapter; there is nothing to merge"),
        (
            {"tuner": {"use": "prompt", "training": SHORT}},
            "'prompt' learns cannot be merged into the weights exactly; tuners of which it can: .*'lora'",
        ),
        ({"tuner": {"use": "full", "training": SHORT}}, "'full' learns cannot .*: its result is a whole model already"),
    ],
)
def test_what_cannot_be_merged_is_told_before_anything_is_trained(
    more: dict[str, Any], message: str, home: Path
) -> None:
    with recipe(home, **more) as opened, pytest.raises((PotluckError, Unsupported), match=message):
        merge(opened.components, home / "merged")
    assert not (home / "merged").exists()


def test_a_file_for_llama_cpp_needs_a_model_that_was_one(home: Path) -> None:
    with (
        tuned(home) as opened,
        pytest.raises(Unsupported, match=r"written from a model that was one, and model is not: merge into a folder"),
    ):
        merge(opened.components, home / "merged.gguf")
    assert not (home / "merged.gguf").exists()


def test_a_logit_that_differs_stops_the_merging(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from potluck_plugins.tuners.lora import Lora

    monkeypatch.setattr(Lora, "merge", lambda self, model, folder: model)
    with tuned(home) as opened, pytest.raises(PotluckError, match=r"differ by .* nothing is written"):
        merge(opened.components, home / "merged")
    assert not (home / "merged").exists()


def test_a_report_is_its_folder_and_difference(tmp_path: Path) -> None:
    assert json.loads(json.dumps(MergeReport(tmp_path, 0.5).as_json())) == {"folder": str(tmp_path), "difference": 0.5}
