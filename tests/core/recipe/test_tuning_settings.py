"""What a recipe says about tuning, and how it is written again.

Modules: ``potluck.recipe.tuning_settings``.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import ValidationError

from potluck.recipe.tuning_settings import FROM_TUNER, TASKS, DatasetSettings, Tuning


def test_a_dataset_keeps_a_tenth_to_validate_with_and_takes_every_row() -> None:
    assert DatasetSettings(path="列.jsonl").model_dump() == {
        "path": "列.jsonl", "input": None, "target": None, "validation": 0.1, "split": None, "limit": None,
        "encoding": None,
    }  # fmt: skip
    assert DatasetSettings(path="a", validation="驗證.jsonl").validation == "驗證.jsonl"
    assert DatasetSettings(path="a", limit=1).limit == 1


@pytest.mark.parametrize("wrong", [{"limit": 0}, {"limit": -1}, {"validation": None}, {"顏色": "藍"}])
def test_settings_out_of_their_range_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        DatasetSettings.model_validate({"path": "a", **wrong})
    with pytest.raises(ValidationError):
        DatasetSettings.model_validate({})


def test_only_what_was_said_is_written_again() -> None:
    assert Tuning().as_mapping() == {}
    whole = Tuning("模型", "summarization", DatasetSettings(path="列.jsonl", limit=3), Path("學會/甲"))
    assert whole.as_mapping() == {
        "model": "模型",
        "task": "summarization",
        "dataset": {
            "path": "列.jsonl", "input": None, "target": None, "validation": 0.1, "split": None, "limit": 3,
            "encoding": None,
        },
        "adapter": "學會/甲",
    }  # fmt: skip


def test_what_the_own_tuner_makes_is_written_with_the_chat_model() -> None:
    assert Tuning(model="m", adapter=FROM_TUNER).as_mapping() == {"model": "m"}
    assert FROM_TUNER == "tuner"
    assert TASKS == ("classification", "question-answering", "summarization", "generation")
