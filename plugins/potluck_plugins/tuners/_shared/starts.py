"""Where soft prompts begin: at real words, because from random numbers they hardly train.

Lester et al. (2021), figure 3(b): the vocabulary and the labels' words are better beginnings than random numbers.
"""

from __future__ import annotations

from typing import Any, Literal, TypeAlias

from potluck.contracts import TuningRequest
from potluck.models.tokenizer import check_rows

Start: TypeAlias = Literal["vocabulary", "text", "labels", "random"]
INSTRUCTION = "Read what follows carefully and answer with the right words and nothing else.\n"


def tokens(start: Start, text: str, length: int, request: TuningRequest, tokenizer: Any, rows: int) -> list[int]:
    """``length`` tokens to begin with: of a text, of the labels (of a text if there are none), or any words.

    A text that is too short is repeated. Raises ``TokenizerMismatch`` for tokens beyond the model's ``rows``.
    """
    import torch

    special = set(tokenizer.all_special_ids)
    if start == "vocabulary":
        drawn: list[int] = torch.randperm(min(len(tokenizer), rows))[: length + len(special)].tolist()
        return [token for token in drawn if token not in special][:length]
    words = " ".join(request.labels) if start == "labels" and request.labels else text or INSTRUCTION
    found: list[int] = tokenizer(words, add_special_tokens=False)["input_ids"]
    check_rows(found, tokenizer, rows, str(request.model))
    return (found * (length // max(1, len(found)) + 1))[:length]


def on_meta(model: Any) -> bool:
    """Whether a model has no values, because it is only counted."""
    return any(one.is_meta for one in model.parameters())
