"""Tuners and what they made as an axis of a comparison.

Modules: ``potluck.comparison.curves``, ``potluck.workloads``.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from potluck.comparison.compare import Plan
from potluck.errors import PotluckError
from potluck.runs.comparison_run import Comparison
from support import tuning
from support.tuning import METHODS, recipe

pytest.importorskip("torch")
pytest.importorskip("peft")

home, model, one_thread = tuning.home, tuning.model, tuning.one_thread


def compared(home: Path, *swaps: str, **more: Any) -> Comparison:
    with recipe(home, **more) as one:
        return one.compare(Plan(swaps=swaps, questions=home / "test.jsonl"))


def variants(found: Comparison) -> dict[str, Any]:
    listed = found.document["variants"]
    assert isinstance(listed, list)
    return {str(one["name"]): one for one in listed if isinstance(one, dict)}


def test_tuners_are_compared_with_each_other_and_with_the_frozen_model(home: Path) -> None:
    found = compared(home, "tuner=null,{use: prompt, training: {max_steps: 5, dtype: float32}}")
    rows = variants(found)
    frozen, tuned = rows.values()
    assert frozen["name"] == "no tuner"
    assert found.document["metric"] == "accuracy"
    assert frozen["error"] is None is tuned["error"]
    assert (found.folder / "report.html").is_file()
    pairs = found.document["pairs"]
    assert isinstance(pairs, list)
    assert any(isinstance(pair, dict) and pair["metric"] == "accuracy" for pair in pairs)
    settings = {"use": "prompt", "training": {"max_steps": 5, "dtype": "float32"}}
    for row, tuner in ((frozen, None), (tuned, settings)):
        shutil.rmtree(home / ".potluck", ignore_errors=True)
        with recipe(home, tuner=tuner) as alone:
            accuracy = alone.evaluate(home / "test.jsonl").metrics["accuracy"]
        assert row["metrics"]["accuracy"]["mean"] == pytest.approx(accuracy)


def test_what_is_to_be_said_of_a_training_is_said_with_its_variant(home: Path) -> None:
    quick = {"training": {"max_steps": 2, "dtype": "float32", "warmup_steps": 1, "warmup_ratio": 0.5}}

    found = compared(home, f"tuner=null,{json.dumps({'use': 'lora', **quick})}")

    assert "training.warmup_steps overrides training.warmup_ratio" in [
        note.partition(": ")[2] for note in found.notes if note.startswith("lora")
    ]


def test_a_learning_curve_is_an_axis_of_the_datasets_limit(home: Path) -> None:
    found = compared(home, "dataset.limit=6,10,16", dataset={"path": "train.jsonl", "validation": 0})
    (curve,) = found.document["learning_curves"]  # type: ignore[misc,str-bytes-safe,union-attr]
    assert isinstance(curve, dict)
    assert [point["n"] for point in curve["points"]] == [6.0, 10.0, 16.0]  # type: ignore[union-attr,index,call-overload]


def test_what_was_answered_for_one_comparison_is_not_asked_again_in_the_next(home: Path) -> None:
    first = variants(compared(home, "seed=0,1"))
    again = variants(compared(home, "seed=0,1"))
    assert [one["computed"]["answer"] for one in first.values()] == [8, 8]
    assert [one["computed"]["answer"] for one in again.values()] == [0, 0]
    assert [one["metrics"]["accuracy"] for one in first.values()] == [
        one["metrics"]["accuracy"] for one in again.values()
    ]


def test_artifacts_are_an_axis(home: Path) -> None:
    for use in ("lora", "adapter"):
        with recipe(home, use) as one:
            shutil.copytree(one.tune().adapter, home / f"kept-{use}")
    rows = variants(compared(home, "adapter=kept-lora,kept-adapter", tuner=None))
    for use in METHODS.keys() & {"lora", "adapter"}:
        with recipe(home, use) as one:
            expected = one.evaluate(home / "test.jsonl").metrics["accuracy"]
        assert rows[f"adapter=kept-{use}"]["metrics"]["accuracy"]["mean"] == pytest.approx(expected)


def test_a_variant_that_fails_is_named_and_the_others_go_on(home: Path) -> None:
    found = compared(home, "prompt='{text}','{texxt}'")
    assert len(found.failed) == 1
    assert "texxt" in next(iter(found.failed.values()))
    with pytest.raises(PotluckError, match="texxt"):
        compared(home, "prompt='{texxt}','{taxt}'")


def test_what_needs_documents_says_so_for_a_recipe_that_has_none(home: Path) -> None:
    with recipe(home, tuner=None) as one, pytest.raises(PotluckError, match="a task and no documents"):
        one.index()
