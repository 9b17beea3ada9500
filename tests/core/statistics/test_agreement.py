"""How far two verdicts on the same things agree, beyond chance, with intervals.

Modules: ``potluck.statistics.agreement``.
"""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import cohen_kappa_score
from statsmodels.stats.inter_rater import cohens_kappa, to_table

from benchmarks import judge as simulated
from potluck.statistics.agreement import agreement
from potluck.statistics.clusters import Clusters
from potluck.statistics.intervals import Interval, mean_interval

VERDICTS = st.sampled_from(["甲", "乙", "平手"])
PAIRS = st.lists(st.tuples(VERDICTS, VERDICTS), min_size=2, max_size=40)


def kappa_of(one, other, clusters=None) -> Interval:
    found = agreement(one, other, clusters).kappa
    assert found is not None
    return found


def draw(n: int, wrong: float, seed: int = 0) -> tuple[list[int], list[int]]:
    generator = np.random.default_rng(seed)
    one = generator.choice(3, n, p=[0.5, 0.3, 0.2])
    other = np.where(generator.random(n) < wrong, (one + 1) % 3, one)
    return [*one], [*other]


@given(PAIRS)
def test_kappa_is_that_of_scikit_learn(pairs):
    one, other = zip(*pairs, strict=True)
    found = agreement(one, other)

    assert found.share.mean == pytest.approx(np.mean([a == b for a, b in pairs]))
    if len({*one, *other}) == 1:
        assert found.kappa is None
    else:
        assert found.kappa is not None
        assert found.kappa.mean == pytest.approx(cohen_kappa_score(one, other), abs=1e-12)


@given(PAIRS)
def test_the_intervals_hold_what_was_seen_and_stay_where_the_figures_can_be(pairs):
    one, other = zip(*pairs, strict=True)
    found, swapped = agreement(one, other), agreement(other, one)

    assert 0 <= found.share.low <= found.share.mean <= found.share.high <= 1
    assert (found.kappa is None) == (swapped.kappa is None)
    if found.kappa is not None and swapped.kappa is not None:
        assert found.kappa.low <= found.kappa.mean <= found.kappa.high <= 1
        assert found.kappa.low == pytest.approx(swapped.kappa.low)
        assert found.kappa.high == pytest.approx(swapped.kappa.high)


@pytest.mark.parametrize("wrong", [0.1, 0.3])
def test_of_many_verdicts_the_interval_of_kappa_is_that_of_statsmodels(wrong):
    """Which takes the variance of Fleiss, Cohen and Everitt, and the normal distribution."""
    one, other = draw(5000, wrong)
    found, theirs = kappa_of(one, other), cohens_kappa(to_table(np.column_stack([one, other]), 3)[0])

    assert found.mean == pytest.approx(theirs.kappa)
    assert found.low == pytest.approx(theirs.kappa_low, abs=8e-4)
    assert found.high == pytest.approx(theirs.kappa_upp, abs=8e-4)


def test_thirty_labels_that_all_agree_are_not_certainty():
    """The rule of three, nearly: 0 of 30 leaves room for 11 %."""
    labels = ["甲"] * 16 + ["乙"] * 14
    found = agreement(labels, labels)

    assert found.share == mean_interval([1.0] * 30, True)
    assert (found.kappa.mean, found.kappa.high) == (1, 1)
    assert 0.7 < found.kappa.low < 0.8


def test_a_kind_that_hardly_occurs_leaves_kappa_open():
    even = kappa_of([0] * 15 + [1] * 15, [0] * 14 + [1] * 16)
    rare = kappa_of([0] * 28 + [1] * 2, [0] * 27 + [1] * 3)

    assert rare.high - rare.low > 1.5 * (even.high - even.low)


def test_where_both_gave_one_verdict_only_kappa_cannot_be_told():
    found = agreement(["平手"] * 12, ["平手"] * 12)

    assert (found.share.mean, found.kappa) == (1, None)


def test_of_one_label_there_is_no_interval():
    found = agreement(["甲"], ["乙"])

    assert (found.share.mean, found.share.low) == (0, None)
    assert (found.kappa.mean, found.kappa.low, found.kappa.high, found.kappa.n) == (0, None, None, 1)


@pytest.mark.parametrize(("one", "other"), [([], []), (["甲"], ["甲", "乙"])])
def test_verdicts_that_do_not_belong_together_are_refused(one, other):
    with pytest.raises(ValueError, match=f"^{len(one)} verdicts of one and {len(other)} of the other$"):
        agreement(one, other)


def test_labels_of_few_documents_tell_less():
    """Ten documents of ten questions; the judge is wrong on two whole documents."""
    one = [number % 2 for number in range(100)]
    other = [1 - said if number < 20 else said for number, said in enumerate(one)]
    alone, together = kappa_of(one, other), kappa_of(one, other, Clusters.from_labels([n // 10 for n in range(100)]))

    assert together.mean == alone.mean
    assert together.high - together.low > 2.5 * (alone.high - alone.low)
    assert (together.clusters, together.cluster_kind, together.population) == (10, "document", "clusters")
    assert (alone.clusters, alone.population, alone.n) == (None, "questions", 100)


def test_clusters_of_one_question_each_change_nothing():
    one, other = draw(40, 0.2)

    assert agreement(one, other, Clusters.from_labels(range(40))) == agreement(one, other)


@pytest.mark.parametrize("n", [30, 100])
@pytest.mark.parametrize("name", simulated.TABLES)
def test_the_intervals_hold_the_truth(name, n):
    """In 400 rounds; ``tests/benchmarks/judge.py`` tells it more finely."""
    share, kappa = simulated.agreement_coverage(*simulated.TABLES[name], n, rounds=400)

    assert 0.92 <= share <= 0.99
    assert 0.92 <= kappa <= 0.99
