"""The words that a tokenizer of the transformers library knows whole."""

from __future__ import annotations

from typing import Any

_UNFINISHED = "\ufffd"


def words_of(tokenizer: Any) -> list[str]:
    """The words that are one token, in order of their numbers: with a blank before them, or (Chinese) without."""
    special = set(tokenizer.all_special_ids)
    texts = tokenizer.batch_decode([[token] for token in range(len(tokenizer)) if token not in special])
    found = list(dict.fromkeys(text.strip() for text in texts if _is_word(text.strip())))
    spaced = [f" {word}" if word.isascii() else word for word in found]
    lengths = map(len, tokenizer(spaced, add_special_tokens=False)["input_ids"])
    return [word for word, length in zip(found, lengths, strict=True) if length == 1]


def _is_word(text: str) -> bool:
    return _UNFINISHED not in text and any(character.isalnum() for character in text) and not text.startswith("##")
