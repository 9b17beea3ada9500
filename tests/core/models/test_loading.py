"""A model folder that cannot be loaded is an error by name, and no message advises to run code of strangers.

Modules: ``potluck.models.loading``.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import torch

from potluck.errors import ModelNotFound
from potluck.models.loading import (
    failure_reason,
    kind_of,
    kind_of_model,
    load_meta_model,
    load_model,
    load_tokenizer,
    prepare_transformers,
)
from support.tuning import make_model

MAP = {"AutoConfig": "configuration_x.X", "AutoModelForCausalLM": "modeling_x.X", "AutoTokenizer": ["tokens_x.X", None]}
HUGE = int("9" * 400)
READERS: dict[str, Callable[[Path], Any]] = {
    "weights": lambda folder: load_model(folder, "float32"), "tokenizer": load_tokenizer, "shapes": load_meta_model,
}  # fmt: skip


def changed(folder: Path, name: str, **settings: Any) -> Path:
    path = make_model(folder) / name
    path.write_text(json.dumps({**json.loads(path.read_text(encoding="utf-8")), **settings}), encoding="utf-8")
    return folder


def told(folder: Path, reader: str) -> str:
    with pytest.raises(ModelNotFound) as found:
        READERS[reader](folder)
    return str(found.value)


@pytest.mark.parametrize("reader", ["weights", "shapes"])
def test_a_model_that_asks_for_code_of_its_own_is_refused_without_advice_to_run_it(tmp_path: Path, reader: str) -> None:
    message = told(changed(tmp_path, "config.json", model_type="strange", auto_map=MAP), reader)
    assert "asks for code of its own" in message
    assert "trust_remote_code" not in message


def test_so_is_a_tokenizer(tmp_path: Path) -> None:
    folder = changed(tmp_path, "tokenizer_config.json", tokenizer_class="Strange", auto_map=MAP)
    message = told(folder, "tokenizer")
    assert "asks for code of its own" in message
    assert "trust_remote_code" not in message


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("key", ["hidden_size", "rms_norm_eps"])
def test_a_number_of_400_digits_is_an_error_that_is_short(tmp_path: Path, reader: str, key: str) -> None:
    message = told(changed(tmp_path, "config.json", **{key: HUGE}), reader)
    assert str(tmp_path) in message
    assert len(message) < 900
    assert "9" * 40 not in message


@pytest.mark.parametrize("reader", ["weights", "shapes"])
def test_a_vocabulary_of_400_digits_gives_no_native_frames(tmp_path: Path, reader: str) -> None:
    assert "frame #" not in told(changed(tmp_path, "config.json", vocab_size=HUGE), reader)


@pytest.mark.parametrize("form", [{"format": "tf"}, {"format": "☃"}, {"format": "mlx"}, {"made": "by hand"}, None])
def test_weights_are_the_same_whatever_their_header_calls_their_format(
    tmp_path: Path, form: dict[str, str] | None
) -> None:
    from safetensors.torch import load_file, save_file

    path = make_model(tmp_path) / "model.safetensors"
    tensors = load_file(path)
    save_file(tensors, path, metadata=form)
    try:
        loaded = load_model(tmp_path, "float32").state_dict()
    except ModelNotFound:
        return
    assert all(torch.equal(loaded[name], tensor) for name, tensor in tensors.items())


def configured(folder: Path, **said: Any) -> Path:
    (folder / "config.json").write_text(json.dumps(said), encoding="utf-8")
    return folder


@pytest.mark.parametrize(
    ("architectures", "more", "kind"),
    [
        (["LlamaForCausalLM"], {}, "causal"),
        (["GPT2LMHeadModel"], {}, "causal"),
        (["GemmaForConditionalGeneration"], {}, "causal"),
        (["BertForMaskedLM"], {}, "masked"),
        (["BertForPreTraining"], {}, "masked"),
        (["T5ForConditionalGeneration"], {"is_encoder_decoder": True}, "seq2seq"),
        (["BertModel", "BertForMaskedLM"], {"is_encoder_decoder": False}, "masked"),
    ],
)
def test_the_kind_of_a_model_follows_from_its_architecture(
    tmp_path: Path, architectures: list[str], more: dict[str, Any], kind: str
) -> None:
    assert kind_of(configured(tmp_path, architectures=architectures, **more)) == kind


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ({"architectures": ["BertModel", "XForSequenceClassification"]}, "BertModel, XForSequenceClassification"),
        ({"architectures": None, "is_encoder_decoder": True}, "nothing"),
        ({}, "nothing"),
    ],
)
def test_a_folder_without_a_language_model_is_told_with_what_it_says(
    tmp_path: Path, said: dict[str, Any], found: str
) -> None:
    with pytest.raises(ModelNotFound, match=f"holds no language model: its config.json says {found}. What is needed"):
        kind_of(configured(tmp_path, **said))


@pytest.mark.parametrize("content", ["", "[]", '{"architectures": 3}', "3"])
def test_a_configuration_that_cannot_be_read_is_told(tmp_path: Path, content: str) -> None:
    with pytest.raises(ModelNotFound, match=r"its config\.json could not be read"):
        kind_of(tmp_path)
    (tmp_path / "config.json").write_text(content)
    with pytest.raises(ModelNotFound, match=r"its config\.json could not be read"):
        kind_of(tmp_path)


def test_the_kind_of_a_model_that_is_loaded_is_that_of_its_class() -> None:
    def loaded(name: str, both: bool = False) -> Any:
        return type(name, (), {"config": SimpleNamespace(is_encoder_decoder=both)})()

    assert kind_of_model(loaded("T5ForConditionalGeneration", True)) == "seq2seq"
    assert kind_of_model(loaded("BertForMaskedLM")) == "masked"
    assert kind_of_model(loaded("LlamaForCausalLM")) == "causal"


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ("", "ValueError"),
        ("  two\n\n  lines ", "two lines"),
        ("broken\nframe #0: torch::x\nException raised from y\nC++ CapturedTraceback: z", "broken"),
        (f"size {'1' * 39}", f"size {'1' * 39}"),
        (f"size {'1' * 40}", "size 11111111... (40 digits)"),
        ("x" * 700, "x" * 600),
    ],
)
def test_what_a_library_says_is_told_in_short(said: str, reason: str) -> None:
    assert failure_reason(ValueError(said)) == reason


@pytest.mark.parametrize("said", ["pass trust_remote_code=True", "it contains custom code"])
def test_advice_to_run_code_of_strangers_is_not_passed_on(said: str) -> None:
    assert failure_reason(ValueError(said)).startswith("it asks for code of its own")


def test_weights_that_are_missing_are_counted(tmp_path: Path) -> None:
    from safetensors.torch import load_file, save_file

    path = make_model(tmp_path) / "model.safetensors"
    tensors = load_file(path)
    lost = sorted(name for name in tensors if "layers.1.mlp" in name)
    save_file({name: one for name, one in tensors.items() if name not in lost}, path, metadata={"format": "pt"})

    said = told(tmp_path, "weights")

    assert said.endswith(f"lacks weights that this kind of model needs ({lost[0]}, {len(lost)} in all)")


def test_a_model_of_another_kind_is_told_with_what_answers_with_it(tmp_path: Path) -> None:
    make_model(tmp_path)

    with pytest.raises(ModelNotFound, match=r"holds a causal language model; chat models that answer with one: .*tran"):
        load_model(tmp_path, "float32", "masked")


def test_a_model_is_ready_to_answer_in_the_precision_that_is_asked_for(tmp_path: Path) -> None:
    found = load_model(make_model(tmp_path), "bfloat16")

    assert (found.dtype, found.training) == (torch.bfloat16, False)


def test_no_hub_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HF_HUB_OFFLINE", "HF_HUB_DISABLE_TELEMETRY"):
        monkeypatch.setenv(name, "0")
    prepare_transformers()

    assert (os.environ["HF_HUB_OFFLINE"], os.environ["HF_HUB_DISABLE_TELEMETRY"]) == ("1", "1")
