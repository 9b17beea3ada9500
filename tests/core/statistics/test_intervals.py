"""Intervals of means: known values, other libraries, properties, and what they rest on.

Modules: ``potluck.statistics.distributions``, ``potluck.statistics.intervals``, ``potluck.statistics.observations``.
"""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.stats.proportion import proportion_confint

from benchmarks import significance as simulated
from potluck.statistics.intervals import mean_interval
from support.pairs import SHARES


@pytest.mark.parametrize(("right", "n"), [(0, 30), (30, 30), (17, 30), (1, 100), (285, 300)])
def test_the_interval_of_right_and_wrong_is_wilsons(right, n):
    found = mean_interval([1.0] * right + [0.0] * (n - right))

    assert (found.low, found.high) == pytest.approx(proportion_confint(right, n, method="wilson"), abs=1e-6)


def test_thirty_of_thirty_right_is_not_certainty():
    found = mean_interval([1.0] * 30)

    assert (found.mean, found.high, found.n) == (1.0, 1.0, 30)
    assert found.low == pytest.approx(0.8865, abs=1e-4)


def test_equal_grades_are_not_certainty_either():
    found = mean_interval([0.5] * 30)

    assert found.low < 0.48
    assert found.high > 0.52


def test_equal_times_are_not_certainty_either():
    found = mean_interval([2.0] * 20, bounded=False)

    assert 1.7 < found.low < 1.9
    assert 2.1 < found.high < 2.3
    assert mean_interval([0.0] * 20, bounded=False).high == 0


def test_one_question_has_a_mean_and_no_interval():
    own = {"clusters": None, "cluster_kind": None, "population": "questions"}

    assert mean_interval([0.7]).as_json() == {"mean": 0.7, "low": None, "high": None, "n": 1, **own}


def test_graded_values_have_a_narrower_interval_than_right_and_wrong_of_the_same_mean():
    graded, coin = mean_interval([0.4, 0.6] * 20), mean_interval([0.0, 1.0] * 20)

    assert graded.mean == coin.mean == 0.5
    assert graded.high - graded.low < (coin.high - coin.low) / 2


def test_skewed_waiting_times_have_a_longer_arm_upwards():
    found = mean_interval(np.random.default_rng(0).lognormal(1, 0.8, 40))

    assert found.high - found.mean > 1.1 * (found.mean - found.low)


def test_a_waiting_time_below_a_second_may_be_above_one_in_truth():
    values = [0.9, 0.99, 0.98, 0.4]

    assert mean_interval(values).high <= 1
    assert mean_interval(values, bounded=False).high > 1


def test_repeats_of_a_question_are_one_observation():
    table = np.array([[0.0, 1.0, np.nan], [1.0, 1.0, 1.0], [0.0, 0.0, 0.3], [1.0, 0.0, 0.0]])

    assert mean_interval(table) == mean_interval([0.5, 1.0, 0.1, 1 / 3])
    assert mean_interval(np.repeat([[1.0], [0.0], [1.0]], 5, axis=1)).n == 3


@given(st.lists(SHARES, min_size=2, max_size=80))
def test_the_interval_holds_the_mean_and_stays_where_the_measure_does(values):
    found = mean_interval(values)

    assert 0 <= found.low <= found.mean <= found.high <= 1
    assert found.low < found.high


@given(st.lists(st.floats(-50, 500), min_size=2, max_size=80))
def test_the_interval_of_unbounded_values_holds_the_mean(values):
    found = mean_interval(values, bounded=False)

    assert found.low <= found.mean <= found.high
    assert math.isfinite(found.low)
    assert math.isfinite(found.high)


@given(st.lists(SHARES, min_size=2, max_size=40), st.randoms(use_true_random=False))
def test_the_interval_does_not_depend_on_the_order(values, random):
    shuffled = random.sample(values, len(values))

    assert mean_interval(shuffled).low == pytest.approx(mean_interval(values).low, abs=1e-9)


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ([], "at least one question"),
        ([0.5, math.nan], "question 2 of 2 has no value"),
        ([0.5, math.inf], "infinite"),
        (np.zeros((2, 2, 2)), r"\(questions, repeats\)"),
        (np.array([[1.0, 0.0], [math.nan, math.nan]]), "question 2 of 2 has no value"),
    ],
)
def test_values_that_are_none_are_refused(values, reason):
    with pytest.raises(ValueError, match=reason):
        mean_interval(values)


def test_intervals_of_means_hold_the_truth_in_nineteen_of_twenty():
    found = {(name, n): simulated.coverage(s, n, 500) for name, s in simulated.SAMPLES.items() for n in simulated.SIZES}

    assert 0.935 <= np.mean(list(found.values())) <= 0.965
    assert min(found.values()) >= 0.9, min(found, key=found.get)


@pytest.mark.slow
@pytest.mark.parametrize("n", simulated.SIZES)
def test_coverage_of_all_shapes_of_values(n):
    means = [simulated.coverage(sample, n, 4_000, seed=1) for sample in simulated.SAMPLES.values()]
    differences = [simulated.paired_coverage(pairs, n, 2_000, seed=1) for pairs in simulated.PAIRS.values()]

    assert 0.935 <= np.mean(means) <= 0.965
    assert 0.935 <= np.mean(differences) <= 0.965
    assert min(means + differences) >= 0.915
