"""Batches for models that read a text from both sides: a row an example, filled up to the longest.

What is laid end to end in one row (see ``pack``) would not be the same for them: a soft prompt sees the text behind
it. Examples of about the same length stand together, so that little is filled up.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from potluck.tuning.encode import Encoded

if TYPE_CHECKING:
    import torch


@dataclass(frozen=True, slots=True)
class PaddedBatch:
    """``ids`` and ``seen`` (1 where a token stands) have the shape ``(rows, length)``, int64.

    ``predicting`` are the row and the place of each figure that is wanted, shape ``(2, n)``; ``targets`` the tokens
    that are right there, ``owners`` the example of each. ``decoder`` is what a sequence-to-sequence model has said
    before, shape ``(rows, answer)``; then places are those of the answer. None for a masked model.
    """

    ids: torch.Tensor
    seen: torch.Tensor
    predicting: torch.Tensor
    targets: torch.Tensor
    owners: torch.Tensor
    decoder: torch.Tensor | None = None


def padded_batches(
    examples: Sequence[Encoded], tokens: int, padding: int, begin: int | None, device: str = "cpu"
) -> Iterator[PaddedBatch]:
    """Batches of at most ``tokens`` tokens (more only for one long example) that hold each example once.

    ``padding`` fills up; ``begin`` is the token that a sequence-to-sequence model's answer begins after.
    """
    batch: list[Encoded] = []
    for example in sorted(examples, key=lambda one: len(one.ids)):
        if batch and (len(batch) + 1) * len(example.ids) > tokens:
            yield pad_examples(batch, padding, begin, device)
            batch = []
        batch.append(example)
    if batch:
        yield pad_examples(batch, padding, begin, device)


def pad_examples(examples: Sequence[Encoded], padding: int, begin: int | None, device: str = "cpu") -> PaddedBatch:
    """One batch, on a device of torch's."""
    import torch

    places = [
        (row, place + (one.start if begin is None else 0))
        for row, one in enumerate(examples)
        for place in range(one.target_count)
    ]
    decoder = None
    if begin is not None:
        decoder = _pad([(begin, *one.answer[:-1]) for one in examples], padding, device)
    return PaddedBatch(
        ids=_pad([one.ids for one in examples], padding, device),
        seen=_pad([(1,) * len(one.ids) for one in examples], 0, device),
        predicting=torch.tensor(places, device=device).T,
        targets=torch.tensor([token for one in examples for token in one.answer], device=device),
        owners=torch.tensor([row for row, _ in places], device=device),
        decoder=decoder,
    )


def _pad(texts: Sequence[Sequence[int]], padding: int, device: str) -> torch.Tensor:
    import torch

    width = max(map(len, texts))
    return torch.tensor([[*text, *[padding] * (width - len(text))] for text in texts], device=device)
