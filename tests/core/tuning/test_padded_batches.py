"""Batches of rows that are filled up: every example once, its figures at the places that its answer stands at.

Modules: ``potluck.tuning.padded_batches``.
"""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from potluck.tuning.encode import Encoded
from potluck.tuning.padded_batches import pad_examples, padded_batches

LENGTHS = st.lists(st.integers(2, 12), min_size=1, max_size=12)


def example(number: int, length: int) -> Encoded:
    """Tokens that tell the example, with an answer of two tokens behind masks at place 1."""
    return Encoded(tuple(100 * number + place for place in range(1, length + 1)), 1, (100 * number + 90, 7))


@given(LENGTHS, st.integers(2, 40))
def test_every_example_stands_in_one_batch_of_so_many_tokens(lengths: list[int], tokens: int) -> None:
    examples = [example(number, length) for number, length in enumerate(lengths, 1)]
    batches = list(padded_batches(examples, tokens, 0, None))

    rows = [tuple(row[seen == 1].tolist()) for one in batches for row, seen in zip(one.ids, one.seen, strict=True)]
    assert Counter(rows) == Counter(one.ids for one in examples)
    assert all(one.ids.numel() <= tokens or len(one.ids) == 1 for one in batches)


def test_rows_are_filled_up_behind_and_what_is_filled_up_is_not_seen() -> None:
    batch = pad_examples([Encoded((5, 6, 7), 1, (9,)), Encoded((8,), 0, (4,))], 0, None)

    assert batch.ids.tolist() == [[5, 6, 7], [8, 0, 0]]
    assert batch.seen.tolist() == [[1, 1, 1], [1, 0, 0]]
    assert batch.decoder is None


def test_the_places_of_a_masked_model_are_those_of_its_masks() -> None:
    batch = pad_examples([Encoded((5, 6, 6, 7), 1, (9, 3)), Encoded((6, 8), 0, (4,))], 0, None)

    assert batch.predicting.tolist() == [[0, 0, 1], [1, 2, 0]]
    assert (batch.targets.tolist(), batch.owners.tolist()) == ([9, 3, 4], [0, 0, 1])


def test_a_sequence_to_sequence_model_is_told_what_it_has_said_before() -> None:
    batch = pad_examples([Encoded((5, 6), 0, (9, 3)), Encoded((8,), 0, (4,))], 0, 2)

    assert batch.decoder is not None
    assert batch.decoder.tolist() == [[2, 9], [2, 0]]
    assert batch.predicting.tolist() == [[0, 0, 1], [0, 1, 0]]
    assert batch.targets.tolist() == [9, 3, 4]


@pytest.mark.parametrize(("tokens", "rows"), [(5, [1, 1, 1]), (6, [2, 1]), (11, [2, 1]), (12, [3])])
def test_a_batch_has_as_many_rows_as_fit_filled_up_to_the_longest(tokens: int, rows: list[int]) -> None:
    examples = [example(1, 4), example(2, 3), example(3, 3)]

    assert [len(one.ids) for one in padded_batches(examples, tokens, 0, None)] == rows
