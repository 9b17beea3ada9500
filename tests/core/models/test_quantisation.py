"""A quantised file is the file of floats in fewer bits, tensor by tensor as llama.cpp chooses, and llama.cpp reads it.

Modules: ``potluck.models.quantisation``.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest

from potluck.errors import MissingDependency, Unsupported
from potluck.models.quantisation import PRECISIONS, Precision, Shape, quantise, tensor_type

gguf = pytest.importorskip("gguf")

LLAMA = Shape("llama", layers=32, experts=0, tied=False)
DOWN = [f"blk.{layer}.ffn_down.weight" for layer in range(32)]


@pytest.mark.parametrize(
    ("name", "shape", "columns", "wanted"),
    [
        ("output.weight", LLAMA, 4096, "Q6_K"),
        ("token_embd.weight", LLAMA, 4096, "Q4_K"),
        ("token_embd.weight", Shape("llama", 32, 0, tied=True), 4096, "Q6_K"),
        ("output.weight", Shape("falcon", 32, 0, tied=False), 4096, "Q8_0"),
        ("blk.8.attn_q.weight", LLAMA, 4096, "Q4_K"),
        ("blk.8.attn_output.weight", LLAMA, 4096, "Q4_K"),
        ("blk.8.attn_output.weight", Shape("llama", 32, 8, tied=False), 4096, "Q5_K"),
        ("blk.8.attn_k.weight", Shape("llama", 32, 8, tied=False), 4096, "Q8_0"),
        ("blk.8.attn_v.weight", Shape("llama", 32, 8, tied=False), 4096, "Q8_0"),
        ("blk.8.attn_qkv.weight", LLAMA, 4096, "Q5_K"),
        ("blk.1.ffn_down.weight", Shape("falcon", 32, 0, tied=False), 4096, "Q6_K"),
        ("blk.2.ffn_down.weight", Shape("falcon", 32, 0, tied=False), 4096, "Q5_K"),
        ("blk.5.ffn_down.weight", Shape("falcon", 32, 0, tied=False), 4096, "Q4_K"),
        ("blk.8.attn_q.weight", LLAMA, 576, "Q5_0"),
        ("blk.8.attn_qkv.weight", LLAMA, 576, "Q5_1"),
        ("output.weight", LLAMA, 576, "Q8_0"),
        ("blk.8.attn_q.weight", LLAMA, 80, "F16"),
        ("blk.8.attn_q_norm.weight", LLAMA, 4096, "F32"),
        ("blk.8.ffn_gate_inp.weight", LLAMA, 4096, "F32"),
        ("blk.8.attn_q.bias", LLAMA, 4096, "F16"),
    ],
)
def test_four_bits_are_more_where_they_matter(name: str, shape: Shape, columns: int, wanted: str) -> None:
    assert tensor_type(name, "q4_k_m", shape, columns) == wanted


@pytest.mark.parametrize("kind", ["ffn_down", "attn_v"])
def test_the_first_and_last_layers_and_every_third_between_them_have_six_bits(kind: str) -> None:
    six = [layer for layer in range(32) if tensor_type(f"blk.{layer}.{kind}.weight", "q4_k_m", LLAMA, 256) == "Q6_K"]

    assert six == [0, 1, 2, 3, 6, 9, 12, 15, 18, 21, 24, 27, 28, 29, 30, 31]


@pytest.mark.parametrize(("precision", "wanted"), [("f16", "F16"), ("q8_0", "Q8_0")])
def test_the_other_precisions_are_the_same_for_all(precision: Precision, wanted: str) -> None:
    assert {tensor_type(name, precision, LLAMA, 4096) for name in (*DOWN, "output.weight")} == {wanted}


def floats(path: Path) -> Path:
    """A file with a matrix whose rows are whole blocks, one whose rows are not, a norm, and some metadata."""
    chance = np.random.default_rng(0)
    writer = gguf.GGUFWriter(path, "llama")
    writer.add_block_count(1)
    writer.add_token_list(["<s>", "天空", "a"])
    writer.add_rope_freq_base(1e4)
    writer.add_tensor("blk.0.attn_q.weight", chance.normal(size=(4, 512)).astype(np.float16))
    writer.add_tensor("blk.0.ffn_down.weight", chance.normal(size=(4, 576)).astype(np.float16))
    writer.add_tensor("output.weight", chance.normal(size=(3, 256)).astype(np.float16))
    writer.add_tensor("output_norm.weight", chance.normal(size=256).astype(np.float32))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path


@pytest.mark.parametrize(
    ("precision", "kinds", "furthest", "file_type"),
    [
        ("f16", ["F16", "F16", "F16", "F32"], 0.0, 1),
        ("q8_0", ["Q8_0", "Q8_0", "Q8_0", "F32"], 0.02, 7),
        ("q4_k_m", ["Q4_K", "Q8_0", "Q6_K", "F32"], 0.25, 15),
    ],
)
def test_values_are_near_and_all_else_is_the_same(
    precision: Precision, kinds: list[str], furthest: float, file_type: int, tmp_path: Path
) -> None:
    if precision == "q4_k_m":
        pytest.importorskip("xllamacpp")
    before = gguf.GGUFReader(floats(tmp_path / "floats.gguf"))
    quantise(tmp_path / "floats.gguf", tmp_path / "out.gguf", precision)
    after = gguf.GGUFReader(tmp_path / "out.gguf")

    assert [tensor.tensor_type.name for tensor in after.tensors] == kinds
    for one, other in zip(before.tensors, after.tensors, strict=True):
        values = gguf.quants.dequantize(other.data, other.tensor_type)
        assert one.name == other.name
        assert np.abs(gguf.quants.dequantize(one.data, one.tensor_type) - values).max() <= furthest
    kept = ("general.architecture", "tokenizer.ggml.tokens", "llama.rope.freq_base", "llama.block_count")
    assert [after.fields[name].contents() for name in kept] == [before.fields[name].contents() for name in kept]
    assert after.fields["general.file_type"].contents() == file_type


def test_without_llama_cpp_eight_bits_are_written_and_four_are_an_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "xllamacpp", None)
    floats(tmp_path / "floats.gguf")

    quantise(tmp_path / "floats.gguf", tmp_path / "eight.gguf", "q8_0")
    with pytest.raises(MissingDependency, match=r"is written with the package 'xllamacpp'. Run: .*gguf"):
        quantise(tmp_path / "floats.gguf", tmp_path / "four.gguf", "q4_k_m")


def test_a_build_of_llama_cpp_that_offers_no_quantisation_is_an_error_that_says_what_works(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import ctypes
    import types

    class Library:
        def __init__(self, path: str) -> None:
            raise OSError("no such library")

    monkeypatch.setitem(sys.modules, "xllamacpp", types.SimpleNamespace(xllamacpp=types.SimpleNamespace(__file__="x")))
    monkeypatch.setattr(ctypes, "CDLL", Library)
    with pytest.raises(Unsupported, match="write q8_0 or f16, or quantise the f16 file"):
        quantise(floats(tmp_path / "floats.gguf"), tmp_path / "four.gguf", "q4_k_m")


def test_the_precisions_are_those_of_the_command() -> None:
    from potluck.cli.merge import command

    (option,) = [one for one in command.params if one.name == "precision"]
    assert tuple(option.type.to_info_dict()["choices"]) == PRECISIONS
