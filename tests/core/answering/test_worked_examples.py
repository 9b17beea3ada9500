"""Worked examples of a prompt: groups in turn, the nearest first, and none that gives the answer away.

Modules: ``potluck.answering.worked_examples``.
"""

from __future__ import annotations

from collections import Counter
from itertools import islice

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from potluck.answering.worked_examples import in_turn, nearest, unlike
from potluck.datasets.near_duplicates import triples
from potluck.language import grams


@pytest.mark.parametrize("asked", ["How long is the short rail?", "短鋼軌有多長？"])
def test_what_is_nearly_asked_is_not_an_example(asked: str) -> None:
    examples = ["Who signs?", asked.upper(), f"{asked} ", "何時開工？"]

    assert list(unlike(examples, triples, triples(asked))) == ["Who signs?", "何時開工？"]


def test_the_features_decide_whether_digits_count() -> None:
    examples = ["What does clause 5 say?", "What does clause 7 say?"]

    assert list(unlike(examples, grams, grams("What does clause 5 say?"))) == examples[1:]
    assert list(unlike(examples, triples, triples("What does clause 5 say?"))) == []


def test_examples_are_looked_at_only_until_there_are_enough() -> None:
    seen = list[str]()

    def features(example: str) -> frozenset[str]:
        seen.append(example)
        return triples(example)

    copies = [f"asked {number}" for number in range(50)]
    found = list(islice(unlike([*copies, "one", "二", "three"], features, triples("asked 1")), 2))

    assert found == ["one", "二"]
    assert seen[-1] == "二"


@pytest.mark.parametrize(
    ("groups", "expected"),
    [
        ("aabb", [0, 2, 1, 3]),
        ("baab", [0, 1, 2, 3]),
        ("aaab", [0, 3, 1, 2]),
        ("甲乙丙甲甲丙", [0, 1, 2, 3, 5, 4]),
        ("", []),
    ],
)
def test_groups_come_in_turn_each_round_in_the_order_of_the_examples(groups: str, expected: list[int]) -> None:
    assert in_turn(range(len(groups)), lambda number: groups[number]) == expected


@given(st.lists(st.sampled_from("abc")))
def test_no_group_is_ahead_of_one_that_has_some_left(groups: list[str]) -> None:
    order = [groups[number] for number in in_turn(range(len(groups)), groups.__getitem__)]

    left = Counter(groups)
    for place, group in enumerate(order):
        given_so_far = Counter(order[:place])
        assert all(given_so_far[group] <= given_so_far[other] for other in left if given_so_far[other] < left[other])


def test_the_nearest_comes_first_and_of_equals_the_first() -> None:
    vectors = np.array([[0, 1], [1, 0], [0.6, 0.8], [0, 1]], dtype=np.float32)

    found = nearest(vectors, np.array([0, 1], dtype=np.float32))

    assert [number for number, _ in found] == [0, 3, 2, 1]
    assert [nearness for _, nearness in found] == pytest.approx([1, 1, 0.8, 0])
