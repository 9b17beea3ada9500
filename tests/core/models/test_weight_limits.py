"""A configuration that claims more than the weights hold is refused before it is built.

Modules: ``potluck.models.weight_limits``.
"""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from safetensors.numpy import save_file
from torch.nn.modules.module import register_module_parameter_registration_hook

from potluck.errors import ModelNotFound
from potluck.models.loading import load_meta_model, load_model
from potluck.models.weight_limits import Weights, limit_to_weights
from support.tuning import make_model

HUGE = int("9" * 400)
READERS: dict[str, Any] = {"weights": lambda folder: load_model(folder, "float32"), "shapes": load_meta_model}
CLAIMS: dict[str, dict[str, Any]] = {
    "layers": {"num_hidden_layers": 10_000_000},
    "some layers": {"num_hidden_layers": 900},
    "layers of a part": {"text_config": {"n_layer": 10_000_000}},
    "digits": {"num_hidden_layers": HUGE},
    "words": {"vocab_size": 1_000_000_000},
    "width": {"hidden_size": 1_000_000},
}


@pytest.mark.timeout(60)
@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("claim", CLAIMS)
def test_a_config_that_claims_more_than_the_weights_hold_is_refused_before_it_is_built(
    tmp_path: Path, reader: str, claim: str
) -> None:
    built = list[str]()
    hook = register_module_parameter_registration_hook(lambda module, name, parameter: built.append(name))
    path = make_model(tmp_path / "model") / "config.json"
    path.write_text(json.dumps({**json.loads(path.read_text(encoding="utf-8")), **CLAIMS[claim]}), encoding="utf-8")
    with pytest.raises(ModelNotFound) as refused:
        READERS[reader](tmp_path / "model")
    hook.remove()
    message = str(refused.value)
    assert str(tmp_path) in message
    assert "than its weights hold" in message or "than its weights have tensors (21)" in message
    assert len(built) < 2_000
    assert len(message) < 900


def test_what_is_built_beside_a_model_that_is_refused_is_not_counted(tmp_path: Path) -> None:
    folder = make_model(tmp_path)
    with limit_to_weights(folder), ThreadPoolExecutor(1) as pool:
        assert pool.submit(torch.nn.Linear, 10_000, 1000).result().in_features == 10_000
    with pytest.raises(ModelNotFound, match="far more parameters"), limit_to_weights(folder):
        torch.nn.Linear(10_000, 1000)
    assert torch.nn.Linear(10_000, 1000).in_features == 10_000


def test_a_gguf_file_that_holds_a_vocabulary_alone_claims_no_layers(tmp_path: Path) -> None:
    gguf = pytest.importorskip("gguf")
    path = tmp_path / "vocabulary.gguf"
    writer = gguf.GGUFWriter(path, "llama")
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()

    assert Weights.in_gguf(path) == Weights(path, 0, 0)


def test_all_tensors_below_a_folder_are_counted_and_a_packed_one_for_eight(tmp_path: Path) -> None:
    (tmp_path / "部分").mkdir()
    save_file({"a": np.zeros((3, 5), "float32"), "b": np.zeros((), "float16")}, tmp_path / "one.safetensors")
    save_file({"packed": np.zeros((2, 2), "int32")}, tmp_path / "部分" / "二.safetensors")

    assert Weights.in_folder(tmp_path) == Weights(tmp_path, 3, 15 + 1 + 4 * 8)


@pytest.mark.parametrize("content", [None, b"", b"no safetensors"])
def test_a_folder_without_weights_that_can_be_read_sets_no_limit(tmp_path: Path, content: bytes | None) -> None:
    if content is not None:
        (tmp_path / "model.safetensors").write_bytes(content)

    assert Weights.in_folder(tmp_path) is None
    with limit_to_weights(tmp_path):
        assert torch.nn.Linear(100, 100).in_features == 100


@pytest.mark.parametrize(
    ("tensors", "claimed", "refused"),
    [
        (3, {"num_hidden_layers": 1000}, False),
        (3, {"num_hidden_layers": 1001}, True),
        (2000, {"num_hidden_layers": 2000}, False),
        (2000, {"num_hidden_layers": 2001}, True),
        (3, {"layers": 1001}, True),
        (3, {"n_layer": 1001}, True),
        (3, {"vision": {"text": {"n_layers": 1001}}}, True),
        (3, {"num_layers_per_block": 1001, "players": 1001}, False),
        (3, {"num_hidden_layers": "1001"}, False),
        (3, [{"num_hidden_layers": 1001}], False),
        (3, None, False),
    ],
)
def test_more_layers_than_tensors_are_refused_above_a_thousand(tensors: int, claimed: Any, refused: bool) -> None:
    weights = Weights(Path("模型"), tensors, 10)
    if not refused:
        weights.check(claimed)
        return
    with pytest.raises(ModelNotFound, match=rf"^模型: its configuration claims more layers \(.*\({tensors:,}\)"):
        weights.check(claimed)


def test_four_times_the_parameters_of_the_weights_are_built_and_not_one_more() -> None:
    weights = Weights(Path("m"), 1, 10)
    with weights.suffice():
        torch.nn.Linear(40, 1, bias=False)
    with pytest.raises(ModelNotFound, match=r"far more parameters than its weights hold \(10\)"), weights.suffice():
        torch.nn.Linear(40, 1)


def test_a_configuration_that_cannot_be_read_claims_nothing(tmp_path: Path) -> None:
    save_file({"a": np.zeros(10, "float32")}, tmp_path / "model.safetensors")
    for text in ("{", "[" * 100_000, '"層"'):
        (tmp_path / "config.json").write_text(text, encoding="utf-8")
        with limit_to_weights(tmp_path):
            pass
    (tmp_path / "config.json").write_text('{"n_layers": 1001}', encoding="utf-8")
    with pytest.raises(ModelNotFound, match="n_layers"), limit_to_weights(tmp_path):
        pass


def test_a_gguf_file_that_claims_more_blocks_than_it_has_tensors_is_refused(tmp_path: Path) -> None:
    gguf = pytest.importorskip("gguf")
    path = tmp_path / "blocks.gguf"
    for blocks in (1000, 1001):
        writer = gguf.GGUFWriter(path, "llama")
        writer.add_block_count(blocks)
        writer.add_tensor("a", np.zeros((2, 3), "float32"))
        writer.write_header_to_file()
        writer.write_kv_data_to_file()
        writer.write_tensors_to_file()
        writer.close()
        if blocks == 1000:
            assert Weights.in_gguf(path) == Weights(path, 1, 6)
    with pytest.raises(ModelNotFound, match="claims more layers"):
        Weights.in_gguf(path)
