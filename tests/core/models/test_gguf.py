"""Models written as GGUF are the models that they were made from, to the precision of the file."""

from __future__ import annotations

import json
import struct
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("torch")
gguf = pytest.importorskip("gguf")

from potluck.adapters.merge import merge  # noqa: E402
from potluck.api import Recipe  # noqa: E402
from potluck.documents import Message  # noqa: E402
from potluck.errors import ModelNotFound, Unsupported  # noqa: E402
from potluck.models.gguf import as_gguf, as_safetensors  # noqa: E402
from potluck.models.loading import load_model, load_tokenizer  # noqa: E402
from support.servers import SMOLLM2  # noqa: E402
from support.tiny_gguf import tiny_gguf  # noqa: E402
from support.tiny_models import tiny_causal  # noqa: E402


def emptied(model: Any, words: list[str], path: Path, kind: str = "llama") -> Path:
    """A GGUF file of a model's shape, with a tokenizer, and zeros in the place of its weights."""
    config, writer = model.config, gguf.GGUFWriter(path, kind)
    writer.add_context_length(config.max_position_embeddings)
    writer.add_embedding_length(config.hidden_size)
    writer.add_block_count(config.num_hidden_layers)
    writer.add_feed_forward_length(config.intermediate_size)
    writer.add_head_count(config.num_attention_heads)
    writer.add_head_count_kv(config.num_key_value_heads)
    writer.add_layer_norm_rms_eps(config.rms_norm_eps)
    writer.add_rope_freq_base(config.rope_parameters["rope_theta"])
    writer.add_vocab_size(config.vocab_size)
    writer.add_tokenizer_model("gpt2")
    writer.add_token_list(words)
    writer.add_token_types([1] * len(words))
    names = gguf.get_tensor_name_map(gguf.MODEL_ARCH.LLAMA, config.num_hidden_layers)
    for name, value in model.state_dict().items():
        writer.add_tensor(names.get_name(name, try_suffixes=(".weight",)), 0 * value.float().numpy())
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path


def test_a_model_written_as_gguf_and_read_again_has_the_same_weights(tmp_path: Path) -> None:
    from transformers import AutoModelForCausalLM

    folder = tiny_causal(tmp_path / "model", ["the red apple", "藍色的天空"])
    model, words = load_model(folder, "float32"), load_tokenizer(folder).convert_ids_to_tokens
    source = emptied(model, words(range(model.config.vocab_size)), tmp_path / "source.gguf")
    as_gguf(model, source, tmp_path / "out.gguf")
    again = AutoModelForCausalLM.from_pretrained(tmp_path, gguf_file="out.gguf", dtype="float32")
    for name, value in model.state_dict().items():
        assert again.state_dict()[name] == pytest.approx(value, rel=1e-3, abs=1e-4), name
    reader = gguf.GGUFReader(tmp_path / "out.gguf")
    assert reader.fields["tokenizer.ggml.tokens"].contents() == words(range(model.config.vocab_size))


def test_a_file_that_lies_among_those_of_a_model_keeps_its_own_template(tmp_path: Path) -> None:
    path = tiny_gguf(tmp_path / "model", template="{% for m in messages %}問：{{ m['content'] }}{% endfor %}")
    assert (path.parent / "tokenizer_config.json").is_file()

    found = load_tokenizer(as_safetensors(path, tmp_path / "kept"))

    assert found.chat_template == "{% for m in messages %}問：{{ m['content'] }}{% endfor %}"


def test_an_architecture_whose_layout_is_not_known_is_refused_by_name(tmp_path: Path) -> None:
    folder = tiny_causal(tmp_path / "model", ["the red apple"])
    model = load_model(folder, "float32")
    source = emptied(model, ["a"], tmp_path / "source.gguf", kind="falcon")
    with pytest.raises(Unsupported, match="'falcon'"):
        as_gguf(model, source, tmp_path / "out.gguf")


@pytest.mark.slow
def test_llama_cpp_answers_with_the_exported_model_as_transformers_does_with_the_tuned_one(tmp_path: Path) -> None:
    pytest.importorskip("xllamacpp")
    rows = [{"prompt": f"WIN a prize {n}", "completion": "garbage"} for n in range(8)]
    rows += [{"prompt": f"see you at {n}", "completion": "ok"} for n in range(8)]
    (tmp_path / "train.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    training = {"max_steps": 8, "learning_rate": 2e-3}
    said = {
        "model": SMOLLM2, "task": "classification", "dataset": {"path": "train.jsonl", "validation": 0},
        "tuner": {"use": "lora", "training": training}, "chat": {"use": "transformers", "dtype": "float32"},
    }  # fmt: skip
    (tmp_path / "recipe.yaml").write_text(json.dumps(said), encoding="utf-8")
    question, labels = [Message("user", "WIN a car")], ["garbage", "ok"]
    found = {}
    with Recipe.load(tmp_path / "recipe.yaml") as tuned:
        merge(tuned.components, tmp_path / "out.gguf")
        found["tuned"] = tuned.chat_model().likelihoods(question, labels)
    chats = {"frozen": "chat={use: transformers, dtype: float32}", "exported": "chat={use: llama-cpp, model: out.gguf}"}
    for name, chat in chats.items():
        with Recipe.load(tmp_path / "recipe.yaml", ["tuner=null", chat]) as other:
            found[name] = other.chat_model().likelihoods(question, labels)
    for tuned_one, exported, frozen in zip(found["tuned"], found["exported"], found["frozen"], strict=True):
        assert abs(exported.logprob - tuned_one.logprob) < 0.3
        assert abs(exported.logprob - frozen.logprob) > 1


def test_a_file_that_claims_more_layers_than_it_holds_is_refused_before_they_are_built(tmp_path: Path) -> None:
    folder = tiny_causal(tmp_path / "model", ["the red apple"])
    model, words = load_model(folder, "float32"), load_tokenizer(folder).convert_ids_to_tokens
    path = emptied(model, words(range(model.config.vocab_size)), tmp_path / "model.gguf")
    key = b"llama.block_count" + struct.pack("<I", gguf.GGUFValueType.UINT32)
    content = path.read_bytes()
    for layers in (900, 10_000_000):
        path.write_bytes(content.replace(key + struct.pack("<I", 2), key + struct.pack("<I", layers)))
        with pytest.raises(
            ModelNotFound, match=r"model\.gguf: its configuration (claims more layers|describes a model)"
        ):
            as_safetensors(path, tmp_path / "kept")
