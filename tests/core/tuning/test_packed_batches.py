"""Rows of examples: nothing lost, nothing seen that is another's.

Modules: ``potluck.tuning.packed_batches``, ``potluck.tuning.padded_batches``.
"""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from potluck.models.loading import load_model, load_tokenizer
from potluck.tuning.encode import Encoded, encode
from potluck.tuning.forward import answer_logits
from potluck.tuning.packed_batches import pack_examples, packed_batches, shared_prefix_length
from support.tuning import DeepPrompt, Full, SoftPrompt, colours, request, tuner

encodings = st.lists(st.integers(0, 2), min_size=2, max_size=12).flatmap(
    lambda ids: st.integers(1, len(ids) - 1).map(lambda start: Encoded(tuple(ids), start))
)


@given(st.lists(encodings, min_size=1, max_size=8), st.integers(4, 40))
def test_every_example_stands_in_one_row_once_and_every_answer_token_is_learned_once(
    examples: list[Encoded], tokens: int
) -> None:
    found = list(packed_batches(examples, tokens))
    learned = sorted(tuple(p.targets[p.owners == n].tolist()) for p in found for n in p.owners.unique())
    assert learned == sorted(one.ids[one.start :] for one in examples)
    longest = max(len(one.ids) for one in examples)
    assert all(p.length <= max(tokens, longest) for p in found)


@given(st.lists(encodings, min_size=1, max_size=6))
def test_an_answer_token_is_told_from_exactly_what_stands_before_it_in_its_example(examples: list[Encoded]) -> None:
    row = pack_examples(examples)
    seen = row.mask()[0, 0]
    for place, owner, target in zip(row.predicting, row.owners, row.targets, strict=True):
        ids, positions = row.ids[seen[place]].tolist(), row.positions[seen[place]].tolist()
        assert positions == list(range(len(ids)))
        example = examples[int(owner)]
        assert tuple(ids) == example.ids[: len(ids)]
        assert example.ids[len(ids)] == int(target)
        assert len(ids) >= example.start


@given(st.lists(encodings, min_size=1, max_size=6))
def test_what_all_begin_with_stands_in_a_row_once(examples: list[Encoded]) -> None:
    shared = shared_prefix_length(examples)
    assert pack_examples(examples).length == shared + sum(len(one.ids) - shared for one in examples)
    assert all(one.ids[:shared] == examples[0].ids[:shared] and shared < one.start for one in examples)


@pytest.mark.parametrize("kind", [Full, SoftPrompt, DeepPrompt])
def test_a_row_gives_the_losses_and_gradients_of_its_examples_alone(model: Path, tmp_path: Path, kind: type) -> None:
    method, examples = tuner(kind, tmp_path), colours(5)
    torch.manual_seed(0)
    wrapped = method.wrap(load_model(model, "float32"), request(model, tmp_path, examples), load_tokenizer(model))
    encoded = encode(examples, load_tokenizer(model), None).examples
    parameters = [one for one in wrapped.parameters() if one.requires_grad]

    def loss_of(rows: list[list[Encoded]]) -> tuple[float, list[torch.Tensor]]:
        wrapped.zero_grad()
        total = 0.0
        for row in rows:
            pack = pack_examples(row)
            part = torch.nn.functional.cross_entropy(
                answer_logits(method, wrapped, pack), pack.targets, reduction="sum"
            )
            part.backward()
            total += float(part.detach())
        return total, [one.grad.clone() for one in parameters if one.grad is not None]

    alone, together = loss_of([[one] for one in encoded]), loss_of([list(encoded)])
    assert pack_examples(encoded).length < sum(len(one.ids) for one in encoded)
    assert together[0] == pytest.approx(alone[0], rel=1e-5)
    for a, b in zip(alone[1], together[1], strict=True):
        torch.testing.assert_close(b, a, rtol=1e-3, atol=1e-4 * float(a.abs().max()))


@settings(max_examples=20)
@given(st.integers(0, 5), st.booleans())
def test_what_stands_before_all_is_seen_by_all_and_sees_nothing_of_them(virtual: int, rows: bool) -> None:
    row = pack_examples([Encoded((1, 2, 3), 1), Encoded((1, 2, 4), 2)])
    seen = row.mask(virtual, rows)[0, 0]
    above = virtual if rows else 0
    assert seen.shape == (above + row.length, virtual + row.length)
    assert bool(seen[above:, :virtual].all())
    assert not bool(seen[:above, virtual:].any())
    assert torch.equal(seen[above:, virtual:], row.mask()[0, 0])


@pytest.mark.parametrize(
    ("tokens", "lengths"), [(2, [3, 3, 4]), (5, [3, 3, 4]), (6, [6, 4]), (9, [6, 4]), (10, [10]), (99, [10])]
)
def test_a_row_holds_as_many_examples_as_fit_the_shorter_ones_first(tokens: int, lengths: list[int]) -> None:
    examples = [Encoded((4, 5, 6, 7), 1), Encoded((1, 2, 3), 1), Encoded((8, 9, 9), 1)]

    assert [row.length for row in packed_batches(examples, tokens)] == lengths


def test_what_is_shared_counts_once_towards_a_row() -> None:
    examples = [Encoded((1, 2, 3, 4), 3), Encoded((1, 2, 3, 5), 3)]

    assert [row.length for row in packed_batches(examples, 6)] == [6]
    assert [row.length for row in packed_batches(examples, 5)] == [4, 4]
    assert [*packed_batches([], 9)] == []
