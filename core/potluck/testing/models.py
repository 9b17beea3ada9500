"""A language model small enough to be made for a test, and a task that it can learn."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from potluck.contracts import TuningRequest
from potluck.documents import Example, Message

LABELS = ("fruit", "weather")
_TEXTS = (("the red apple", 0), ("a blue sky", 1), ("紅色的蘋果", 0), ("藍色的天空", 1))
_TEMPLATE = (
    "{% for m in messages %}<s>{{ m['role'] }}\n{{ m['content'] }}</s>\n{% endfor %}"
    "{% if add_generation_prompt %}<s>assistant\n{% endif %}"
)


def examples(count: int = 16) -> list[Example]:
    """Texts about fruit and weather in two languages, each with its label."""
    kinds = [_TEXTS[number % len(_TEXTS)] for number in range(count)]
    return [
        Example((Message("user", f"{text} {number}"),), LABELS[label]) for number, (text, label) in enumerate(kinds)
    ]


def request(model: Path, folder: Path, seed: int = 0) -> TuningRequest:
    """To tune a model on those texts, in a folder that is made."""
    folder.mkdir(parents=True, exist_ok=True)
    return TuningRequest(model, "classification", examples(), (), folder, seed, LABELS)


def tiny_model(folder: Path, seed: int = 0) -> Path:
    """A Llama of two layers, 32 wide, with random weights, and a tokenizer of bytes with a chat template."""
    import torch
    from transformers import LlamaConfig, LlamaForCausalLM

    tokenizer = _tokenizer()
    tokenizer.save_pretrained(folder)
    config = LlamaConfig(
        vocab_size=len(tokenizer),
        hidden_size=32,
        intermediate_size=64,
        num_hidden_layers=2,
        num_attention_heads=4,
        num_key_value_heads=2,
        max_position_embeddings=512,
        initializer_range=0.5,
        bos_token_id=tokenizer.bos_token_id,
        eos_token_id=tokenizer.eos_token_id,
    )
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        LlamaForCausalLM(config).save_pretrained(folder)
    return folder


def _tokenizer() -> Any:
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
    from transformers import PreTrainedTokenizerFast

    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=600,
        special_tokens=["<s>", "</s>"],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator([*(text for text, _ in _TEXTS), *LABELS, "user", "assistant"], trainer)
    marks = {"bos_token": "<s>", "eos_token": "</s>"}
    return PreTrainedTokenizerFast(tokenizer_object=tokenizer, chat_template=_TEMPLATE, **marks)
