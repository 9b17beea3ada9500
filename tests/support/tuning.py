"""A small model to be tuned, a task that it can learn, and tuners of a few lines, as a third party would write them."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from potluck.api import Recipe
from potluck.contracts import Attached, Context, TunedModel, TuningRequest
from potluck.documents import Example, Message
from potluck.model_sources.model_store import ModelStore
from potluck.tuning import LocalTuner, PeftTuner, Training, TunerConfig, Virtual
from support.tiny_models import tiny_causal

TEMPLATE = (
    "{% for m in messages %}<s>{{ m['role'] }}\n{{ m['content'] }}</s>\n{% endfor %}"
    "{% if add_generation_prompt %}<s>assistant\n{% endif %}"
)
TEXTS = ("the red apple", "a blue sky", "紅色的蘋果", "藍色的天空", "fruit", "weather", "user", "assistant")


@pytest.fixture(autouse=True)
def one_thread() -> Iterator[None]:
    """The same sums in the same order, whatever else the machine does."""
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="session")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a small model, which no test changes."""
    return make_model(tmp_path_factory.mktemp("tiny") / "model")


@pytest.fixture
def home(tmp_path: Path, model: Path) -> Path:
    """A folder with a model and examples."""
    return write_home(tmp_path, model)


def make_model(folder: Path, template: str | None = TEMPLATE, seed: int = 0) -> Path:
    return tiny_causal(folder, TEXTS, template=template, seed=seed)


def colours(count: int) -> list[Example]:
    """Texts about fruit and weather in two languages, each with its label."""
    kinds = [("the red apple", "fruit"), ("a blue sky", "weather"), ("紅色的蘋果", "fruit"), ("藍色的天空", "weather")]
    made = []
    for number in range(count):
        text, label = kinds[number % len(kinds)]
        made.append(Example((Message("user", f"{text} {number}"),), label))
    return made


class Lora(PeftTuner):
    """LoRA with dropout, so that random numbers matter."""

    default_learning_rate = 2e-2

    def peft_config(self, model: Any, request: TuningRequest, tokenizer: Any) -> Any:
        from peft import LoraConfig

        targets = ["q_proj", "v_proj"]
        return LoraConfig(r=4, lora_alpha=8, lora_dropout=0.1, target_modules=targets, task_type="CAUSAL_LM")


class Still(Lora):
    """LoRA without dropout, so that only the examples matter."""

    def peft_config(self, model: Any, request: TuningRequest, tokenizer: Any) -> Any:
        config = super().peft_config(model, request, tokenizer)
        config.lora_dropout = 0.0
        return config


class SoftPrompt(LocalTuner):
    """Four trained embeddings in front of every text."""

    def wrap(self, model: Any, request: TuningRequest, tokenizer: Any) -> Any:
        import torch

        model.requires_grad_(False)
        model.soft = torch.nn.Parameter(torch.randn(1, 4, model.config.hidden_size, device=model.device))
        return model

    def virtual(self, model: Any) -> Virtual:
        return Virtual(4, embeddings=model.soft)

    def save(self, model: Any, folder: Path) -> None:
        from safetensors.torch import save_file

        save_file({"soft": model.soft.detach()}, folder / "adapter_model.safetensors")

    def attach(self, model: Any, folder: Path) -> Attached:
        raise NotImplementedError


class DeepPrompt(SoftPrompt):
    """Four trained keys and values in every layer, in front of every text."""

    def wrap(self, model: Any, request: TuningRequest, tokenizer: Any) -> Any:
        import torch

        model.requires_grad_(False)
        config = model.config
        shape = (config.num_hidden_layers, 2, 1, config.num_key_value_heads, 4, config.hidden_size // 4)
        model.soft = torch.nn.Parameter(torch.randn(shape, device=model.device))
        return model

    def virtual(self, model: Any) -> Virtual:
        from transformers import DynamicCache

        cache = DynamicCache()
        for number, (keys, values) in enumerate(model.soft.to(model.dtype)):
            cache.update(keys, values, number)
        return Virtual(4, cache=cache)


class Full(SoftPrompt):
    """Everything is trained."""

    trains_base = True
    default_learning_rate = 1e-3

    def wrap(self, model: Any, request: TuningRequest, tokenizer: Any) -> Any:
        return model

    def virtual(self, model: Any) -> None:  # type: ignore[override]
        return None

    def save(self, model: Any, folder: Path) -> None:
        model.save_pretrained(folder)


def tuner(
    kind: type[LocalTuner], folder: Path, fit: str = "error", max_length: int | None = None, **training: Any
) -> Any:
    training = {"per_device_train_batch_size": 4, "dtype": "float32", "pack_tokens": 128, **training}
    config = TunerConfig.model_validate({"training": training, "fit": fit, "max_length": max_length})
    assert isinstance(config.training, Training)
    return kind(config, Context(base=folder, folder=folder, models=ModelStore(folder)))


def request(
    model: Path, folder: Path, training: Sequence[Example], validation: Sequence[Example] = (), seed: int = 0
) -> TuningRequest:
    folder.mkdir(parents=True, exist_ok=True)
    return TuningRequest(model, "classification", training, validation, folder, seed, ("fruit", "weather"))


def tune(kind: type[LocalTuner], model: Path, folder: Path, examples: Sequence[Example], **training: Any) -> TunedModel:
    validation = training.pop("validation", ())
    done: TunedModel = tuner(kind, folder, **training).tune(
        request(model, folder, examples, validation), lambda _: None
    )
    return done


def weights(folder: Path) -> dict[str, Any]:
    """All tensors of the safetensors files in a folder."""
    from safetensors.torch import load_file

    return {name: tensor for path in sorted(folder.glob("*.safetensors")) for name, tensor in load_file(path).items()}


ROWS = [
    ("the red apple", "fruit"), ("a blue sky", "weather"), ("紅色的蘋果", "fruit"), ("藍色的天空", "weather"),
]  # fmt: skip
METHODS = {
    "lora": {"r": 4, "training": {"learning_rate": 0.03}},
    "prompt": {"training": {"learning_rate": 0.3}},
    "prefix": {"training": {"learning_rate": 0.1}},
    "p-tuning": {"training": {"learning_rate": 0.01}},
    "p-tuning-v2": {"training": {"learning_rate": 0.1}},
    "adapter": {"reduction_factor": 2, "training": {"learning_rate": 0.01}},
    "full": {"training": {"learning_rate": 0.003}},
}


def write_home(folder: Path, model: Path) -> Path:
    """A folder with a model, examples to learn from and examples to test with."""
    shutil.copytree(model, folder / "model")
    rows = [{"text": f"{text} {number}", "label": label} for number in range(6) for text, label in ROWS]
    (folder / "train.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    (folder / "test.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows[:8]), encoding="utf-8")
    return folder


def recipe(home: Path, use: str = "lora", **more: Any) -> Recipe:
    """A recipe in such a folder; ``more`` sets its keys, None leaves one out."""
    training = {"max_steps": 30, "per_device_train_batch_size": 8, "dtype": "float32"}
    settings = json.loads(json.dumps(METHODS.get(use, {})))
    tuner = {"use": use, **settings, "training": {**training, **settings.get("training", {})}}
    said = {
        "model": "model", "task": "classification", "dataset": "train.jsonl", "tuner": tuner,
        "prompt": "Fruit or weather?\n{text}", **more,
    }  # fmt: skip
    (home / "recipe.yaml").write_text(
        json.dumps({key: value for key, value in said.items() if value is not None}), encoding="utf-8"
    )
    return Recipe.load(home / "recipe.yaml")
