"""A model folder that cannot be loaded is an error by name, and no message advises to run code of strangers.

Modules: ``potluck.models.loading``.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch

from potluck.errors import ModelNotFound
from potluck.models.loading import load_meta_model, load_model, load_tokenizer
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
