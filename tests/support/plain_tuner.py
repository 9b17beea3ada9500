"""A tuner that keeps every rule of its kit: LoRA of PEFT."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from potluck.contracts import Context, TuningRequest
from potluck.model_sources.model_store import ModelStore
from potluck.testing import Subject
from potluck.tuning import PeftTuner, TunerConfig

SETTINGS = {"training": {"max_steps": 12, "save_steps": 4, "dtype": "float32", "learning_rate": 0.03}}


class Lora(PeftTuner):
    """LoRA of PEFT: a tuner that keeps every rule."""

    mergeable = True

    def peft_config(self, model: Any, request: TuningRequest, tokenizer: Any) -> Any:
        from peft import LoraConfig

        return LoraConfig(r=4, lora_dropout=0.1, target_modules=["q_proj", "v_proj"], task_type="CAUSAL_LM")


def subject(kind: type[Lora], folder: Path) -> Subject:
    config = TunerConfig.model_validate(SETTINGS)
    return Subject(lambda own: kind(config, Context(folder, own, ModelStore(folder))), folder)
