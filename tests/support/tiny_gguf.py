"""A model for llama.cpp that is small enough to be made in a test."""

from __future__ import annotations

import json
from pathlib import Path

from potluck.testing import tiny_model


def tiny_gguf(folder: Path, seed: int = 0, template: str | None = None) -> Path:
    """``tiny_model`` as a GGUF file: a Llama of two layers with random weights, its tokenizer and its template.

    ``template`` stands in the place of its own.
    """
    import gguf

    from potluck.models.loading import load_model, load_tokenizer

    source = tiny_model(folder, seed)
    model, tokenizer, path = load_model(source, "float32"), load_tokenizer(source), folder / "model.gguf"
    config, writer = model.config, gguf.GGUFWriter(path, "llama")
    writer.add_context_length(config.max_position_embeddings)
    writer.add_embedding_length(config.hidden_size)
    writer.add_block_count(config.num_hidden_layers)
    writer.add_feed_forward_length(config.intermediate_size)
    writer.add_head_count(config.num_attention_heads)
    writer.add_head_count_kv(config.num_key_value_heads)
    writer.add_layer_norm_rms_eps(config.rms_norm_eps)
    writer.add_vocab_size(config.vocab_size)
    words = tokenizer.convert_ids_to_tokens(range(config.vocab_size))
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("gpt-2")
    writer.add_token_list(words)
    kinds = [gguf.TokenType.CONTROL if word in ("<s>", "</s>") else gguf.TokenType.NORMAL for word in words]
    writer.add_token_types(kinds)
    merges = json.loads((source / "tokenizer.json").read_text(encoding="utf-8"))["model"]["merges"]
    writer.add_token_merges([" ".join(pair) for pair in merges])
    writer.add_bos_token_id(config.bos_token_id)
    writer.add_eos_token_id(config.eos_token_id)
    writer.add_add_bos_token(False)
    writer.add_chat_template(template or tokenizer.chat_template)
    names = gguf.get_tensor_name_map(gguf.MODEL_ARCH.LLAMA, config.num_hidden_layers)
    for name, value in model.state_dict().items():
        writer.add_tensor(names.get_name(name, try_suffixes=(".weight",)), value.float().numpy())
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path
