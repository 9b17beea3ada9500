"""The classes that a tuner inherits from: PEFT's models wrapped, noted, saved and merged.

Modules: ``potluck.tuning.local_tuner``.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import torch

from potluck.contracts import TuningRequest
from potluck.errors import ModelError, Unsupported
from potluck.models.loading import load_meta_model, load_model
from potluck.tuning.attached import AttachedModules, AttachedPast
from potluck.tuning.local_tuner import PeftTuner, prompt_of
from support.tuning import Lora, Still, colours, make_model, request, tuner

IDS = torch.tensor([[5, 6, 7]])


class Prompt(PeftTuner):
    """Three trained embeddings."""

    def peft_config(self, model: Any, request: TuningRequest, tokenizer: Any) -> Any:
        from peft import PromptTuningConfig

        return PromptTuningConfig(num_virtual_tokens=3, task_type="CAUSAL_LM")


class Nowhere(Lora):
    """LoRA on layers that no model has."""

    def peft_config(self, model: Any, request: TuningRequest, tokenizer: Any) -> Any:
        config = super().peft_config(model, request, tokenizer)
        config.target_modules = {"沒有"}
        return config


class Mergeable(Still):
    mergeable = True


def wrapped(kind: type[PeftTuner], model: Path, folder: Path) -> tuple[Any, Any]:
    method = tuner(kind, folder)
    torch.manual_seed(3)
    return method, method.wrap(load_model(model, "float32"), request(model, folder, colours(2)), None)


def test_settings_that_do_not_fit_the_model_are_an_error_of_it(model: Path, tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=f"^{model}: "):
        wrapped(Nowhere, model, tmp_path)


def test_a_soft_prompt_is_told_with_its_gradients_and_layers_have_none(model: Path, tmp_path: Path) -> None:
    method, prompted = wrapped(Prompt, model, tmp_path / "p")
    virtual = method.virtual(prompted)
    assert virtual.length == 3
    assert virtual.embeddings.shape == (1, 3, 32)
    assert virtual.embeddings.requires_grad
    assert torch.equal(virtual.embeddings[0], prompt_of(prompted))
    method, layered = wrapped(Lora, model, tmp_path / "l")
    assert method.virtual(layered) is None
    assert method.base(layered).config.model_type == "llama"


def test_what_is_saved_is_peft_s_without_its_card_and_is_attached_by_its_kind(model: Path, tmp_path: Path) -> None:
    for kind, attached in ((Prompt, AttachedPast), (Still, AttachedModules)):
        folder = tmp_path / kind.__name__
        method, network = wrapped(kind, model, folder)
        method.save(network, folder)
        assert {one.name for one in folder.iterdir()} == {"adapter_config.json", "adapter_model.safetensors"}
        assert json.loads((folder / "adapter_config.json").read_text(encoding="utf-8"))["task_type"] == "CAUSAL_LM"
        assert isinstance(method.attach(load_model(model, "float32"), folder), attached)


def test_what_is_merged_computes_as_what_was_tuned(model: Path, tmp_path: Path) -> None:
    method, network = wrapped(Mergeable, model, tmp_path)
    for name, parameter in network.named_parameters():
        if "lora_B" in name:
            torch.nn.init.normal_(parameter)
    method.save(network, tmp_path)
    merged = method.merge(load_model(model, "float32"), tmp_path)
    with torch.inference_mode():
        assert torch.allclose(merged(IDS).logits, network.eval()(IDS).logits, atol=1e-3)
        assert not torch.allclose(merged(IDS).logits, load_model(model, "float32")(IDS).logits, atol=1e-1)
    assert not any("lora" in name for name, _ in merged.named_parameters())


def test_a_method_that_does_not_merge_says_so(model: Path, tmp_path: Path) -> None:
    with pytest.raises(Unsupported):
        tuner(Prompt, tmp_path).merge(load_model(model, "float32"), tmp_path)


def test_tied_weights_are_noted_where_one_of_them_is_trained(tmp_path: Path) -> None:
    class Head(Lora):
        def peft_config(self, model: Any, request: TuningRequest, tokenizer: Any) -> Any:
            config = super().peft_config(model, request, tokenizer)
            config.target_modules = {"lm_head"}
            return config

    path = make_model(tmp_path / "m") / "config.json"
    told = json.loads(path.read_text(encoding="utf-8")) | {"tie_word_embeddings": True}
    path.write_text(json.dumps(told), encoding="utf-8")
    notes = {}
    for kind in (Head, Lora):
        method = tuner(kind, tmp_path)
        asked = request(tmp_path / "m", tmp_path, colours(2))
        with torch.device("meta"):
            notes[kind] = method.notes(method.wrap(load_meta_model(tmp_path / "m"), asked, None))
    (note,) = notes[Head]
    assert note.startswith("tied weights: ")
    assert "tuner.target_modules names lm_head. " in note
    assert notes[Lora] == ()
