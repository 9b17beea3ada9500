"""Examples laid end to end in one row, so that nothing is computed for padding and nothing shared is computed twice.

The examples of a row do not see each other (a block-diagonal causal mask, positions that begin anew), so loss and
gradients are those of each example alone; Krell et al. (2021), *Efficient Sequence Packing without
Cross-contamination*. What all examples of a row begin with (a template's system prompt, an instruction) is computed
once and seen by all: with a causal model its keys and values are the same for each of them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from potluck.models.rendering import common_prefix_length
from potluck.tuning.encode import Encoded

if TYPE_CHECKING:
    import torch


@dataclass(frozen=True, slots=True)
class PackedBatch:
    """A row of ``length`` tokens; all tensors are int64.

    ``ids`` and ``positions`` have the shape ``(length,)``; ``segments`` too: -1 for the shared beginning, else the
    number of the example. ``predicting`` are the places whose next token is learned, ``targets`` these
    tokens, ``owners`` the example of each.
    """

    ids: torch.Tensor
    positions: torch.Tensor
    segments: torch.Tensor
    predicting: torch.Tensor
    targets: torch.Tensor
    owners: torch.Tensor

    @property
    def length(self) -> int:
        """Tokens that are computed."""
        return int(self.ids.numel())

    def mask(self, virtual: int = 0, rows: bool = False) -> Any:
        """Which place sees which, bool of shape ``(1, 1, q, virtual + length)``.

        ``virtual`` positions stand before all and are seen by all. With ``rows`` they are computed too, in order.
        """
        import torch

        here = self.ids.device
        places = torch.arange(self.length, device=here)
        same = (self.segments[:, None] == self.segments[None, :]) | (self.segments[None, :] == -1)
        seen = same & (places[None, :] <= places[:, None])
        if virtual:
            seen = torch.cat([torch.ones(self.length, virtual, dtype=torch.bool, device=here), seen], dim=1)
        if rows:
            above = torch.zeros(virtual, virtual + self.length, dtype=torch.bool, device=here)
            above[:, :virtual] = torch.ones(virtual, virtual, dtype=torch.bool, device=here).tril()
            seen = torch.cat([above, seen], dim=0)
        return seen[None, None]


def packed_batches(examples: Sequence[Encoded], tokens: int, device: str = "cpu") -> Iterator[PackedBatch]:
    """Rows of at most ``tokens`` tokens (more only for one long example) that hold each example once."""
    row: list[Encoded] = []
    for example in sorted(examples, key=lambda one: len(one.ids)):
        if row and _length([*row, example]) > tokens:
            yield pack_examples(row, device)
            row = []
        row.append(example)
    if row:
        yield pack_examples(row, device)


def pack_examples(examples: Sequence[Encoded], device: str = "cpu") -> PackedBatch:
    """One row, on a device of torch's."""
    import torch

    common = shared_prefix_length(examples)
    ids, positions, segments = list(examples[0].ids[:common]), list(range(common)), [-1] * common
    predicting, targets, owners = list[int](), list[int](), list[int]()
    for number, one in enumerate(examples):
        begin = len(ids) - common
        ids += one.ids[common:]
        positions += range(common, len(one.ids))
        segments += [number] * (len(one.ids) - common)
        predicting += range(begin + one.start - 1, begin + one.start - 1 + one.target_count)
        targets += one.answer or one.ids[one.start :]
        owners += [number] * one.target_count
    values = (ids, positions, segments, predicting, targets, owners)
    return PackedBatch(*(torch.tensor(one, device=device) for one in values))


def shared_prefix_length(examples: Sequence[Encoded]) -> int:
    """How many tokens all begin with, before the first place that an answer is told from."""
    longest = min(one.start for one in examples) - 1
    first, last = min(one.ids[:longest] for one in examples), max(one.ids[:longest] for one in examples)
    return common_prefix_length(first, last)


def _length(examples: Sequence[Encoded]) -> int:
    common = shared_prefix_length(examples)
    return common + sum(len(one.ids) - common for one in examples)
