"""How likely continuations of a text are to a causal model: the tokens to sum over, and the sums."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Sequence
from typing import Any

from potluck.errors import ContextExceeded
from potluck.models.inputs import cache_of
from potluck.models.rendering import common_prefix_length

_KEPT = 8192
"""Tokens of all rows of a batch together, those of the prompt included: they take up memory."""
_FIGURES = 256
"""Tokens whose logits are held at once: each has one for every word of the vocabulary."""


def split_continuations(prompt: Sequence[int], texts: Sequence[Sequence[int]]) -> tuple[list[int], list[list[int]]]:
    """Cut texts, as tokens, where their sum begins: what all share with the prompt, and the rest of each.

    Raises ``ValueError`` for a text that is not a token longer than that.
    """
    start = min(common_prefix_length(prompt, text) for text in texts)
    rests = [list(text[start:]) for text in texts]
    if not all(rests):
        raise ValueError("a continuation is not a token of its own for this model")
    return list(prompt[:start]), rests


def check_continuations(continuations: Sequence[str]) -> None:
    """Raise ``ValueError`` if there is nothing to score."""
    if not all(continuations):
        raise ValueError("a continuation without a character has no likelihood")


def check_fits(context: Sequence[int], rests: Sequence[Sequence[int]], window: int | None) -> None:
    """Raise ``ContextExceeded`` if the longest text does not fit."""
    longest = len(context) + max(map(len, rests))
    if window is not None and longest > window:
        raise ContextExceeded(f"a text of {longest} tokens does not fit the model's context of {window} tokens")


def continuation_logprobs(
    model: Any, context: Sequence[int], rests: Sequence[Sequence[int]], past: Any = None
) -> list[float]:
    """The sum of log p(token | before) over each rest behind a context that is not empty.

    ``model`` takes ``input_ids``, ``cache`` and ``logits_to_keep``, and gives what a transformers model gives. ``past``
    are keys and values that stand before the context; they are changed.

    The context is computed once; what the model keeps of it is copied for each batch. Rests of one token cost nothing
    more.
    """
    import torch

    with torch.inference_mode():
        given = torch.tensor([list(context)])
        output = model(input_ids=given, cache=past, use_cache=True, logits_to_keep=1)
        first = output.logits[0, -1].float().log_softmax(-1)
        sums = [float(first[rest[0]]) for rest in rests]
        for batch in _batches(len(context), rests):
            past = copy.deepcopy(cache_of(output))
            past.batch_repeat_interleave(len(batch))
            for number, more in zip(batch, _later_logprobs(model, past, [rests[n] for n in batch]), strict=True):
                sums[number] += more
    return sums


def _batches(context: int, rests: Sequence[Sequence[int]]) -> Iterator[list[int]]:
    """The numbers of the rests of more than one token, shortest first, in batches that fit the memory."""
    batch: list[int] = []
    for number in sorted((n for n, rest in enumerate(rests) if len(rest) > 1), key=lambda n: len(rests[n])):
        if batch and (len(batch) + 1) * (context + len(rests[number])) > _KEPT:
            yield batch
            batch = []
        batch.append(number)
    if batch:
        yield batch


def _later_logprobs(model: Any, past: Any, rests: Sequence[Sequence[int]]) -> list[float]:
    """The sums over all but the first token of each. Short rows are filled up: no token sees what stands behind it."""
    import torch

    width = max(map(len, rests))
    ids = torch.tensor([[*rest, *[0] * (width - len(rest))] for rest in rests])
    counted = torch.arange(1, width) < torch.tensor([[len(rest)] for rest in rests])
    total = torch.zeros(len(rests), dtype=torch.float64)
    step = max(1, _FIGURES // len(rests))
    for start in range(0, width - 1, step):
        end = min(start + step, width - 1)
        output = model(input_ids=ids[:, start:end], cache=past, use_cache=True)
        past, logits = cache_of(output), output.logits.float()
        said = ids[:, start + 1 : end + 1, None].to(logits.device)
        chosen = logits.gather(-1, said)[..., 0] - logits.logsumexp(-1)
        total += torch.where(counted[:, start:end], chosen.cpu(), 0.0).sum(-1)
    return [float(value) for value in total]
