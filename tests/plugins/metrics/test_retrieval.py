"""Recall, precision, nDCG, MAP and MRR of the ranks of what should be found.

Modules: ``potluck_plugins.metrics.retrieval``.
"""

from __future__ import annotations

import itertools
import math
from pathlib import Path

import numpy as np
import pytest
from sklearn.metrics import average_precision_score, ndcg_score

from potluck.contracts import Attempt, Metric
from potluck.testing import component

SECOND, THIRD, FOURTH = (1 / math.log2(place + 1) for place in (2, 3, 4))
"""The gain of what stands there, where the first has 1."""

RANKS = [ranks for size in (1, 2, 3) for ranks in itertools.permutations((0, 1, 2, 4, 6, None), size)]


@pytest.fixture
def metric(tmp_path: Path) -> Metric:
    made: Metric = component("metric", "retrieval", tmp_path)
    return made


def test_it_needs_what_should_be_found_and_no_answer(metric: Metric) -> None:
    assert metric.needs == {"gold"}
    assert {(measure.about, measure.scale, measure.higher_is_better) for measure in metric.measures} == {
        ("retrieval", "share", True)
    }


@pytest.mark.parametrize(
    ("ranks", "recall", "precision", "ndcg", "average", "reciprocal"),
    [
        ((0,), (1, 1, 1), (1, 1 / 2, 1 / 5), (1, 1, 1), 1, 1),
        ((1,), (0, 1, 1), (0, 1 / 2, 1 / 5), (0, SECOND, SECOND), 1 / 2, 1 / 2),
        ((4,), (0, 0, 1), (0, 0, 1 / 5), (0, 0, 1 / math.log2(6)), 1 / 5, 1 / 5),
        ((5,), (0, 0, 0), (0, 0, 0), (0, 0, 0), 1 / 6, 1 / 6),
        ((None,), (0, 0, 0), (0, 0, 0), (0, 0, 0), 0, 0),
        ((None, None), (0, 0, 0), (0, 0, 0), (0, 0, 0), 0, 0),
        ((0, None), (1 / 2, 1 / 2, 1 / 2), (1, 1 / 2, 1 / 5), (1, 1 / (1 + SECOND), 1 / (1 + SECOND)), 1 / 2, 1),
        ((1, 0), (1 / 2, 1, 1), (1, 1, 2 / 5), (1, 1, 1), 1, 1),
        (
            (None, 2, 1),
            (0, 1 / 3, 2 / 3),
            (0, 1 / 2, 2 / 5),
            (0, SECOND / (1 + SECOND), (SECOND + THIRD) / (1 + SECOND + THIRD)),
            (1 / 2 + 2 / 3) / 3,
            1 / 2,
        ),
    ],
)
def test_each_measure_of_each_cut(
    metric: Metric,
    ranks: tuple[int | None, ...],
    recall: tuple[float, ...],
    precision: tuple[float, ...],
    ndcg: tuple[float, ...],
    average: float,
    reciprocal: float,
) -> None:
    found = metric.score(Attempt("?", ranks=ranks))

    assert [found[f"recall@{k}"] for k in (1, 2, 5)] == pytest.approx(recall)
    assert [found[f"precision@{k}"] for k in (1, 2, 5)] == pytest.approx(precision)
    assert [found[f"ndcg@{k}"] for k in (1, 2, 5)] == pytest.approx(ndcg)
    assert (found["map"], found["mrr"]) == pytest.approx((average, reciprocal))
    assert list(found) == [
        *(f"{name}@{k}" for k in (1, 2, 5) for name in ("recall", "precision", "ndcg")),
        "map",
        "mrr",
    ]


def test_what_one_passage_answers_together_counts_as_if_one_followed_the_other(metric: Metric) -> None:
    """For recall both are there; a passage counts once for precision."""
    found = metric.score(Attempt("?", ranks=(0, 0)))

    assert (found["recall@1"], found["precision@1"], found["precision@2"]) == (1.0, 1.0, 0.5)
    assert (found["ndcg@1"], found["ndcg@2"], found["map"], found["mrr"]) == (1.0, 1.0, 1.0, 1.0)


def test_what_follows_two_of_one_passage_is_put_back(metric: Metric) -> None:
    found = metric.score(Attempt("?", ranks=(1, 1, 2)))

    assert found["ndcg@5"] == pytest.approx((SECOND + THIRD + FOURTH) / (1 + SECOND + THIRD))
    assert found["map"] == pytest.approx((1 / 2 + 2 / 3 + 3 / 4) / 3)
    assert found["recall@2"] == pytest.approx(2 / 3)
    assert found["precision@5"] == pytest.approx(2 / 5)


@pytest.mark.parametrize("ranks", RANKS)
def test_scikit_learn_says_the_same(metric: Metric, ranks: tuple[int | None, ...]) -> None:
    """What was not found stands behind all that was retrieved, where no cut reaches."""
    right = np.zeros((1, 60))
    for number, rank in enumerate(ranks):
        right[0, 50 + number if rank is None else rank] = 1
    scores = np.arange(60, 0, -1)[None, :]
    found = metric.score(Attempt("?", ranks=ranks))

    for k in (1, 2, 5):
        assert found[f"ndcg@{k}"] == pytest.approx(ndcg_score(right, scores, k=k))
    if None not in ranks:
        assert found["map"] == pytest.approx(average_precision_score(right[0], scores[0]))


def test_the_order_in_which_they_should_be_found_does_not_matter(metric: Metric) -> None:
    for ranks in itertools.permutations((0, 3, None)):
        assert metric.score(Attempt("?", ranks=ranks)) == metric.score(Attempt("?", ranks=(0, 3, None)))


def test_neither_answer_nor_passages_matter(metric: Metric) -> None:
    answered = Attempt("?", answer="", filtered=True, answerable=False, passages=(), ranks=(1,))

    assert metric.score(answered) == metric.score(Attempt("?", ranks=(1,)))
