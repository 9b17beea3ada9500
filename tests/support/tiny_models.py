"""Language models small enough to be made in a test, saved as transformers loads them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any


def tiny_causal(folder: Path, texts: Sequence[str], *, template: str | None = None, seed: int = 0) -> Path:
    """A Llama of two layers with random weights, and a byte-level tokenizer that was trained on the texts."""
    import torch
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
    from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    trainer = trainers.BpeTrainer(
        vocab_size=600, special_tokens=["<s>", "</s>"], initial_alphabet=alphabet, show_progress=False
    )
    tokenizer.train_from_iterator(texts, trainer)
    fast = PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, bos_token="<s>", eos_token="</s>", chat_template=template
    )
    fast.save_pretrained(folder)
    torch.manual_seed(seed)
    config = LlamaConfig(
        vocab_size=len(fast), hidden_size=32, intermediate_size=64, num_hidden_layers=2, num_attention_heads=4,
        num_key_value_heads=2, max_position_embeddings=1024, initializer_range=0.5, eos_token_id=1, bos_token_id=0,
    )  # fmt: skip
    LlamaForCausalLM(config).save_pretrained(folder)
    return folder


def tiny_masked(
    folder: Path, texts: Sequence[str], words: Sequence[str], *, steps: int = 120, longest: int = 64
) -> Path:
    """A BERT of two layers that has really learnt the texts: in each, the word that stands in ``words`` was masked.

    Every word of a text is a token; what is in no text is made of characters.
    """
    import torch
    from transformers import BertConfig, BertForMaskedLM

    tokenizer = _word_pieces(texts, longest)
    tokenizer.save_pretrained(folder)
    torch.manual_seed(0)
    config = BertConfig(
        vocab_size=len(tokenizer), hidden_size=48, num_hidden_layers=2, num_attention_heads=4, intermediate_size=96,
        max_position_embeddings=longest, hidden_dropout_prob=0.0, attention_probs_dropout_prob=0.0,
    )  # fmt: skip
    model = BertForMaskedLM(config)
    _learn(model, tokenizer, list(zip(texts, words, strict=True)), steps)
    model.save_pretrained(folder)
    return folder


def tiny_seq2seq(folder: Path, pairs: Sequence[tuple[str, str]], *, steps: int = 60, longest: int = 64) -> Path:
    """A T5 of two layers on each side that has really learnt to say the second text to the first.

    Every word of a text is a token.
    """
    import torch
    from tokenizers import processors
    from transformers import T5Config, T5ForConditionalGeneration

    tokenizer = _word_pieces([text for pair in pairs for text in pair], longest)
    tokenizer.backend_tokenizer.post_processor = processors.TemplateProcessing(
        single="$A [SEP]", special_tokens=[("[SEP]", 3)]
    )
    tokenizer.eos_token = "[SEP]"
    tokenizer.save_pretrained(folder)
    torch.manual_seed(0)
    config = T5Config(
        vocab_size=len(tokenizer), d_model=32, d_kv=8, d_ff=64, num_layers=2, num_heads=4, dropout_rate=0.0,
        decoder_start_token_id=0, pad_token_id=0, eos_token_id=3,
    )  # fmt: skip
    model = T5ForConditionalGeneration(config)
    batch = tokenizer([text for text, _ in pairs], padding=True, return_tensors="pt")
    labels = tokenizer([said for _, said in pairs], padding=True, return_tensors="pt")["input_ids"]
    optimizer = torch.optim.AdamW(model.parameters(), lr=5e-3)
    for _ in range(steps):
        optimizer.zero_grad()
        given = {key: value for key, value in batch.items() if key != "token_type_ids"}
        model(**given, labels=torch.where(labels == 0, -100, labels)).loss.backward()
        optimizer.step()
    model.eval().save_pretrained(folder)
    return folder


def _word_pieces(texts: Sequence[str], longest: int) -> Any:
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors
    from transformers import PreTrainedTokenizerFast

    split = pre_tokenizers.BertPreTokenizer()
    words = sorted({word for text in texts for word, _ in split.pre_tokenize_str(text)})
    letters = sorted({letter for word in words for letter in word})
    special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    pieces = dict.fromkeys([*special, *words, *letters, *(f"##{letter}" for letter in letters)])
    tokenizer = Tokenizer(models.WordPiece({piece: n for n, piece in enumerate(pieces)}, unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=False)
    tokenizer.pre_tokenizer = split
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", special_tokens=[("[CLS]", 2), ("[SEP]", 3)]
    )
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, pad_token="[PAD]", unk_token="[UNK]", cls_token="[CLS]", sep_token="[SEP]",
        mask_token="[MASK]", model_max_length=longest,
    )  # fmt: skip


def _learn(model: Any, tokenizer: Any, pairs: Sequence[tuple[str, str]], steps: int) -> None:
    import torch

    batch = tokenizer([text for text, _ in pairs], padding=True, return_tensors="pt", return_offsets_mapping=True)
    spans, ids = batch.pop("offset_mapping"), batch["input_ids"]
    starts = torch.tensor([text.rindex(word) for text, word in pairs])[:, None]
    ends = torch.tensor([text.rindex(word) + len(word) for text, word in pairs])[:, None]
    hidden = (spans[..., 0] < ends) & (spans[..., 1] > starts) & (spans[..., 0] < spans[..., 1])
    labels = torch.where(hidden, ids, -100)
    batch["input_ids"] = torch.where(hidden, tokenizer.mask_token_id, ids)
    # With one thread it takes as long, and the same, however busy the machine is.
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    optimizer = torch.optim.AdamW(model.parameters(), lr=5e-3)
    for _ in range(steps):
        optimizer.zero_grad()
        model(**batch, labels=labels).loss.backward()
        optimizer.step()
    torch.set_num_threads(threads)
    model.eval()
