"""The order of hits.

Modules: ``potluck_plugins.stores._shared.ranking``.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from potluck.contracts import Hits, Vectors
from potluck_plugins.stores._shared.ranking import best_of, rank_candidates, scores, slack

QUERY = np.array([1, 0], np.float32)


def test_a_score_is_an_inner_product_of_the_exact_factors() -> None:
    rows = np.array([[0.1, 5], [-2, 1], [0, 0]], np.float32)

    found = scores(rows, QUERY)

    assert found.dtype == np.float64
    assert found.tolist() == [float(np.float32(0.1)), -2.0, 0.0]
    assert scores(rows, np.array([3, 2], np.float32)).tolist() == pytest.approx([10.3, -4, 0])


def test_a_score_does_not_depend_on_the_place_of_its_row() -> None:
    row = np.random.default_rng(7).normal(size=64).astype(np.float32)
    query = np.random.default_rng(8).normal(size=64).astype(np.float32)

    found = scores(np.tile(row, (9_000, 1)), query)

    assert len(found) == 9_000
    assert set(found.tolist()) == {float((row.astype(np.float64) * query.astype(np.float64)).sum())}


def test_the_best_come_first_and_equal_ones_in_the_order_of_their_ids() -> None:
    rows = np.array([[1, 0], [3, 0], [1, 9], [2, 0]], np.float32)
    ids = ["d", "c", "b", "a"]

    assert rank_candidates(ids, rows, QUERY, 3) == Hits(("c", "a", "b"), (3.0, 2.0, 1.0))
    assert rank_candidates(ids, rows, QUERY, 9).ids == ("c", "a", "b", "d")
    assert rank_candidates(ids, rows, QUERY, 0) == Hits((), ())


def test_the_slack_is_twice_the_error_of_a_product_in_float32() -> None:
    query = np.array([3, 4], np.float32)

    assert slack(query) == pytest.approx(2.02 * 2 * 2**-24 * 5)
    assert slack(np.zeros(5, np.float32)) == 0


class Index:
    """Answers with the nearest of its vectors, of equal ones those behind first; remembers what it was asked for."""

    def __init__(self, values: Sequence[float]) -> None:
        self.rows = np.array([[value, 0] for value in values], np.float32)
        self.ids = [f"{place:05}" for place in range(len(values))]
        self.asked: list[int] = []

    def candidates(self, wanted: int) -> tuple[list[str], Vectors]:
        self.asked.append(wanted)
        order = sorted(range(len(self.ids)), key=lambda place: (-self.rows[place, 0], -place))[:wanted]
        return [self.ids[place] for place in order], self.rows[order]


def test_a_few_more_than_wanted_are_asked_for() -> None:
    index = Index([1 - place / 1000 for place in range(500)])

    hits = best_of(index.candidates, QUERY, 3, 500)

    assert hits.ids == ("00000", "00001", "00002")
    assert index.asked == [19]


def test_more_are_asked_for_until_equal_ones_are_all_there() -> None:
    index = Index([1.0] * 200 + [0.5] * 300)

    hits = best_of(index.candidates, QUERY, 3, 500)

    assert hits.ids == ("00000", "00001", "00002")
    assert hits.scores == (1.0, 1.0, 1.0)
    assert index.asked == [19, 76, 304]


@pytest.mark.parametrize(("k", "count", "found"), [(3, 5, 3), (9, 5, 5), (0, 5, 0), (3, 0, 0), (-1, 5, 0)])
def test_no_more_are_found_than_there_are(k: int, count: int, found: int) -> None:
    index = Index([1.0] * count)

    hits = best_of(index.candidates, QUERY, k, count)

    assert hits.ids == tuple(index.ids[:found])
    assert len(hits.scores) == found
    assert index.asked == [count] * bool(found)


def test_an_index_that_knows_no_more_is_not_asked_again() -> None:
    index = Index([1.0] * 10)

    assert len(best_of(index.candidates, QUERY, 5, 100).ids) == 5
    assert index.asked == [21]
